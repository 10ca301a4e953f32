"""Consistency rewards: what fees are left goes to solvers that bid well and keep their word.

Each order is worth the same; on it a solver counts by its share of the surplus that was offered, times the rate at
which it settles what it wins. Winning the same order again and again before settling it once counts as one in so many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a solver did over an accounting period."""

    won: int
    """Pairs of an auction and an order that it won."""

    settled: int
    """Those of them that it settled in time."""

    @property
    def rate(self) -> Fraction:
        """Success rate; zero for a solver that never won, for nothing is known of it."""
        return Fraction(self.settled, self.won) if self.won else Fraction(0)


def consistency_rewards(
    leftover: int, offered: Sequence[Mapping[str, int]], records: Mapping[str, Record]
) -> dict[str, int]:
    """Return how leftover fees are shared, rounded down; never more than `leftover` in all.

    Args:
        leftover: Fees that rewards have left.
        offered: For each order, the surplus that each solver offered on it.
        records: What each solver won and settled.
    """
    weights: dict[str, Fraction] = dict.fromkeys(sorted(records), Fraction(0))
    for surplus in offered:
        total = sum(surplus.values())
        for solver in sorted(surplus) if total > 0 else ():
            weights[solver] = weights.get(solver, Fraction(0)) + Fraction(surplus[solver], total)
    unknown = Record(won=0, settled=0)
    weights = {solver: weight * records.get(solver, unknown).rate for solver, weight in weights.items()}
    total_weight = sum(weights.values())
    if not total_weight:
        return dict.fromkeys(weights, 0)
    return {solver: int(leftover * weight / total_weight) for solver, weight in weights.items()}
