"""One run over a bus: rounds, users and solvers around the core, and a ledger that is always ahead of what was said.

Nothing is told to anybody before it is committed: no receipt before the intent, no award before the bids. So whoever
kills the run leaves a ledger that it can go on from, and nobody was promised what it does not hold.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from auction.ledger_interface import LedgerWriter
from auction.rows import Event
from intents.bus.bus import Bus
from intents.bus.topics import Topics
from intents.client import IntentClient
from intents.errors import NoReceiptError
from intents.lifecycle import IntentEvent
from intents.sealing import Letterbox
from solvernet import telemetry
from solvernet.agenda import Agenda, Cancelling
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine
from solvernet.group_commit import GroupCommit
from solvernet.network.intake import Intake, Office
from solvernet.network.solicitor import Answers, Solicitor
from solvernet.notices import Notices
from solvernet.past import Past
from solvernet.recording import Recording, field, hear
from solvernet.users import Posting
from solvers.messages import Announcement, Notice

Progress = Callable[[int, int], None]
"""Told the round that has ended and how many there will be at least."""


class LiveRun:
    """The run."""

    def __init__(self, engine: Engine, ledger: LedgerWriter, bus: Bus, topics: Topics, solicitor: Solicitor) -> None:
        self.engine = engine
        self.killed: list[str] = []
        self.work: dict[str, int] = {}
        self.events: list[Event] = []
        self._ledger = ledger
        self._bus = bus
        self._topics = topics
        self._solicitor = solicitor
        self._past = Past()
        self._letterbox = Letterbox.new()
        self._lock = asyncio.Lock()
        self._telemetry: list[Event] = []
        self._unpublished: list[Event] = []
        self._notices = Notices()
        self._unsent: list[Notice] = []
        self._written = 0
        office = Office(lock=self._lock, keep=GroupCommit(self._keep), note=self._note_refusal)
        self.intake = Intake(bus, topics, engine.auctioneer, office)
        self._clients: dict[int, IntentClient] = {}
        self._agenda = Agenda(engine.flow, engine.network)

    async def remember(self, recording: Recording) -> None:
        """Take up a run where its ledger ends: `drive` goes through what is recorded, and on from there."""
        self._past = Past(recording)
        self.work = recording.work()
        last = recording.rows[-1].event.round if recording.rows else 0
        resumed = Event(last, telemetry.wall_ms(), "resumed", {"events": len(recording.rows)})
        await asyncio.to_thread(self._ledger.commit, (), (resumed,))

    async def drive(self, progress: Progress | None) -> None:
        """Run all rounds of the window, and then those it takes until every intent has ended."""
        engine, window = self.engine, self.engine.name.window
        rounds = (window.end - window.start) // engine.every_ms
        async with AsyncExitStack() as clients:
            for index, user in enumerate(engine.flow.users):
                client = IntentClient(self._bus, self._topics, user.account)
                self._clients[index] = await clients.enter_async_context(client)
            for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
                round_ms = window.start + number * engine.every_ms
                await self._feed(round_ms, is_open=number <= rounds)
                if number > rounds and engine.is_over():
                    break
                await self._round()
                if progress:
                    progress(number, rounds)
            async with self._lock:
                await asyncio.to_thread(engine.finish)
            await self._commit()

    async def _feed(self, round_ms: int, *, is_open: bool) -> None:
        """Let the world live until the next round, and users do what they want meanwhile."""
        heard = self._past.arrivals(self.engine.rounds, "between")
        for doing in self._agenda.until(self.engine.now_ms, round_ms, is_open=is_open):
            arrivals, known = heard.until(doing)
            await self._hear(arrivals)
            if known is None:
                await self._advance(doing.time_ms)
                accepted = await self._do(doing)
            else:
                accepted = str(field(known, "intent_id")) if known.kind == "intent.received" else None
            if isinstance(doing, Posting) and accepted:
                self._agenda.accepted(doing, accepted)
        await self._hear(heard.rest())
        await self._advance(round_ms)

    async def _do(self, doing: Posting | Cancelling) -> str | None:
        """Send what a user wants, and return the intent that was accepted, if one was."""
        try:
            return await self._sent(doing)
        except NoReceiptError:
            self.intake.check()
            raise

    async def _sent(self, doing: Posting | Cancelling) -> str | None:
        client = self._clients[doing.user]
        if isinstance(doing, Cancelling):
            await client.cancel(doing.intent_id, home=self.engine.flow.users[doing.user].home)
            return None
        receipt = await client.submit(doing.intent)
        return receipt.intent_id if receipt.accepted else None

    async def _hear(self, arrivals: Sequence[Event]) -> None:
        """Let users be heard again as the ledger says."""
        if arrivals:
            async with self._lock:
                await asyncio.to_thread(hear, self.engine, arrivals)

    async def _advance(self, until_ms: int) -> None:
        async with self._lock:
            await asyncio.to_thread(self.engine.advance, until_ms)

    async def _round(self) -> None:
        """Hold one auction, unless it has to be skipped; users wait while winners are told and decide."""
        async with self._lock:
            is_skipped = await asyncio.to_thread(self.engine.skips_round)
        if is_skipped:
            await self._commit()
            return
        self._letterbox = Letterbox.new()
        async with self._lock:
            announcement = await asyncio.to_thread(self.engine.open_round, self._letterbox.public)
        answers = await self._answers(announcement)
        self.killed.extend(answers.killed)
        async with self._lock:
            awards = await asyncio.to_thread(self.engine.close_round, answers.sheets, answers.faults)
            await self._write()
            decisions = self._past.decisions(self.engine.rounds)
            if decisions is None:
                decisions = await self._solicitor.decisions(awards)
            await asyncio.to_thread(self.engine.settle, decisions)
        await self._commit()

    async def _answers(self, announcement: Announcement) -> Answers:
        """Return the bids of a round: the recorded ones if its bidding had ended."""
        number = announcement.round
        await self._hear(self._past.arrivals(number, "bidding").rest())
        recorded = self._past.answers(number)
        if recorded is not None:
            return recorded
        return await self._solicit(announcement) if announcement.intents else Answers()

    async def _solicit(self, announcement: Announcement) -> Answers:
        """Return the solvers' bids; meanwhile the house works out its own view."""
        house = asyncio.create_task(asyncio.to_thread(self._timed_house))
        try:
            answers = await self._solicitor.bids(announcement, self._letterbox)
        finally:
            spent = await house
        for name, units in answers.work.items():
            self.work[name] = self.work.get(name, 0) + units
        self._tell("house", spent)
        strangers = {"strangers": answers.strangers} if answers.strangers else {}
        self._tell("solvers", {"work": dict(answers.work), "output": dict(answers.output)} | strangers)
        return answers

    def _timed_house(self) -> dict[str, int]:
        """Work out the house's view of the open round; return what it cost."""
        start = telemetry.seconds()
        work = self.engine.benchmark().work
        return {"work": work, "wall_ms": round((telemetry.seconds() - start) * 1000)}

    async def _commit(self) -> None:
        """Write a round's events, then tell users and solvers what became of their own."""
        async with self._lock:
            await self._write(ends_round=True)
            told, self._unpublished = self._unpublished, []
            notices, self._unsent = self._unsent, []
        steps = (IntentEvent.model_validate(e.body, strict=False) for e in told if e.kind == "intent.state")
        await self.intake.publish(tuple(steps))
        for notice in notices:
            await self._solicitor.notify(notice)

    async def _keep(self) -> None:
        async with self._lock:
            await self._write()

    async def _write(self, *, ends_round: bool = False) -> None:
        """Commit what has happened since the last time, less what the ledger holds already; the lock is held."""
        events = self.engine.drain()
        new = self._past.beyond(events)
        self.events.extend(events)
        self._unpublished.extend(events)
        for i, notices in enumerate(self._notices.hear(events)):
            self._unsent.extend(notices if i >= len(events) - len(new) else ())
        self._written += len(new)
        if ends_round and self._written:
            self._tell("round", {"cpu_ms": telemetry.cpu_ms(), "events": self._written})
            self._written = 0
        told, self._telemetry = self._telemetry, []
        if new or told:
            await asyncio.to_thread(self._ledger.commit, new, told)

    def _note_refusal(self, code: str, detail: str) -> None:
        self._tell("refused", {"code": code, "detail": detail})

    def _tell(self, kind: str, body: Mapping[str, object]) -> None:
        self._telemetry.append(Event(self.engine.rounds, telemetry.wall_ms(), kind, body))  # type: ignore[arg-type]
