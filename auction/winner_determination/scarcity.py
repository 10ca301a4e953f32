"""Rows of one scarce resource over binary columns, one for each offer that takes of it.

A reach is a conditional limit: all flow on the resource stays below it if its offer wins. With one large constant for
each offer a row says next to nothing about fractions of winners; levels say a little more: a level of flow is open only
while no winner's reach is below it. What fractions of winners still escape is cut off where they do (`hulls`).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Sum of terms, by column, between `low` and `high`."""

    terms: Mapping[int, float]
    high: float
    low: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Scarce:
    """A resource that not all can have who want it."""

    taken: Mapping[int, int]
    """By offer."""

    reach: Mapping[int, int]
    """Most that may be taken in all if the offer wins."""

    most: int
    """Most that may be taken whoever wins."""

    @property
    def levels(self) -> list[int]:
        """Distinct reaches below `most`, from the lowest."""
        return sorted({reach for reach in self.reach.values() if reach < self.most})

    @property
    def for_one(self) -> bool:
        """Whether no two can have of it."""
        return not self.levels and all(2 * quantity > self.most for quantity in self.taken.values())


def level_rows(scarce: Scarce, first: int) -> tuple[int, list[Row]]:
    """Return how many columns the levels of a resource need, from column `first` on, and the rows.

    A resource without levels has one row, and a resource for one winner the clique of those who want it.
    """
    if scarce.for_one:
        return 0, [Row({i: 1.0 if taken <= scarce.most else 2.0 for i, taken in scarce.taken.items()}, 1.0)]
    levels = scarce.levels
    steps = [*levels, scarce.most]
    scale = float(max(scarce.taken.values()))
    terms = {i: quantity / scale for i, quantity in scarce.taken.items() if quantity}
    for k in range(len(levels)):
        terms[first + k] = -(steps[k + 1] - steps[k]) / scale
    rows = [Row(terms, steps[0] / scale)]
    rows += [Row({first + k + 1: 1.0, first + k: -1.0}, 0.0) for k in range(len(levels) - 1)]
    index = {level: first + k for k, level in enumerate(levels)}
    rows += [Row({i: 1.0, index[reach]: 1.0}, 1.0) for i, reach in scarce.reach.items() if reach in index]
    return len(levels), rows
