"""Venues and bridges that may fail: how likely, together or alone, and what the worst share of cases costs.

The chance that all that a route uses works is a product, so its logarithm is a sum over what is used: a linear row once
each use is zero or one. The mean loss in the worst share of cases (conditional value at risk) is the least value over
`t` of `t + E[max(loss - t, 0)] / share`, which is linear too.

[Rockafellar, Uryasev]: https://doi.org/10.21314/JOR.2000.038
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from venues.seeds import generator
from venues.snapshot import Snapshot

CERTAIN: Final = 1 - 1e-12
"""Chances from here on count as certain failure."""

PRIOR_FAILED: Final = 0.5
PRIOR_TRIED: Final = 100.0
"""What is thought of a venue nobody has tried: half a failure in a hundred orders."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of orders so far."""

    tried: int = 0
    failed: int = 0

    def plus(self, *, failed: bool) -> "Record":
        """Return the record after one order more."""
        return Record(self.tried + 1, self.failed + failed)


@dataclass(frozen=True, slots=True)
class Case:
    """A set of venues and bridges that fail together, and how likely it is."""

    failed: frozenset[str]
    weight: float


def chances(snapshot: Snapshot, records: Mapping[str, Record]) -> dict[str, float]:
    """Return the chance that each venue and bridge fails: certain where it is shut, else by its record."""
    found: dict[str, float] = {}
    for view in snapshot.chains:
        market = snapshot.market(view.chain)
        shut = {venue.id: venue.admission(market) != "available" for venue in view.venues}
        shut |= {port.id: not snapshot.is_open(port) for port in view.bridges}
        for name, closed in shut.items():
            record = records.get(name, Record())
            chance = 1.0 if closed else (record.failed + PRIOR_FAILED) / (record.tried + PRIOR_TRIED)
            found[name] = max(chance, found.get(name, 0.0))
    return found


def success(chance: Mapping[str, float], used: Collection[str]) -> float:
    """Return the chance that all that is used works, each alone; what has no chance stated always does."""
    return math.prod(1 - chance.get(name, 0.0) for name in set(used))


def log_success(chance: float) -> float | None:
    """Return the logarithm of the chance to work, or `None` where failure is certain."""
    return math.log1p(-chance) if chance < CERTAIN else None


def cases(chance: Mapping[str, float], *, samples: int, seed: int) -> list[Case]:
    """Return which venues fail together: every case where there are at most `samples`, else that many drawn ones.

    The draws depend on the seed and on nothing else. Equal ones are put together.
    """
    names = sorted(name for name, value in chance.items() if value > 0)
    if 2 ** len(names) <= samples:
        return list(_every_case(chance, names))
    draws = generator(seed, "failures").random((samples, len(names)))
    counted: dict[frozenset[str], int] = {}
    for row in draws:
        failed = frozenset(name for name, draw in zip(names, row, strict=True) if draw < chance[name])
        counted[failed] = counted.get(failed, 0) + 1
    return [
        Case(failed, count / samples) for failed, count in sorted(counted.items(), key=lambda pair: sorted(pair[0]))
    ]


def _every_case(chance: Mapping[str, float], names: Sequence[str]) -> Iterator[Case]:
    for fails in product((False, True), repeat=len(names)):
        weight = math.prod(chance[name] if fail else 1 - chance[name] for name, fail in zip(names, fails, strict=True))
        if weight > 0:
            yield Case(frozenset(name for name, fail in zip(names, fails, strict=True) if fail), weight)


def tail_mean(losses: Sequence[tuple[float, float]], share: float) -> float:
    """Return the mean loss in the worst `share` of cases, given `(loss, weight)` of each; weights sum to one."""
    left, total = share, 0.0
    for loss, weight in sorted(losses, reverse=True):
        part = min(weight, left)
        total += part * loss
        left -= part
    return total / share
