"""The auctioneer's talk with solvers over the bus: announce, wait for sealed bids, tell the outcome, hear decisions.

Waiting has no influence on what is decided: a round is complete when every solver has answered or is known to be
gone. Real time only ends the wait for one that does not come back at all.

Anybody may write on the bus. What is not signed with the key that a solver was started with is passed over: it is
neither answered nor waited for less, so a stranger can neither speak for a solver nor silence it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from intents.boundary import Boundary
from intents.bus.bus import Bus, Message, Subscription
from intents.bus.receipts import Deduplicator, message_id
from intents.bus.topics import Topics
from intents.canonical import model_bytes
from intents.errors import InvalidTopicError, MalformedMessageError, SealError
from intents.messages import Receipt, decode
from intents.sealing import Author, Letterbox, text_of
from solvernet.errors import RunAbortedError
from solvernet.network.hosts import START_S, SolverProcess
from solvernet.network.pipes import Pipe
from solvers.messages import Announcement, Award, BidSheet, Decision, Hello, Notice, SealedSheet

SHEET_LIMIT: Final = 4 << 20
"""Largest sealed sheet, in bytes."""

REPEAT_S: Final = 5.0
"""Time after which an announcement is repeated to whoever has not answered: a broker may have lost it."""


@dataclass(slots=True)
class Answers:
    """What solvers said in one round."""

    sheets: list[BidSheet] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    """Why a solver has no sheet, or an empty one."""

    killed: list[str] = field(default_factory=list)
    """Solvers that real time ended: the run's fingerprint is void."""

    work: dict[str, int] = field(default_factory=dict)
    output: dict[str, str] = field(default_factory=dict)

    strangers: int = 0
    """Messages since the last round that were passed over: not signed by whom they name."""


class Solicitor:
    """The conversation with all solvers of a run: a context manager that starts and stops their processes."""

    def __init__(self, bus: Bus, topics: Topics, processes: Sequence[SolverProcess], *, limit_s: float) -> None:
        self.hellos: dict[str, Hello] = {}
        self._bus = bus
        self._topics = topics
        self._processes = {process.name: process for process in processes}
        self._pipes: dict[str, Pipe] = {}
        self._limit_s = limit_s
        self._author = Author.new()
        self._strangers = 0
        self._waiting: dict[tuple[str, str, int], asyncio.Future[Message]] = {}
        self._seen = Deduplicator()
        self._stack = AsyncExitStack()
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        topics = self._topics
        incoming = await self._bus.subscribe(topics.all_bids, topics.all_decisions, topics.all_hellos)
        self._stack.push_async_callback(incoming.close)
        self._reader = asyncio.create_task(self._read(incoming))
        try:
            await asyncio.gather(*(self._launch(process) for process in self._processes.values()))
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop all processes and the conversation."""
        for pipe in self._pipes.values():
            await pipe.close()
        await asyncio.gather(*(process.stop() for process in self._processes.values()))
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait((self._reader,))
        await self._stack.aclose()

    async def bids(self, announcement: Announcement, letterbox: Letterbox) -> Answers:
        """Return all solvers' bids for a round, opened."""
        await self._revive()
        number, answers = announcement.round, Answers()
        names = [name for name, process in self._processes.items() if process.is_alive]
        tasks = {name: asyncio.create_task(self._answer(name, "bids", number)) for name in names}
        payload = self._author.sign(model_bytes(announcement), self._topics.announce)
        repeat = asyncio.create_task(self._repeat(payload))
        await self._bus.publish(self._topics.announce, payload)
        try:
            if tasks:
                await asyncio.wait(tasks.values())
        finally:
            repeat.cancel()
        for name, task in tasks.items():
            self._open(name, task.result(), number, letterbox, answers)
        answers.strangers, self._strangers = self._strangers, 0
        return answers

    async def decisions(self, awards: Sequence[Award]) -> dict[str, Decision]:
        """Tell every solver what its bids came to, and return what the winners decided to settle."""
        winners = [award for award in awards if award.won and self._processes[award.solver].is_alive]
        tasks = {a.solver: asyncio.create_task(self._answer(a.solver, "decisions", a.round)) for a in winners}
        for award in awards:
            await self._say(self._topics.awards(award.solver), award)
        if tasks:
            await asyncio.wait(tasks.values())
        found = {}
        for name, task in tasks.items():
            answer = task.result()
            if isinstance(answer, Message):
                with suppress(MalformedMessageError):
                    found[name] = decode(Decision, answer.payload)
        return found

    async def notify(self, notice: Notice) -> None:
        """Send a solver news."""
        await self._say(self._topics.notices(notice.solver), notice)

    async def _say(self, topic: str, message: Boundary) -> None:
        await self._bus.publish(topic, self._author.sign(model_bytes(message), topic))

    async def _launch(self, process: SolverProcess) -> None:
        """Start a process and wait for its introduction."""
        hello = asyncio.create_task(self._answer(process.name, "hello", 0, limit_s=START_S))
        await process.start(self._author.public)
        if process.channel is not None:
            pipe = self._pipes[process.name] = Pipe(self._bus, self._topics, process)
            await pipe.open()
        answer = await hello
        if not isinstance(answer, Message):
            raise RunAbortedError(f"solver {process.name} does not start: {answer}")
        self.hellos[process.name] = decode(Hello, answer.payload)

    async def _revive(self) -> None:
        """Start solvers again that have died, unless they died too often."""
        for name, process in self._processes.items():
            if process.is_alive or process.is_given_up:
                continue
            if name in self._pipes:
                await self._pipes.pop(name).close()
            await process.stop()
            process.restarts += 1
            if not process.is_given_up:
                await self._launch(process)

    async def _repeat(self, payload: bytes) -> None:
        while True:
            await asyncio.sleep(REPEAT_S)
            await self._bus.publish(self._topics.announce, payload)

    async def _answer(self, name: str, kind: str, number: int, *, limit_s: float | None = None) -> Message | str:
        """Return a solver's message of a kind, or why none will come."""
        process = self._processes[name]
        key = (kind, name, number)
        future = self._waiting[key] = asyncio.get_running_loop().create_future()
        death = asyncio.create_task(process.died())
        try:
            ends = [future, death, *([self._reader] if self._reader else [])]
            await asyncio.wait(ends, timeout=limit_s or self._limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            death.cancel()
            del self._waiting[key]
        if self._reader is not None and self._reader.done():
            # It only ends by an error of the bus, which is not the solver's.
            self._reader.result()
        if future.done():
            message: Message = future.result()
            return message
        if death.done() and not death.cancelled():
            return f"crashed: {death.result()}"
        await process.stop()
        return "killed: it did not come back"

    def _open(self, name: str, answer: Message | str, number: int, letterbox: Letterbox, answers: Answers) -> None:
        """Open a sealed sheet, or note what is wrong with it."""
        if isinstance(answer, str):
            answers.faults[name] = answer
            if answer.startswith("killed"):
                answers.killed.append(name)
            return
        try:
            sealed = decode(SealedSheet, answer.payload, limit=SHEET_LIMIT)
            text = letterbox.open(bytes.fromhex(sealed.sealed), self._processes[name].author.public)
            sheet = decode(BidSheet, text, limit=SHEET_LIMIT)
        except (MalformedMessageError, SealError, ValueError) as error:
            answers.faults[name] = f"sealed: {error}"
            return
        answers.work[name], answers.output[name] = sealed.work, sealed.output
        if sealed.error:
            answers.faults[name] = f"failed: {sealed.error}"
        if (sheet.solver, sheet.round) != (name, number):
            answers.faults[name] = "sealed: the sheet is another solver's or of another round"
            return
        answers.sheets.append(sheet)

    async def _read(self, incoming: Subscription) -> None:
        """Hand every message to whoever waits for it, and acknowledge it."""
        async for message in incoming:
            try:
                name = self._topics.solver_in(message.topic)
                text = text_of(message.payload, message.topic, self._processes[name].author.public)
            except (InvalidTopicError, SealError, KeyError):
                self._strangers += 1
                continue
            await self._acknowledge(name, message)
            self._hand_over(name, Message(message.topic, text))

    def _hand_over(self, name: str, message: Message) -> None:
        kind = message.topic.rpartition("/")[2]
        number = _round_of(kind, message.payload)
        for (awaited, solver, wanted), future in self._waiting.items():
            if (awaited, solver) == (kind, name) and number in {wanted, None} and not future.done():
                future.set_result(message)

    async def _acknowledge(self, name: str, message: Message) -> None:
        async def accept(payload: bytes) -> Receipt:
            return Receipt(message_id=message_id(payload), accepted=True, code="received")

        await self._seen.answer(self._bus, self._topics.solver_receipts(name), message.payload, accept)


def _round_of(kind: str, payload: bytes) -> int | None:
    """Return the round a message is about; `None` if it cannot be read: whoever waits will find out why."""
    try:
        if kind == "bids":
            return decode(SealedSheet, payload, limit=SHEET_LIMIT).round
        return decode(Decision, payload).round if kind == "decisions" else 0
    except MalformedMessageError:
        return None
