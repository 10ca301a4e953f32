"""Running a scenario: the core of `solvernet.engine`, driven over a bus, with solvers in processes of their own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import solvernet
from auction.house import Benchmark
from auction.ledger import Event, Ledger
from intents.bus.bus import Bus
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.topics import Topics
from intents.client import IntentClient
from intents.lifecycle import IntentEvent
from solvernet import telemetry
from solvernet.agenda import Agenda, Cancelling
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine, RunName
from solvernet.errors import RunAbortedError
from solvernet.network.broker_guard import GuardedBroker
from solvernet.network.hosts import SolverProcess
from solvernet.network.ideal_process import IdealProcess
from solvernet.network.intake import Intake
from solvernet.network.solicitor import Answers, Solicitor
from solvernet.scenario import Scenario, parse_scenario, scenario_hash, scenario_text
from solvernet.scenario_parts import Window
from solvernet.summary import Outcome
from solvers.messages import Announcement
from solvers.registry import load, parse_spec
from venues.seeds import seed_bytes

BusKind = Literal["memory", "mqtt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What to run, and how."""

    scenario: str
    """Name of a scenario, or the path of a file."""

    window: str | None = None
    seed: int = 7
    solvers: tuple[str, ...] = ()
    """Specifications of further solvers, beside the scenario's own."""

    bus: BusKind = "memory"
    broker: str | None = None
    """Address of a broker that is already there; without one an embedded broker is started."""

    out: Path
    ideal: bool = True
    """Whether to run the ideal world beside the real one, to know what was due."""


@dataclass(slots=True)
class RunResult:
    """What came of a run."""

    outcome: Outcome
    work: dict[str, int] = field(default_factory=dict)
    """Work units of each solver."""


Progress = Callable[[int, int], None]
"""Told the round that has ended and how many there will be at least."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that has been checked and not yet begun."""

    name: RunName
    text: str
    """The scenario's text."""


def prepare(config: RunConfig) -> Prepared:
    """Return a run whose scenario, window and solvers all exist.

    Raises:
        SolvernetError: if the scenario or its window does not exist or cannot be used.
        SolversError: if a solver does not exist or does not load.
    """
    text = scenario_text(config.scenario)
    scenario = with_solvers(parse_scenario(text, config.scenario), config.solvers)
    for spec in scenario.solvers.specs:
        load(parse_spec(spec))
    window = scenario.window_named(config.window)
    return Prepared(RunName(scenario, scenario_hash(text), window, config.seed), text)


def with_solvers(scenario: Scenario, specs: Sequence[str]) -> Scenario:
    """Return the scenario with further solvers; a name that is taken replaces the scenario's own.

    Raises:
        SolverLoadError: if a specification is malformed.
    """
    named = {parse_spec(text).name: text for text in (*scenario.solvers.specs, *specs)}
    part = scenario.solvers.model_copy(update={"specs": tuple(named.values())})
    return scenario.model_copy(update={"solvers": part})


async def run(config: RunConfig, prepared: Prepared, progress: Progress | None = None) -> RunResult:
    """Run a scenario and write its ledger.

    Raises:
        BusError: if the broker cannot be reached, or is lost for good.
        LedgerError: if the ledger cannot be written.
        RunAbortedError: if the run could not go on; what was committed stays.
    """
    started = telemetry.seconds()
    async with AsyncExitStack() as stack:
        ledger = Ledger(config.out)
        stack.callback(ledger.close)
        ideal = await stack.enter_async_context(IdealProcess(prepared.name, prepared.text)) if config.ideal else None
        live = await _open(config, prepared, ledger, stack)
        await live.drive(progress)
        found = await ideal.result() if ideal else None
        wall_s = telemetry.seconds() - started
        outcome = Outcome(live.engine, live.events, ledger.fingerprint, not live.killed, wall_s, found)
        return RunResult(outcome, live.work)


async def _open(config: RunConfig, prepared: Prepared, ledger: Ledger, stack: AsyncExitStack) -> "_LiveRun":
    """Start broker, bus, solvers and core."""
    name = prepared.name
    topics = Topics(f"{name.scenario.name}-{name.seed}")
    url = config.broker
    if config.bus == "mqtt" and url is None:
        url = (await stack.enter_async_context(GuardedBroker())).url
    bus: Bus = await stack.enter_async_context(
        MqttBus(url) if config.bus == "mqtt" and url else MemoryBus(MemoryBroker())
    )
    processes = [
        SolverProcess(
            spec.name,
            str(spec),
            seed_bytes(name.seed, "solver", spec.name),
            memory_mb=name.scenario.solvers.memory_mb,
            broker=url if config.bus == "mqtt" else None,
            run=topics.run,
        )
        for spec in map(parse_spec, name.scenario.solvers.specs)
    ]
    limit_s = name.scenario.solvers.think_limit_s
    solicitor = await stack.enter_async_context(Solicitor(bus, topics, processes, limit_s=limit_s))
    software = {solver: hello.software for solver, hello in solicitor.hellos.items()}
    engine = await asyncio.to_thread(Engine, name, software, solvernet.__version__)
    ledger.name(meta(prepared, config))
    live = _LiveRun(engine, ledger, bus, topics, solicitor)
    await stack.enter_async_context(live.intake)
    return live


def meta(prepared: Prepared, config: RunConfig) -> dict[str, str]:
    """Return what a ledger must hold so that its run can be replayed anywhere."""
    name = prepared.name
    return {
        "version": solvernet.__version__,
        "scenario": name.scenario.name,
        "scenario_text": prepared.text,
        "solvers": "\n".join(name.scenario.solvers.specs),
        "window": config.window or "",
        "seed": str(name.seed),
    }


class _LiveRun:
    """One run over a bus."""

    def __init__(self, engine: Engine, ledger: Ledger, bus: Bus, topics: Topics, solicitor: Solicitor) -> None:
        self.engine = engine
        self.killed: list[str] = []
        self.work: dict[str, int] = {}
        self.events: list[Event] = []
        self._ledger = ledger
        self._bus = bus
        self._topics = topics
        self._solicitor = solicitor
        self._lock = asyncio.Lock()
        self._telemetry: list[Event] = []
        self.intake = Intake(bus, topics, engine.auctioneer, self._lock, self._note_refusal)
        self._clients: dict[int, IntentClient] = {}
        self._agenda = Agenda(engine.flow, engine.network)

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
        for doing in self._agenda.until(self.engine.now_ms, round_ms, is_open=is_open):
            await self._advance(doing.time_ms)
            client = self._clients[doing.user]
            if isinstance(doing, Cancelling):
                await client.cancel(doing.intent_id)
                continue
            receipt = await client.submit(doing.intent)
            if receipt.accepted and receipt.intent_id:
                self._agenda.accepted(doing, receipt.intent_id)
        await self._advance(round_ms)

    async def _advance(self, until_ms: int) -> None:
        async with self._lock:
            await asyncio.to_thread(self.engine.advance, until_ms)

    async def _round(self) -> None:
        """Hold one auction, unless it has to be skipped."""
        async with self._lock:
            is_skipped = await asyncio.to_thread(self.engine.skips_round)
        if is_skipped:
            await self._commit()
            return
        async with self._lock:
            announcement = await asyncio.to_thread(self.engine.open_round)
        if announcement.intents:
            answers, _ = await self._solicit(announcement)
        else:
            answers = Answers()
        async with self._lock:
            awards = await asyncio.to_thread(self.engine.close_round, answers.sheets, answers.faults)
        decisions = await self._solicitor.decisions(awards)
        async with self._lock:
            await asyncio.to_thread(self.engine.settle, decisions)
        await self._commit()

    async def _solicit(self, announcement: Announcement) -> tuple[Answers, Benchmark]:
        """Return the solvers' bids; meanwhile the house works out its own view."""
        letterbox = self.engine.letterbox(announcement.round)
        house = asyncio.create_task(asyncio.to_thread(self.engine.benchmark))
        try:
            answers = await self._solicitor.bids(announcement, letterbox)
        finally:
            benchmark = await house
        self.killed.extend(answers.killed)
        for name, units in answers.work.items():
            self.work[name] = self.work.get(name, 0) + units
        self._tell("solvers", {"work": dict(answers.work), "output": dict(answers.output)})
        return answers, benchmark

    async def _commit(self) -> None:
        """Write a round's events, then publish what became of intents."""
        events = self.engine.drain()
        self.events.extend(events)
        self._tell("round", {"cpu_ms": telemetry.cpu_ms(), "events": len(events)})
        told, self._telemetry = self._telemetry, []
        await asyncio.to_thread(self._ledger.commit, events, told)
        steps = (IntentEvent.model_validate(e.body, strict=False) for e in events if e.kind == "intent.state")
        await self.intake.publish(tuple(steps))

    def _note_refusal(self, code: str, detail: str) -> None:
        self._tell("refused", {"code": code, "detail": detail})

    def _tell(self, kind: str, body: Mapping[str, object]) -> None:
        self._telemetry.append(Event(self.engine.rounds, telemetry.wall_ms(), kind, body))  # type: ignore[arg-type]


__all__ = ["BusKind", "Prepared", "Progress", "RunAbortedError", "RunConfig", "RunResult", "Window", "prepare", "run"]
