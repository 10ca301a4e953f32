"""What a solver's margin would be from its own past alone, and the surprise that is left.

Solvers differ in their level, levels drift, and inventory makes margins persist. Two solvers that drift apart from
the rest in the same direction would look dependent for as long as they drift. So each margin is compared with what the
solver's own earlier margins foretell: a slow level for each bucket, and a forecast from its last bids. Nothing of
the auction itself enters, and one absurd bid moves a level by no more than an unusual one would.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Final

KNOWN_AFTER: Final = 5
"""Bids in a bucket before a solver's level there is trusted."""

LEVEL_MEMORY: Final = 50
"""Bids of a bucket over which a level forgets."""

FORECAST_MEMORY: Final = 200
"""Bids over which the forecast of one bid from the ones before forgets."""

RECENT: Final = 5
"""Bids that count as recent."""

MAX_SPREADS: Final = 3.0
"""A bid further than this many spreads from its level counts as this far."""

_MEAN_TO_DEVIATION: Final = 1.25
"""Standard deviation over mean absolute deviation of a normal variable."""

_RIDGE: Final = 5.0
_FEWEST_FOR_CENTRE: Final = 3


@dataclass(slots=True)
class _Level:
    """Mean margin of a solver in a bucket, against the other bids, in basis points."""

    mean: float = 0.0
    bids: int = 0


@dataclass(slots=True)
class Habit:
    """The past of one solver."""

    levels: dict[str, _Level] = field(default_factory=dict)
    spread: float = 0.0
    """Usual distance of a margin from its level, in basis points."""

    bids: int = 0
    """Bids that the spread and the forecast were learned from."""

    last: float = 0.0
    """Distance of the last bid from its level, in spreads."""

    recent: float = 0.0
    """The same, averaged over recent bids."""

    moments: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    """Forgetting sums for the regression of a distance on (last, recent): squares and products, then cross products."""

    def level(self, bucket: str) -> _Level:
        """Return the level in a bucket, zero if it is new."""
        return self.levels.setdefault(bucket, _Level())

    def knows(self, bucket: str) -> bool:
        """Return whether the level in a bucket is trusted."""
        return self.level(bucket).bids >= KNOWN_AFTER

    def forecast(self) -> float:
        """Return the foretold distance of the next bid from its level, in basis points."""
        ll, lr, rr, ly, ry = self.moments
        ll, rr = ll + _RIDGE, rr + _RIDGE
        determinant = ll * rr - lr * lr
        distance = ((rr * ly - lr * ry) * self.last + (ll * ry - lr * ly) * self.recent) / determinant
        return self.spread * min(max(distance, -MAX_SPREADS), MAX_SPREADS)

    def learn(self, bucket: str, distance: float) -> None:
        """Take in a bid, `distance` basis points from the level as the other bids place it."""
        level = self.level(bucket)
        if self.knows(bucket):
            limit = MAX_SPREADS * self.spread if self.bids >= KNOWN_AFTER else abs(distance)
            distance = min(max(distance, -limit), limit)
            self._learn_forecast(distance)
        level.bids += 1
        level.mean += distance / min(level.bids, LEVEL_MEMORY)

    def _learn_forecast(self, distance: float) -> None:
        self.bids += 1
        self.spread += (abs(distance) * _MEAN_TO_DEVIATION - self.spread) / min(self.bids, LEVEL_MEMORY)
        now = distance / self.spread if self.spread > 0 else 0.0
        last, recent, keep = self.last, self.recent, 1 - 1 / FORECAST_MEMORY
        products = (last * last, last * recent, recent * recent, last * now, recent * now)
        ll, lr, rr, ly, ry = (keep * old + new for old, new in zip(self.moments, products, strict=True))
        self.moments = (ll, lr, rr, ly, ry)
        self.last = now
        self.recent += (now - recent) / RECENT


def surprises(habits: Mapping[str, Habit], bucket: str, margins: Mapping[str, float]) -> dict[str, float]:
    """Return what the past of each solver does not foretell of its margin, in basis points; then learn the margins.

    Left in it, the same for all: the common movement of the auction. Solvers new to the bucket are learned from but
    not in the answer.
    """
    if len(margins) < _FEWEST_FOR_CENTRE:
        return {}
    excess = {solver: margin - habits[solver].level(bucket).mean for solver, margin in margins.items()}
    known = [solver for solver in excess if habits[solver].knows(bucket)]
    answer = {solver: excess[solver] - habits[solver].forecast() for solver in known}
    counted = known if len(known) >= _FEWEST_FOR_CENTRE else list(excess)
    centre = median(excess[solver] for solver in counted)
    for solver, value in excess.items():
        habits[solver].learn(bucket, value - centre)
    return answer
