"""What the events of a run say, in the form in which pictures need it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from auction.ledger import Event
from auction.settlement.executor import Run
from intents.assets import USDC_UNIT


@dataclass(frozen=True, slots=True)
class RoundGain:
    """What one round could have given users, and what it awarded, in dollars."""

    round: int
    time_ms: int
    first_best: float
    awarded: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """A fill that reached its owner."""

    time_ms: int
    solver: str
    gain: float
    """What the owner gained over the limit, in dollars."""


@dataclass(frozen=True, slots=True)
class Failure:
    """When a fill failed, and what that took from its solver's bond."""

    time_ms: int
    slashed: float
    """In dollars."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch of time in which a solver's bids were refused."""

    solver: str
    start_ms: int
    until_ms: int
    faults: int
    """Failed fills that led to it."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A round in which a solver gave no bids because it failed."""

    solver: str
    time_ms: int
    fault: str


def round_gains(events: Iterable[Event]) -> tuple[RoundGain, ...]:
    """Return what each round could have given and what it awarded, in order."""
    best: dict[int, float] = {}
    gains = []
    for event, body in _bodies(events, {"round.benchmark", "round.closed"}):
        if event.kind == "round.benchmark":
            best[event.round] = int(body["first_best"]) / USDC_UNIT
        else:
            awarded = (int(body["score"]) - int(body.get("fees", 0))) / USDC_UNIT
            gains.append(RoundGain(event.round, event.time_ms, best.get(event.round, 0.0), awarded))
    return tuple(gains)


def deliveries(runs: Iterable[Run]) -> tuple[Delivery, ...]:
    """Return the fills that reached their owners, in order of time."""
    found = []
    for run in runs:
        terms = run.plan.terms
        if run.delivered_ms:
            found.append(Delivery(run.delivered_ms, terms.solver, terms.gain / USDC_UNIT))
    return tuple(sorted(found, key=lambda item: item.time_ms))


def failures(events: Iterable[Event]) -> dict[str, Failure]:
    """Return the failed fills by name."""
    return {
        str(body["fill_id"]): Failure(event.time_ms, int(body["slashed"]) / USDC_UNIT)
        for event, body in _bodies(events, {"fill.failed"})
    }


def suspensions(events: Iterable[Event]) -> tuple[Suspension, ...]:
    """Return the suspensions in order; several faults found at once are one."""
    found: dict[tuple[str, int], Suspension] = {}
    for event, body in _bodies(events, {"solver.suspended"}):
        solver, until_ms = str(body["solver"]), int(body["until"])
        known = found.get((solver, until_ms), Suspension(solver, event.time_ms, until_ms, 0))
        found[solver, until_ms] = replace(known, faults=known.faults + 1)
    return tuple(found.values())


def crashes(events: Iterable[Event]) -> tuple[Crash, ...]:
    """Return the rounds in which solvers failed to bid."""
    return tuple(
        Crash(str(body["solver"]), event.time_ms, str(body["fault"]))
        for event, body in _bodies(events, {"solver.fault"})
    )


def end_ms(events: Iterable[Event]) -> int:
    """Return the time of the last event, or zero."""
    return max((event.time_ms for event in events), default=0)


def _bodies(events: Iterable[Event], kinds: set[str]) -> Iterator[tuple[Event, dict[str, Any]]]:
    for event in events:
        if event.kind in kinds and isinstance(event.body, dict):
            yield event, event.body
