"""Clique cuts: of offers that all exclude each other, at most one wins.

A resource already makes a clique of the offers that take it. Larger ones, made of several resources, cut off fractional
choices that the resources alone allow; they are looked for where the relaxation is fractional.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from auction.winner_determination.rows import Bits

LEAST_VIOLATION: Final = 1e-3
"""A cut must be broken by at least this much to be worth its row."""


class Cliques:
    """Cliques of a conflict graph that were found so far."""

    def __init__(self, conflict: Bits) -> None:
        self._conflict = conflict
        self._known: set[tuple[int, ...]] = set()

    def violated(self, values: NDArray[np.float64]) -> list[tuple[int, ...]]:
        """Return new cliques whose values sum to more than one, at most one grown from each fractional column."""
        support = np.flatnonzero(values > LEAST_VIOLATION)
        order = support[np.argsort(-values[support], kind="stable")]
        found = []
        for seed in order:
            if values[seed] > 1 - LEAST_VIOLATION:
                continue
            clique = self._grown(int(seed), order, values)
            if clique and clique not in self._known:
                self._known.add(clique)
                found.append(clique)
        return found

    def _grown(self, seed: int, order: NDArray[np.int64], values: NDArray[np.float64]) -> tuple[int, ...]:
        """Return a maximal clique with `seed`, heavy columns first; empty if its values keep to one."""
        members, open_to = [seed], self._conflict[seed].copy()
        for column in order[open_to[order]]:
            if open_to[column]:
                members.append(int(column))
                open_to &= self._conflict[column]
        if values[members].sum() <= 1 + LEAST_VIOLATION:
            return ()
        while open_to.any():
            column = int(np.argmax(open_to))
            members.append(column)
            open_to &= self._conflict[column]
        return tuple(sorted(members))
