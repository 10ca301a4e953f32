"""What limits the winners, as linear rows over binary columns.

Each resource that not all can have gives rows of its own (`scarcity`); here stands what they have in common: who takes
how much of what, who excludes whom, and which offers can be chosen apart from the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.scarcity import Row, Scarce, level_rows

INFINITY: Final = float("inf")

ROUNDING: Final = 1e-12
"""Relative error that floating point may make in a sum of two whole numbers, with room to spare."""

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Formulation:
    """Rows over one column for each offer, and after them what the resources need of their own."""

    columns: int
    rows: tuple[Row, ...]


def formulate(offers: Sequence[Offer], limits: Limits) -> Formulation:
    """Return the rows that hold for exactly the sets of offers whose takes keep to capacities and reaches.

    Counts of winners are not looked at: `bundles.reduced` makes resources of them.
    """
    rows: list[Row] = []
    columns = len(offers)
    for scarce in scarce_of(offers, limits).values():
        more, own = level_rows(scarce, columns)
        columns += more
        rows += own
    return Formulation(columns, tuple(rows))


def scarce_of(offers: Sequence[Offer], limits: Limits) -> dict[str, Scarce]:
    """Return the resources that not all can have, in the order of their names."""
    found = {}
    for resource, taken in users(offers).items():
        everything = sum(taken.values())
        most = min(everything, limits.capacity.get(resource, everything))
        # Whoever wins keeps all to its reach, so that the largest reach is a capacity.
        most = min(most, max(offers[i].reaches.get(resource, most) for i in taken))
        reach = {i: min(offers[i].reaches.get(resource, most), most) for i in taken}
        if most < everything or min(reach.values()) < most:
            found[resource] = Scarce(taken, reach, most)
    return found


def users(offers: Sequence[Offer]) -> dict[str, dict[int, int]]:
    """Return for every resource, in the order of their names, which offers take how much or limit others."""
    found: dict[str, dict[int, int]] = {}
    for i, offer in enumerate(offers):
        for resource in offer.reaches:
            found.setdefault(resource, {})[i] = 0
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
    np.fill_diagonal(found, val=False)
    return found


def components(offers: Sequence[Offer]) -> Iterator[list[int]]:
    """Yield groups of offers with no resource in common, in the order of their first members."""
    parent = list(range(len(offers)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for taken in users(offers).values():
        first, *others = taken
        for i in others:
            parent[root(i)] = root(first)
    groups: dict[int, list[int]] = {}
    for i in range(len(offers)):
        groups.setdefault(root(i), []).append(i)
    yield from groups.values()
