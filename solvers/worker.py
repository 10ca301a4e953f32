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

from intents.bus.topics import Topics
from intents.errors import SealError
from intents.sealing import Author, text_of
from solvers import frames
from solvers.errors import SolversError
from solvers.messages import Announcement, Award, Notice
from solvers.registry import load, parse_spec
from solvers.session import Session

if TYPE_CHECKING:
    from intents.bus.receipts import Sender

REMEMBERED: Final = 4
"""Answers kept for messages that come again."""

SECRETS: Final = ("SOLVERNET_SOLVER_SECRET", "SOLVERNET_SOLVER_KEY")
"""Variables that hold the root of a solver's random streams and its identity; they are gone before it is loaded."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one solver until its host hangs up; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.memory_mb:
        limit = options.memory_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        spec = parse_spec(options.spec)
        secret, key = (bytes.fromhex(os.environ.pop(name, "00" * 32)) for name in SECRETS)
        post = Post(Author.from_seed(key), options.auctioneer, Topics(options.run), spec.name)
        session = Session(load(spec), spec.name, secret, post.author)
    except SolversError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _end_with(options.lifeline)
    if options.fd is not None:
        return _serve_pipe(session, post, options.fd)
    return asyncio.run(_serve_mqtt(session, post, options.broker))


class Post:
    """What passes between a solver and the auctioneer: signed by the one, and heeded from the other alone."""

    def __init__(self, author: Author, auctioneer: str, topics: Topics, name: str) -> None:
        """Take the solver's identity, the auctioneer's public key in hex, and the topics that both speak on."""
        self.author = author
        self._auctioneer = auctioneer
        self._topics = {
            frames.ANNOUNCEMENT: topics.announce,
            frames.AWARD: topics.awards(name),
            frames.NOTICE: topics.notices(name),
            frames.HELLO: topics.solver_hello(name),
            frames.SHEET: topics.bids(name),
            frames.DECISION: topics.decisions(name),
        }
        self.heard = tuple(self._topics[kind] for kind in (frames.ANNOUNCEMENT, frames.AWARD, frames.NOTICE))
        self.receipts = topics.solver_receipts(name)

    def topic(self, kind: bytes) -> str:
        """Return the topic of messages of a kind."""
        return self._topics[kind]

    def kind(self, topic: str) -> bytes:
        """Return the kind of the messages on a topic."""
        return next(kind for kind, each in self._topics.items() if each == topic)

    def signed(self, kind: bytes, text: bytes) -> bytes:
        """Return the payload of a message to the auctioneer."""
        return self.author.sign(text, self.topic(kind))

    def is_genuine(self, kind: bytes, payload: bytes) -> bool:
        """Return whether the auctioneer sent a payload as a message of a kind."""
        return self._text(kind, payload) is not None

    def answer(self, session: Session, kind: bytes, payload: bytes) -> tuple[bytes, bytes] | None:
        """Return kind and payload of the answer to a payload, or `None` if it asks for none, or is a stranger's."""
        text = self._text(kind, payload)
        answer = answer_to(session, kind, text) if text is not None else None
        return (answer[0], self.signed(*answer)) if answer is not None else None

    def _text(self, kind: bytes, payload: bytes) -> bytes | None:
        try:
            return text_of(payload, self._topics.get(kind, ""), self._auctioneer)
        except SealError as error:
            sys.stderr.write(f"passed over: {error}\n")
            return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="solvers.worker", description=__doc__)
    parser.add_argument("spec")
    parser.add_argument("--fd", type=int, help="inherited socket to speak frames on")
    parser.add_argument("--broker", help="MQTT broker, as mqtt://host:port")
    parser.add_argument("--run", default="run", help="name of the run, for its topics")
    parser.add_argument("--auctioneer", required=True, help="public key of the auctioneer, in hex")
    parser.add_argument("--lifeline", type=int, required=True, help="inherited pipe that closes when the host ends")
    parser.add_argument("--memory-mb", type=int, default=0, help="bound of the address space")
    return parser


def _end_with(lifeline: int) -> None:
    """End this process, whatever it is doing, when the other end of a pipe closes."""

    def watch() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _serve_pipe(session: Session, post: Post, fd: int) -> int:
    """Answer frames one after the other."""
    with socket.socket(fileno=fd) as channel, channel.makefile("rwb") as stream:
        stream.write(frames.pack(frames.HELLO, post.signed(frames.HELLO, _introduction(session))))
        stream.flush()
        while (frame := frames.read_frame(stream)) is not None:
            answer = post.answer(session, *frame)
            if answer is not None:
                stream.write(frames.pack(*answer))
                stream.flush()
    return 0


def _introduction(session: Session) -> bytes:
    return session.hello().model_dump_json().encode()


def answer_to(session: Session, kind: bytes, text: bytes) -> tuple[bytes, bytes] | None:
    """Return kind and text of the answer to a message, or `None` if it asks for none or makes no sense."""
    try:
        return _answer(session, kind, text)
    except (ValidationError, SealError) as error:
        sys.stderr.write(f"a message that makes no sense: {str(error).splitlines()[0]}\n")
        return None


def _answer(session: Session, kind: bytes, text: bytes) -> tuple[bytes, bytes] | None:
    if kind == frames.ANNOUNCEMENT:
        sheet = session.bid(Announcement.model_validate_json(text))
        return frames.SHEET, sheet.model_dump_json().encode()
    if kind == frames.AWARD:
        decision = session.decide(Award.model_validate_json(text))
        return frames.DECISION, decision.model_dump_json().encode()
    if kind == frames.NOTICE:
        session.hear(Notice.model_validate_json(text))
    return None


async def _serve_mqtt(session: Session, post: Post, broker: str) -> int:
    """Answer messages until the connection is given up."""
    from intents.bus.mqtt import MqttBus
    from intents.bus.receipts import Sender
    from intents.errors import BusError

    try:
        async with MqttBus(broker) as bus:
            incoming = await bus.subscribe(*post.heard)
            async with incoming, Sender(bus, post.receipts) as sender:
                hello = post.signed(frames.HELLO, _introduction(session))
                await sender.deliver(post.topic(frames.HELLO), hello)
                desk = _Desk(session, post, sender)
                async for message in incoming:
                    await desk.answer(message.topic, message.payload)
    except BusError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


class _Desk:
    """Answers messages of a bus; a repeated one gets the answer it got before."""

    def __init__(self, session: Session, post: Post, sender: "Sender") -> None:
        self._session = session
        self._post = post
        self._sender = sender
        self._answers: dict[bytes, tuple[bytes, bytes] | None] = {}

    async def answer(self, topic: str, payload: bytes) -> None:
        """Answer one message, on the topic that belongs to its own; nothing if it is not the auctioneer's."""
        kind = self._post.kind(topic)
        if not self._post.is_genuine(kind, payload):
            return
        key = hashlib.sha256(payload).digest()
        if key not in self._answers:
            self._answers[key] = await asyncio.to_thread(self._post.answer, self._session, kind, payload)
            for old in list(self._answers)[:-REMEMBERED]:
                del self._answers[old]
        answer = self._answers[key]
        if answer is not None:
            await self._sender.deliver(self._post.topic(answer[0]), answer[1])


if __name__ == "__main__":
    sys.exit(main())
