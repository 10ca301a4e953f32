"""Running a scenario: the core of `solvernet.engine`, driven over a bus, with solvers in processes of their own."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import solvernet
from auction.errors import LedgerError
from auction.ledger_interface import LedgerWriter
from intents.bus.bus import Bus
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.topics import Topics
from solvernet import telemetry
from solvernet.engine import Engine, RunName
from solvernet.errors import RunAbortedError, SolvernetError
from solvernet.ledger_place import open_reader, open_writer
from solvernet.live_run import LiveRun, Progress
from solvernet.network.broker_guard import GuardedBroker
from solvernet.network.hosts import SolverProcess
from solvernet.network.ideal_process import IdealProcess
from solvernet.network.solicitor import Solicitor
from solvernet.recording import Recording, check_version, name_of, read_beginning
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text, with_solvers
from solvernet.scenario_parts import Window
from solvernet.summary import Outcome
from solvers.registry import load, parse_spec
from venues.seeds import seed_bytes

BusKind = Literal["memory", "mqtt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What to run, and how."""

    scenario: str
    """Name of a scenario, or the path of a file; of no weight for a run that goes on."""

    window: str | None = None
    seed: int = 7
    solvers: tuple[str, ...] = ()
    """Specifications of further solvers, beside the scenario's own."""

    bus: BusKind = "memory"
    broker: str | None = None
    """Address of a broker that is already there; without one an embedded broker is started."""

    out: Path
    ledger: str | None = None
    """Address of a database to keep the ledger in; in the folder `out` without one."""

    ideal: bool = True
    """Whether to run the ideal world beside the real one, to know what was due."""


@dataclass(slots=True)
class RunResult:
    """What came of a run."""

    outcome: Outcome
    work: dict[str, int] = field(default_factory=dict)
    """Work units of each solver."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that has been checked and not yet begun."""

    name: RunName
    text: str
    """The scenario's text."""

    is_begun: bool = False
    """Whether there is a ledger of it to go on with."""


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


def prepare_again(folder: Path) -> Prepared:
    """Return the run that a ledger is of, to go on with it.

    Raises:
        LedgerError: if there is no ledger, its run has ended, or another version wrote it.
        SolversError: if a solver does not exist any more or does not load.
    """
    reader = open_reader(folder)
    try:
        if reader.last_kind() == "run.closed":
            raise LedgerError(f"the run in {folder} has ended: there is nothing to resume")
    finally:
        reader.close()
    check_version(reader.meta)
    name = name_of(reader.meta, folder)
    for spec in name.scenario.solvers.specs:
        load(parse_spec(spec))
    return Prepared(name, reader.meta["scenario_text"], is_begun=True)


async def run(config: RunConfig, prepared: Prepared, progress: Progress | None = None) -> RunResult:
    """Run a scenario and write its ledger, or go on with a run that was killed.

    Raises:
        BusError: if the broker cannot be reached, or is lost for good.
        LedgerError: if the ledger cannot be written, or does not hold the run that it names.
        RunAbortedError: if the run could not go on; what was committed stays.
    """
    started = telemetry.seconds()
    async with AsyncExitStack() as stack:
        ledger = open_writer(config.out, config.ledger, goes_on=prepared.is_begun)
        stack.callback(ledger.close)
        ideal = await stack.enter_async_context(IdealProcess(prepared.name, prepared.text)) if config.ideal else None
        live = await _open(config, prepared, ledger, stack)
        await live.drive(progress)
        found = await ideal.result() if ideal else None
        wall_s = telemetry.seconds() - started
        outcome = Outcome(live.engine, live.events, ledger.fingerprint, not live.killed, wall_s, found)
        return RunResult(outcome, live.work)


async def _open(config: RunConfig, prepared: Prepared, ledger: LedgerWriter, stack: AsyncExitStack) -> LiveRun:
    """Start broker, bus, solvers and core; a run that does not even start leaves no ledger behind."""
    recording: Recording | None = None
    if prepared.is_begun:
        recording = await asyncio.to_thread(read_beginning, config.out)
    else:
        ledger.name(meta(prepared, config))
    try:
        bus, solicitor, topics = await _connect(config, prepared, stack)
        engine = await asyncio.to_thread(Engine, prepared.name, _software(solicitor, recording), solvernet.__version__)
        live = LiveRun(engine, ledger, bus, topics, solicitor)
        await stack.enter_async_context(live.intake)
        if recording is not None:
            await live.remember(recording)
    except BaseException:
        if recording is None:
            ledger.forget()
        raise
    return live


async def _connect(config: RunConfig, prepared: Prepared, stack: AsyncExitStack) -> tuple[Bus, Solicitor, Topics]:
    """Start broker, bus and solvers."""
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
    return bus, await stack.enter_async_context(Solicitor(bus, topics, processes, limit_s=limit_s)), topics


def _software(solicitor: Solicitor, recording: Recording | None) -> dict[str, str]:
    """Return the shared software that each solver declares.

    Raises:
        SolvernetError: if a run goes on with solvers that declare other software than they did.
    """
    found = {solver: hello.software for solver, hello in solicitor.hellos.items()}
    if recording is not None and recording.rows:
        changed = sorted(name for name in found if found[name] != recording.software.get(name))
        if changed:
            raise SolvernetError(f"the run cannot go on: {changed[0]} is built on other software than when it began")
    return found


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


__all__ = [
    "BusKind",
    "Prepared",
    "Progress",
    "RunAbortedError",
    "RunConfig",
    "RunResult",
    "Window",
    "prepare",
    "prepare_again",
    "run",
]
