"""Who would object to rewards: the group that could give the owners more than the round leaves them.

A winner joins an objection for no less than its reward; a loser joins for anything. The best objection is a choice of
winners with one more column for each winner, whose price is its reward.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from auction.winner_determination.bundles import reduced
from auction.winner_determination.cuts import Cuts
from auction.winner_determination.exact import Exact
from auction.winner_determination.model import Model
from auction.winner_determination.offer import Offer
from auction.winner_determination.rows import Formulation, formulate
from auction.winner_determination.scarcity import Row

NODES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Coalition:
    """Solvers that would deal with the owners on their own."""

    solvers: frozenset[str]
    """Winners of the round among them."""

    score: int
    """What they could give the owners."""


class Objections:
    """Objections to the rewards of one round."""

    def __init__(self, round_: Exact, winners: Sequence[str]) -> None:
        smaller = reduced(round_.offers, round_.limits, apart=winners)
        self._offers: tuple[Offer, ...] = tuple(bundle.shape for bundle in smaller.bundles)
        self._winners = tuple(winners)
        self._model = _with_prices(formulate(self._offers, smaller.limits), self._offers, self._winners)
        self._cuts = Cuts(self._model, self._offers, smaller.limits)

    def best(self, rewards: Mapping[str, int]) -> Coalition:
        """Return the coalition that gains most by objecting; the round's own winners if nobody gains."""
        scores = [offer.score for offer in self._offers]
        scale = float(max(*scores, 1)) / 1e6
        gains = np.array([*scores, *(-rewards[name] for name in self._winners)]) / scale
        self._model.set_gains(gains)
        self._cuts.tighten()
        found = self._model.search(NODES)
        if found.values is None:
            return Coalition(frozenset(self._winners), 0)
        chosen = [offer for offer, value in zip(self._offers, found.values, strict=False) if value > 0.5]
        inside = {offer.solver for offer in chosen} & set(self._winners)
        return Coalition(frozenset(inside), sum(offer.score for offer in chosen))


def _with_prices(base: Formulation, offers: Sequence[Offer], winners: Sequence[str]) -> Model:
    """Return the program of the choice with a column for each winner, placed after the offers' own."""
    count, extra = len(offers), len(winners)
    rows = [
        replace(row, terms={i + extra * (i >= count): value for i, value in row.terms.items()}) for row in base.rows
    ]
    for k, solver in enumerate(winners):
        rows += [Row({i: 1.0, count + k: -1.0}, 0.0) for i, offer in enumerate(offers) if offer.solver == solver]
    return Model(Formulation(base.columns + extra, tuple(rows)), count + extra)
