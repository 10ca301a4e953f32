"""The process of one solver: `python -m solvers.worker`.

It speaks frames on an inherited socket, or MQTT with a broker. Its memory is bounded, its standard output is not the
channel, and it ends when its host does.
"""

import argparse
import asyncio
import hashlib
import os
import resource
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from intents.errors import SealError
from solvers import frames
from solvers.errors import SolversError
from solvers.messages import Announcement, Award, Notice
from solvers.registry import load, parse_spec
from solvers.session import Session

if TYPE_CHECKING:
    from intents.bus.receipts import Sender
    from intents.bus.topics import Topics

REMEMBERED: Final = 4
"""Answers kept for messages that come again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one solver until its host hangs up; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.memory_mb:
        limit = options.memory_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        spec = parse_spec(options.spec)
        session = Session(load(spec), spec.name, bytes.fromhex(os.environ.pop("SOLVERNET_SOLVER_SECRET", "00" * 32)))
    except SolversError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _end_with(options.lifeline)
    if options.fd is not None:
        return _serve_pipe(session, options.fd)
    return asyncio.run(_serve_mqtt(session, spec.name, options.broker, options.run))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="solvers.worker", description=__doc__)
    parser.add_argument("spec")
    parser.add_argument("--fd", type=int, help="inherited socket to speak frames on")
    parser.add_argument("--broker", help="MQTT broker, as mqtt://host:port")
    parser.add_argument("--run", default="run", help="name of the run, for its topics")
    parser.add_argument("--lifeline", type=int, required=True, help="inherited pipe that closes when the host ends")
    parser.add_argument("--memory-mb", type=int, default=0, help="bound of the address space")
    return parser


def _end_with(lifeline: int) -> None:
    """End this process, whatever it is doing, when the other end of a pipe closes."""

    def watch() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _serve_pipe(session: Session, fd: int) -> int:
    """Answer frames one after the other."""
    with socket.socket(fileno=fd) as channel, channel.makefile("rwb") as stream:
        stream.write(frames.pack(frames.HELLO, session.hello().model_dump_json().encode()))
        stream.flush()
        while (frame := frames.read_frame(stream)) is not None:
            answer = answer_frame(session, *frame)
            if answer is not None:
                stream.write(answer)
                stream.flush()
    return 0


def answer_frame(session: Session, kind: bytes, payload: bytes) -> bytes | None:
    """Return the frame that answers a frame, or `None` if it asks for no answer or makes no sense."""
    try:
        return _answer(session, kind, payload)
    except (ValidationError, SealError) as error:
        sys.stderr.write(f"a message that makes no sense: {str(error).splitlines()[0]}\n")
        return None


def _answer(session: Session, kind: bytes, payload: bytes) -> bytes | None:
    if kind == frames.ANNOUNCEMENT:
        sheet = session.bid(Announcement.model_validate_json(payload))
        return frames.pack(frames.SHEET, sheet.model_dump_json().encode())
    if kind == frames.AWARD:
        decision = session.decide(Award.model_validate_json(payload))
        return frames.pack(frames.DECISION, decision.model_dump_json().encode())
    if kind == frames.NOTICE:
        session.hear(Notice.model_validate_json(payload))
    return None


async def _serve_mqtt(session: Session, name: str, broker: str, run: str) -> int:
    """Answer messages until the connection is given up."""
    from intents.bus.mqtt import MqttBus
    from intents.bus.receipts import Sender
    from intents.bus.topics import Topics
    from intents.errors import BusError

    topics = Topics(run)
    try:
        async with MqttBus(broker) as bus:
            incoming = await bus.subscribe(topics.announce, topics.awards(name), topics.notices(name))
            async with incoming, Sender(bus, topics.solver_receipts(name)) as sender:
                await sender.deliver(topics.solver_hello(name), session.hello().model_dump_json().encode())
                desk = _Desk(session, name, topics, sender)
                async for message in incoming:
                    await desk.answer(message.topic, message.payload)
    except BusError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


class _Desk:
    """Answers messages of a bus; a repeated one gets the answer it got before."""

    def __init__(self, session: Session, name: str, topics: "Topics", sender: "Sender") -> None:
        self._session = session
        self._sender = sender
        self._answers: dict[bytes, bytes | None] = {}
        self._kinds = {
            topics.announce: (frames.ANNOUNCEMENT, topics.bids(name)),
            topics.awards(name): (frames.AWARD, topics.decisions(name)),
            topics.notices(name): (frames.NOTICE, ""),
        }

    async def answer(self, topic: str, payload: bytes) -> None:
        """Answer one message, on the topic that belongs to its own."""
        kind, reply_to = self._kinds[topic]
        key = hashlib.sha256(payload).digest()
        if key not in self._answers:
            self._answers[key] = await asyncio.to_thread(answer_frame, self._session, kind, payload)
            for old in list(self._answers)[:-REMEMBERED]:
                del self._answers[old]
        answer = self._answers[key]
        if answer is not None:
            await self._sender.deliver(reply_to, answer[frames.HEADER.size :])


if __name__ == "__main__":
    sys.exit(main())
