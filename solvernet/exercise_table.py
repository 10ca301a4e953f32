"""The critical operations around expiry, chain by chain: how many were due, done in time, done late, and missed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from intents.options import parse_series
from solvernet.exercise_record import ExerciseCourse, ExerciseRecord, expiry_of
from solvernet.exotic_parts import ExoticsPart
from solvernet.record import EXPIRY_GRACE_MS
from solvernet.scenario import Scenario
from solvernet.scenario_parts import Window
from venues.chain_state import HISTORY_MS, ChainState
from venues.observed import fixing_times
from venues.world import World

Operation = Literal["settlement", "exercise", "barrier", "fixing"]

GRACE_S = EXPIRY_GRACE_MS // 1000


class ExerciseLine(Boundary):
    """One kind of operation on one chain."""

    chain: str
    """Name of the chain in the scenario."""

    operation: Operation
    due: int
    in_time: int
    """Settlements within `GRACE_S` of their expiry, exercises before it, records while answers are remembered."""

    late: int
    missed: int
    """Not done when the run ended, or never to be done any more."""

    wait_s_max: float | None
    """Longest time from when it could be done to the block that did it; none if nothing was done."""

    value_usd: float
    """What settlements and exercises paid."""

    lost_usd: float
    """What options still would have paid that nobody exercised in time."""

    reverted: int
    """Transactions for it that were included and failed."""

    gas_usd: float
    """What its keeper paid for all of them, at the price of ether at the end of the window."""


@dataclass(slots=True)
class _Tally:
    """Figures of one line while they are added up."""

    waits_ms: list[int] = field(default_factory=list)
    grace_ms: int = 0
    missed: int = 0
    value: int = 0
    lost: int = 0

    @property
    def late(self) -> int:
        """Return how many were done after their time."""
        return sum(wait > self.grace_ms for wait in self.waits_ms)

    @property
    def due(self) -> int:
        """Return how many were due."""
        return len(self.waits_ms) + self.missed


def exercise_table(
    scenario: Scenario, window: Window, record: ExerciseRecord, world: World
) -> tuple[ExerciseLine, ...]:
    """Return the operations that were due, chain by chain; none in a scenario without options of other styles."""
    part = scenario.exotics
    if part is None:
        return ()
    lines = []
    hours, wei_usd = _hours(part, window, world.now_ms), world.truth.price(window.end) / PRICE_UNIT / ETH_UNIT
    for name, course in record.courses.items():
        state = world.state(scenario.chains[name].caip2)
        tallies: dict[Operation, _Tally] = {
            "settlement": _settlements(course, state, world.now_ms),
            "exercise": _exercises(course, round(part.exercise_lead_s * 1000)),
            "barrier": _barriers(course, world.now_ms),
            "fixing": _fixings(course, hours, world.now_ms),
        }
        lines += [_line(name, what, tally, course, wei_usd) for what, tally in tallies.items() if tally.due]
    return tuple(lines)


def _line(chain: str, operation: Operation, tally: _Tally, course: ExerciseCourse, wei_usd: float) -> ExerciseLine:
    receipts = [each for each in course.receipts.values() if operation_of(each.transaction_id) == operation]
    return ExerciseLine(
        chain=chain,
        operation=operation,
        due=tally.due,
        in_time=len(tally.waits_ms) - tally.late,
        late=tally.late,
        missed=tally.missed,
        wait_s_max=max(tally.waits_ms) / 1000 if tally.waits_ms else None,
        value_usd=tally.value / USDC_UNIT,
        lost_usd=tally.lost / USDC_UNIT,
        reverted=sum(receipt.status == "reverted" for receipt in receipts),
        gas_usd=sum(receipt.cost_wei for receipt in receipts) * wei_usd,
    )


def operation_of(transaction_id: str) -> Operation:
    """Return what a keeper's transaction was for, by its name."""
    task = transaction_id.split(":")[1].split("-", maxsplit=1)[0]
    kinds: dict[str, Operation] = {"exercise": "exercise", "touch": "barrier", "fix": "fixing"}
    return kinds.get(task, "settlement")


def _settlements(course: ExerciseCourse, state: ChainState, now_ms: int) -> _Tally:
    tally = _Tally(grace_ms=EXPIRY_GRACE_MS, missed=len(state.clearing.expired(now_ms)))
    tally.waits_ms = [receipt.block.time_ms - expiry_of(log) for receipt, log in course.logs("Expired")]
    tally.value = sum(settlement.paid for settlement in state.clearing.settlements)
    return tally


def _exercises(course: ExerciseCourse, lead_ms: int) -> _Tally:
    """Return the exercises; their wait is counted from when the keeper begins with them."""
    tally = _Tally(grace_ms=lead_ms)
    for receipt, log in course.logs("Exercised"):
        begins_ms = parse_series(str(log.get("symbol"))).expiry_ms - lead_ms
        tally.waits_ms.append(max(receipt.block.time_ms - begins_ms, 0))
        tally.value += int(log.get("paid"))
    for _, log in course.logs("Lapsed"):
        tally.missed += int(log.get("holders"))
        tally.lost += int(log.get("worth"))
    return tally


def _barriers(course: ExerciseCourse, now_ms: int) -> _Tally:
    """Return the records of barriers; one that was never made is missed once its answer is forgotten."""
    tally = _Tally(grace_ms=HISTORY_MS)
    made = {str(log.get("symbol")): receipt.block.time_ms for receipt, log in course.logs("Touched")}
    for symbol, time_ms in course.first_touch.items():
        if symbol in made:
            tally.waits_ms.append(max(made[symbol] - time_ms, 0))
        elif min(now_ms, parse_series(symbol).expiry_ms) > time_ms + HISTORY_MS:
            tally.missed += 1
    return tally


def _fixings(course: ExerciseCourse, hours: Sequence[int], now_ms: int) -> _Tally:
    tally = _Tally(grace_ms=HISTORY_MS)
    made = {int(log.get("hour")): receipt.block.time_ms for receipt, log in course.logs("Fixed")}
    for hour in hours:
        if hour in made:
            tally.waits_ms.append(made[hour] - hour)
        elif now_ms > hour + HISTORY_MS:
            tally.missed += 1
    return tally


def _hours(part: ExoticsPart, window: Window, now_ms: int) -> list[int]:
    """Return the hours of the window whose prices Asian options ask for, as far as they have come."""
    asians = {series.expiry_ms for series in map(parse_series, part.series) if series.style == "asian"}
    hours = {hour for expiry in asians for hour in fixing_times(expiry)}
    return sorted(hour for hour in hours if window.start <= hour <= now_ms)
