"""What limits the winners, as linear rows over binary columns.

A reach is a conditional limit: all flow on a resource stays below it if its offer wins. Written with one large constant
for each offer it says next to nothing about fractions of winners. Here the resource has levels instead, one for each
distinct reach: a level is open only while no winner's reach is below it, and flow fits into the open levels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auction.winner_determination.offer import Limits, Offer

INFINITY: Final = float("inf")

ROUNDING: Final = 1e-12
"""Relative error that floating point may make in a sum of two whole numbers, with room to spare."""

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """Sum of terms, by column, at most `high`."""

    terms: Mapping[int, float]
    high: float


@dataclass(frozen=True, slots=True)
class Formulation:
    """Rows over one column for each offer, and after them one for each level of a resource."""

    columns: int
    rows: tuple[Row, ...]


def formulate(offers: Sequence[Offer], limits: Limits) -> Formulation:
    """Return the rows that hold for exactly the sets of offers that may win together."""
    rows: list[Row] = []
    columns = len(offers)
    taken_of = users(offers)
    alike = _alike(taken_of, limits)
    for resource, taken in taken_of.items():
        everything = sum(taken.values())
        most = min(everything, limits.capacity.get(resource, everything))
        levels = sorted({reach for i in taken if (reach := offers[i].reaches.get(resource, most)) < most})
        if not levels and most == everything:
            continue
        scale = float(max(taken.values()))
        terms = {i: quantity / scale for i, quantity in taken.items()}
        steps = [*levels, most]
        first = columns
        for k in range(len(levels)):
            terms[first + k] = -(steps[k + 1] - steps[k]) / scale
        rows.append(Row(terms, steps[0] / scale))
        rows += [Row({first + k + 1: 1.0, first + k: -1.0}, 0.0) for k in range(len(levels) - 1)]
        index = {level: first + k for k, level in enumerate(levels)}
        reaches = {i: offers[i].reaches.get(resource, most) for i in taken}
        for i in taken:
            if reaches[i] in index:
                closing = {j: 1.0 for j in alike.get(i, (i,)) if reaches.get(j, most) <= reaches[i] and j in taken}
                rows.append(Row(closing | {index[reaches[i]]: 1.0}, 1.0))
        columns += len(levels)
    return Formulation(columns, (*rows, *_counts(offers, limits)))


def users(offers: Sequence[Offer]) -> dict[str, dict[int, int]]:
    """Return for every resource, in the order of their names, which offers take how much of it."""
    found: dict[str, dict[int, int]] = {}
    for i, offer in enumerate(offers):
        for resource, quantity in offer.takes.items():
            if quantity:
                found.setdefault(resource, {})[i] = quantity
    return dict(sorted(found.items()))


def conflicts(offers: Sequence[Offer], limits: Limits) -> Bits:
    """Return which pairs of offers cannot both win, as a symmetric matrix."""
    size = len(offers)
    found = np.zeros((size, size), bool)
    for resource, quantities in users(offers).items():
        members = list(quantities)
        cap = float(limits.capacity.get(resource, INFINITY))
        taken = np.array([float(quantity) for quantity in quantities.values()])
        most = np.array([min(float(offers[i].reaches.get(resource, INFINITY)), cap) for i in members])
        # A conflict that is missed costs a cut; one that is not there would cost the best choice.
        clash = taken[:, None] + taken[None, :] > np.minimum(most[:, None], most[None, :]) * (1 + ROUNDING)
        found[np.ix_(members, members)] |= clash
    if 1 in (limits.most_per_solver, limits.most_winners):
        names = np.array([offer.solver if limits.most_winners != 1 else "" for offer in offers])
        found |= names[:, None] == names[None, :]
    np.fill_diagonal(found, val=False)
    return found


def components(offers: Sequence[Offer], limits: Limits) -> Iterator[list[int]]:
    """Yield groups of offers that can be chosen each on its own, in the order of their first members."""
    parent = list(range(len(offers)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for row in formulate(offers, limits).rows:
        members = [i for i in row.terms if i < len(offers)]
        for i in members[1:]:
            parent[root(i)] = root(members[0])
    groups: dict[int, list[int]] = {}
    for i in range(len(offers)):
        groups.setdefault(root(i), []).append(i)
    yield from groups.values()


def _alike(taken_of: Mapping[str, Mapping[int, int]], limits: Limits) -> dict[int, tuple[int, ...]]:
    """Return for offers a group of which at most one wins: each takes more than half of the same resource.

    Rivals for one intent close the same levels, and they close them together.
    """
    found: dict[int, tuple[int, ...]] = {}
    for resource, taken in taken_of.items():
        if resource in limits.capacity:
            group = tuple(i for i, quantity in taken.items() if 2 * quantity > limits.capacity[resource])
            for i in group:
                if len(group) > len(found.get(i, ())):
                    found[i] = group
    return found


def _counts(offers: Sequence[Offer], limits: Limits) -> Iterator[Row]:
    if limits.most_winners is not None and limits.most_winners < len(offers):
        yield Row(dict.fromkeys(range(len(offers)), 1.0), float(limits.most_winners))
    if limits.most_per_solver is None:
        return
    for solver in sorted({offer.solver for offer in offers}):
        members = [i for i, offer in enumerate(offers) if offer.solver == solver]
        if len(members) > limits.most_per_solver:
            yield Row(dict.fromkeys(members, 1.0), float(limits.most_per_solver))
