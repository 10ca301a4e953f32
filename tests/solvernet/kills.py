"""Killing one part of the calm day: a venue, the bridge or a chain that fails at a random time and never comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auction.settlement.run import Run
from solvernet import __version__
from solvernet.engine import Engine, RunName
from solvernet.inline import InlineRun
from solvernet.scenario import Scenario, parse_scenario, scenario_hash, scenario_text
from solvernet.scenario_parts import Window
from solvers.registry import load, parse_spec
from solvers.session import Session
from venues.seeds import generator, seed_bytes

TEXT: Final = scenario_text("calm-v1")
CALM: Final[Scenario] = parse_scenario(TEXT, "calm-v1")
PARTS: Final = (
    *(("venue_halt", "venue", name) for name in CALM.venues),
    *(("bridge_halt", "bridge", name) for name in CALM.bridges),
    *(("outage", "chain", name) for name in CALM.chains),
)
"""Everything that can be killed: kind of fault, and the field and the name of what it concerns."""

FOR_GOOD_S: Final = 1_000_000
EARLIEST, LATEST = 1 / 6, 1 / 2
"""When a part is killed, as a part of the window: late enough to be in use, early enough to be missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """What a part's death cost."""

    seed: int
    part: str
    minute: float
    """Time of death after the start."""

    share: float
    """Part of the volume filled after that time, in the undisturbed run, in which the dead part had a part."""

    own_share: float
    """The same with the volume of each fill split evenly over its orders; for bridge and chains the share itself."""

    loss: float
    """Part of that volume which the run with the death did not fill."""

    left: float
    """Volume that it did fill, in units of intents."""

    still_used: int
    """Orders that were executed at a dead venue."""


def play(seed: int, minutes: int, fault: str = "") -> InlineRun:
    """Return the calm day's first minutes, with a fault; the house does not look on, as it decides nothing."""
    text = TEXT + fault
    scenario = parse_scenario(text, "calm-v1")
    start = scenario.window.start
    name = RunName(scenario, scenario_hash(text), Window(start=start, end=start + minutes * 60_000), seed)
    specs = [parse_spec(spec) for spec in scenario.solvers.specs]
    sessions = {s.name: Session(load(s), s.name, seed_bytes(seed, "solver", s.name)) for s in specs}
    software = {solver: session.hello().software for solver, session in sessions.items()}
    run = InlineRun(Engine(name, software, __version__, has_house=False), sessions)
    run.drive()
    return run


def kills(seed: int, minutes: int, parts: Sequence[tuple[str, str, str]] = PARTS) -> list[Kill]:
    """Return what the death of each part costs in one seed, each against the same undisturbed run."""
    calm = play(seed, minutes)
    return [_kill(calm, seed, minutes, part) for part in parts]


def _kill(calm: InlineRun, seed: int, minutes: int, part: tuple[str, str, str]) -> Kill:
    kind, field, name = part
    at_s = round(minutes * 60 * generator(seed, "kill", name).uniform(EARLIEST, LATEST))
    at_ms = CALM.window.start + at_s * 1000
    fault = f'\n[[faults]]\nkind = "{kind}"\n{field} = "{name}"\nat = {at_s}\nlasts_s = {FOR_GOOD_S}\n'
    hurt = play(seed, minutes, fault)
    before = sum(_units(run) for run in _filled(calm, at_ms))
    after = sum(_units(run) for run in _filled(hurt, at_ms))
    used = sum(_units(run) for run in _filled(calm, at_ms) if name in _parts(run))
    own = sum(_units(run) * _own(run, name) for run in _filled(calm, at_ms))
    return Kill(
        seed=seed,
        part=name,
        minute=round(at_s / 60, 1),
        share=round(used / before, 4),
        own_share=round(own / before, 4),
        loss=round(1 - after / before, 4),
        left=round(after, 1),
        still_used=sum(order.venue == name for run in _filled(hurt, at_ms) for order in run.plan.orders),
    )


def _filled(run: InlineRun, from_ms: int) -> Iterator[Run]:
    return (found for found in run.engine.auctioneer.executor.runs() if found.delivered_ms >= from_ms)


def _units(run: Run) -> float:
    return run.plan.terms.quantity / 10**18


def _parts(run: Run) -> set[str]:
    """Return what a fill needs: the venues of its orders, its owner's chain and that of delivery, the bridge if two."""
    names = {part.caip2: name for name, part in CALM.chains.items()}
    chains = {names[run.plan.home], names[run.plan.terms.chain]}
    return {order.venue for order in run.plan.orders} | chains | (set(CALM.bridges) if len(chains) > 1 else set())


def _own(run: Run, name: str) -> float:
    if name not in CALM.venues:
        return float(name in _parts(run))
    orders = run.plan.orders
    return sum(order.venue == name for order in orders) / len(orders) if orders else 0.0
