"""What was done before and at the expiries of a run: settlements, exercises, barriers and fixings recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from intents.lifecycle import Cause
from intents.options import BARRIERS, OptionSeries, parse_expiry, parse_series
from risk.stability import Operation
from solvernet.build import exercise_keeper
from solvernet.record import EXPIRY_TOLERANCE_PPM, SAMPLE_MS
from solvernet.scenario import Scenario
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Log, Receipt
from venues.observed import touches
from venues.oracles.twap import EXPIRY_WINDOW_MS
from venues.world import World

KEPT: Final = frozenset({"Expired", "Exercised", "Lapsed", "Touched", "Fixed"})


@dataclass(slots=True)
class ExerciseCourse:
    """One chain over a run."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    """Of settlements, exercises and records, and all of the keepers', by transaction."""

    first_touch: dict[str, int] = field(default_factory=dict)
    """Block time of the first answer that touched the barrier of a listed series, by symbol."""

    def logs(self, *names: str) -> Iterator[tuple[Receipt, Log]]:
        """Yield the logs of some names with their receipts, in order of time."""
        for receipt in sorted(
            self.receipts.values(), key=lambda receipt: (receipt.block.time_ms, receipt.transaction_id)
        ):
            yield from ((receipt, log) for log in receipt.logs if log.name in names)


class ExerciseRecord:
    """Watches the chains of one run; nothing depends on it."""

    def __init__(self, scenario: Scenario) -> None:
        self.courses: Mapping[str, ExerciseCourse] = {name: ExerciseCourse() for name in scenario.chains}
        self._chains = {part.caip2: name for name, part in scenario.chains.items()}
        listed = map(parse_series, scenario.exotics.series if scenario.exotics else ())
        self._barriers: tuple[OptionSeries, ...] = tuple(series for series in listed if series.style in BARRIERS)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Keep the receipts that matter, and forget those of blocks that are no longer part of the chain."""
        name = self._chains[chain_id]
        course, keepers = self.courses[name], {f"keeper.{name}", exercise_keeper(name)}
        for undone in produced.undone:
            course.receipts.pop(undone.transaction_id, None)
        for receipt in produced.receipts:
            if receipt.sender in keepers or any(log.name in KEPT for log in receipt.logs):
                course.receipts[receipt.transaction_id] = receipt
        for series in self._barriers:
            for answer in world.state(chain_id).answers if series.symbol not in course.first_touch else ():
                if answer.time_ms <= series.expiry_ms and touches(series, answer.price):
                    course.first_touch[series.symbol] = answer.time_ms
                    break

    def operations(self, world: World) -> list[Operation]:
        """Return the exercises of American options that were due: those that were made, and what lapsed."""
        found = []
        for chain_id, name in self._chains.items():
            for receipt, log in self.courses[name].logs("Exercised", "Lapsed"):
                made = log.name == "Exercised"
                due_ms = parse_series(str(log.get("symbol"))).expiry_ms
                weight = int(log.get("paid" if made else "worth"))
                wrong = made and _is_wrong(world, int(log.get("price")), receipt.block.time_ms)
                cause = None if made and not wrong else Cause.MISPRICED if made else Cause.LATE
                who = f":{log.get('owner')}" if made else ""
                found.append(
                    Operation(
                        kind="exercise",
                        name=f"{chain_id}:{log.get('symbol')}{who}",
                        due_ms=due_ms,
                        weight=weight,
                        good=0 if cause else weight,
                        cause=cause,
                    )
                )
        return found


def _is_wrong(world: World, price: int, time_ms: int) -> bool:
    """Return whether a price is further off the true mean of the half hour before than an expiry's may be."""
    steps = range(time_ms - EXPIRY_WINDOW_MS, time_ms, SAMPLE_MS)
    true = sum(world.truth.price(time) for time in steps) // len(steps)
    return abs(price - true) * 1_000_000 > EXPIRY_TOLERANCE_PPM * true


def expiry_of(log: Log) -> int:
    """Return the expiry that a settlement is of, in Unix milliseconds."""
    return parse_expiry(str(log.get("expiry")))
