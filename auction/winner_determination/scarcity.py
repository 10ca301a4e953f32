"""Rows of one scarce resource over binary columns, one for each offer that takes of it.

A reach is a conditional limit: all flow on the resource stays below it if its offer wins. With one large constant for
each offer a row says next to nothing about fractions of winners. Two ways say more. By leaders: the winner whose reach
is the smallest leads, and each other one follows some leader; what follows a leader fits into the room that it leaves,
and its pieces are columns of their own, which makes the rows of each leader a knapsack. By levels, where leaders would
be too many: a level of flow is open only while no winner's reach is below it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING: Final = 1e-12
"""Relative error that floating point may make in a sum of two whole numbers, with room to spare."""

MOST_LEADERS: Final = 160
"""Offers on a resource above which levels are used: leaders need columns in the square of them."""

MOST_COUNTED: Final = 8
"""Largest number of winners that a row of `knapsack` counts of."""

Clash = Callable[[int, int], bool]
"""Whether two offers cannot both win."""


@dataclass(frozen=True, slots=True)
class Row:
    """Sum of terms, by column, between `low` and `high`."""

    terms: Mapping[int, float]
    high: float
    low: float = float("-inf")
    later: bool = False
    """Whether the row is worth its place only once a relaxation breaks it."""


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


def flat_rows(scarce: Scarce) -> Iterator[Row]:
    """Yield the rows of a resource of which the same may be taken whoever wins."""
    for weights in knapsack(scarce.taken, scarce.most):
        yield Row(weights, 1.0)


def knapsack(taken: Mapping[int, int], room: int) -> Iterator[dict[int, float]]:
    """Yield weights whose sum over what fits into a room is at most one, without those that say nothing new.

    The first are shares of the room. The others count: of those that take more than half there is one at most, of those
    that take more than a third two, and so on, where an offer counts as often as it takes such a part; these are
    Chvatal-Gomory rows.
    """
    columns = [i for i, quantity in taken.items() if quantity]
    shares = [taken[i] / room for i in columns]
    counts = [[(-(-(n + 1) * taken[i] // room) - 1) / n for i in columns] for n in range(1, MOST_COUNTED + 1)]
    kept: list[Floats] = []
    for weights in np.array([*counts, shares]):
        if weights.sum() > 1 + ROUNDING and not any(np.all(weights <= other + ROUNDING) for other in kept):
            kept = [other for other in kept if not np.all(other <= weights + ROUNDING)]
            kept.append(weights)
    for weights in kept:
        yield {i: float(weight) for i, weight in zip(columns, weights, strict=True) if weight}


def leader_rows(
    scarce: Scarce, first: int, clash: Clash, alike: Mapping[int, tuple[int, ...]]
) -> tuple[int, list[Row]]:
    """Return how many columns leaders and their followers need, from column `first` on, and the rows.

    Args:
        scarce: The resource.
        first: First free column.
        clash: Which offers cannot both win.
        alike: Groups of offers of which at most one wins.
    """
    rows: list[Row] = []
    column = first
    pieces: dict[int, list[int]] = {i: [] for i in scarce.taken}
    leaders = []
    order = sorted(scarce.taken, key=lambda i: (scarce.reach[i], i))
    for place, leader in enumerate(order):
        room = scarce.reach[leader] - scarce.taken[leader]
        followers = [i for i in order[place + 1 :] if scarce.taken[i] <= room and not clash(leader, i)]
        columns = {i: column + 1 + k for k, i in enumerate(followers)}
        rows += _following(scarce, room, column, columns, alike)
        leaders.append(column)
        for i, piece in ((leader, column), *columns.items()):
            pieces[i].append(piece)
        column += 1 + len(followers)
    rows.append(Row(dict.fromkeys(leaders, 1.0), 1.0))
    rows += [Row({i: -1.0} | dict.fromkeys(found, 1.0), 0.0, 0.0) for i, found in pieces.items()]
    return column - first, rows


def _following(
    scarce: Scarce, room: int, leader: int, columns: Mapping[int, int], alike: Mapping[int, tuple[int, ...]]
) -> Iterator[Row]:
    """Yield what holds of the followers of one leader: none without it, and no more than fit into the room."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in columns:
        groups.setdefault(alike.get(i, (i,)), []).append(columns[i])
    for group in groups.values():
        yield Row(dict.fromkeys(group, 1.0) | {leader: -1.0}, 0.0, later=True)
    taken = {columns[i]: scarce.taken[i] for i in columns}
    if sum(taken.values()) > room:
        for weights in knapsack(taken, room):
            yield Row(weights | {leader: -1.0}, 0.0)


def level_rows(scarce: Scarce, first: int, alike: Mapping[int, tuple[int, ...]]) -> tuple[int, list[Row]]:
    """Return how many columns the levels of a resource need, from column `first` on, and the rows."""
    levels = scarce.levels
    steps = [*levels, scarce.most]
    scale = float(max(scarce.taken.values()))
    terms = {i: quantity / scale for i, quantity in scarce.taken.items() if quantity}
    for k in range(len(levels)):
        terms[first + k] = -(steps[k + 1] - steps[k]) / scale
    rows = [Row(terms, steps[0] / scale)]
    rows += [Row({first + k + 1: 1.0, first + k: -1.0}, 0.0) for k in range(len(levels) - 1)]
    index = {level: first + k for k, level in enumerate(levels)}
    for i, reach in scarce.reach.items():
        if reach in index:
            rows.append(Row(dict.fromkeys(_closing(scarce, i, alike), 1.0) | {index[reach]: 1.0}, 1.0))
    return len(levels), rows


def _closing(scarce: Scarce, offer: int, alike: Mapping[int, tuple[int, ...]]) -> Sequence[int]:
    """Return offers of which at most one wins, and each of which closes the level that `offer` closes."""
    group = alike.get(offer, (offer,))
    return [i for i in group if i in scarce.taken and scarce.reach[i] <= scarce.reach[offer]]
