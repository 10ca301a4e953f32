"""Cuts of one resource: what may win together on it, as rows that no fraction of winners escapes.

What a resource allows, by capacity and reaches, is a knapsack whose room depends on the winner with the smallest reach.
Its best choice for given weights is found exactly, by adding offers from the largest reach to the smallest: the last
one leads, and what came before fits into the room that it leaves. With that, whether values are a mix of choices is a
small linear program whose columns are choices, made as they are needed; if they are not, its duals are a row that says
so. Boccia (2006) and Avella, Boccia, Vasilyev (2010) cut knapsacks off so; the rows stay right whatever else changes.
"""

from math import gcd
from typing import Final

import numpy as np

from auction.winner_determination.model import Floats, Model
from auction.winner_determination.rows import Formulation
from auction.winner_determination.scarcity import Row, Scarce

CELLS: Final = 2_048
"""Most units that a room is counted in: takes are rounded down to them, which loosens rows and never breaks one."""

LEAST: Final = 1e-6
"""Values and weights below are none."""

LEAST_VIOLATION: Final = 1e-4
"""A row must be broken by at least this share to be worth its place."""


class Hull:
    """What may win together on one resource, and the choices that were needed so far to say it."""

    def __init__(self, scarce: Scarce) -> None:
        """Take a resource, with its offers by the number of their columns."""
        self.columns = np.array(sorted(scarce.taken, key=lambda i: (-scarce.reach[i], i)))
        unit = max(gcd(*scarce.taken.values()), -(-scarce.most // CELLS), 1)
        self._taken = [scarce.taken[i] // unit for i in self.columns.tolist()]
        self._reach = [scarce.reach[i] // unit for i in self.columns.tolist()]
        self._most = scarce.most // unit
        self._choices: list[list[int]] = []

    def cut(self, values: Floats) -> dict[int, float] | None:
        """Return weights, by column, of which no choice has more than one and the values have; `None` if none do."""
        own = values[self.columns]
        weights = self._weights(own) if own.sum() > 1 + LEAST_VIOLATION else None
        if weights is None:
            return None
        self._lift(weights)
        return {int(c): float(w) for c, w in zip(self.columns, weights, strict=True) if w > LEAST}

    def _weights(self, values: Floats) -> Floats | None:
        """Return the weights of the row that values break most, for those that are not zero."""
        support = np.flatnonzero(values > LEAST)
        place = {k: j for j, k in enumerate(support.tolist())}
        known = [Row({place[k]: 1.0 for k in choice if k in place}, 1.0) for choice in self._choices]
        program = Model(Formulation(len(support), tuple(known)), len(support))
        program.set_gains(values[support])
        while True:
            relaxed = program.relax()
            if relaxed is None or relaxed.bound <= 1 + LEAST_VIOLATION:
                return None
            weights = np.zeros(len(values))
            weights[support] = np.maximum(relaxed.values, 0.0)
            most, choice = self._best(weights)
            if most <= 1 + LEAST or choice in self._choices:
                return weights / max(most, 1.0)
            self._choices.append(choice)
            program.add({place[k]: 1.0 for k in choice}, 1.0)

    def _best(self, weights: Floats) -> tuple[float, list[int]]:
        """Return the most that may win together, by weight, and which it is."""
        members = np.flatnonzero(weights > LEAST).tolist()
        best = np.zeros(self._most + 1)
        took = np.zeros((len(members), self._most + 1), bool)
        most, last, room = 0.0, -1, 0
        for step, k in enumerate(members):
            left = self._reach[k] - self._taken[k]
            if left >= 0 and best[left] + weights[k] > most:
                most, last, room = float(best[left] + weights[k]), step, left
            with_it = np.concatenate(
                (np.full(self._taken[k], -np.inf), best[: len(best) - self._taken[k]] + weights[k])
            )
            took[step] = with_it > best
            best = np.maximum(best, with_it)
        choice = [members[last]] if last >= 0 else []
        for step in range(last - 1, -1, -1):
            if took[step, room]:
                choice.append(members[step])
                room -= self._taken[members[step]]
        return most, choice

    def _lift(self, weights: Floats) -> None:
        """Give weights to those that have none, as much as the row can bear: the largest first, one after the other."""
        tables = self._tables(weights)
        for k in sorted(np.flatnonzero(weights <= LEAST).tolist(), key=lambda k: (-self._taken[k], k)):
            weights[k] = 0.0
            rest = 1.0 - self._beside(k, tables, weights)
            if rest > LEAST:
                weights[k] = rest
                tables = self._tables(weights)

    def _tables(self, weights: Floats) -> list[tuple[int, Floats]]:
        """Return for each offer with a weight the most that those before it weigh in each room; at last for all."""
        best = np.zeros(self._most + 1)
        found = []
        for k in np.flatnonzero(weights > LEAST).tolist():
            found.append((k, best))
            with_it = best.copy()
            taken = self._taken[k]
            np.maximum(best[taken:], best[: len(best) - taken] + weights[k], out=with_it[taken:])
            best = with_it
        return [*found, (len(weights), best)]

    def _beside(self, k: int, tables: list[tuple[int, Floats]], weights: Floats) -> float:
        """Return the most that others weigh where `k` wins, which has no weight yet."""
        own, reach = self._taken[k], self._reach[k]
        most = 0.0
        leads = True
        for other, table in tables:
            if other < k:
                continue
            if leads:
                most, leads = float(table[max(reach - own, 0)]), False
            if other < len(weights):
                room = self._reach[other] - self._taken[other] - own
                if room >= 0:
                    most = max(most, float(table[room]) + float(weights[other]))
        return most
