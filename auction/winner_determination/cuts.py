"""Rows that cut fractions of winners off a relaxation: cliques of offers, and what single resources allow.

They hold for all that may win together, whatever it is worth and whoever is left out, so that a round asked again
begins with those it has.
"""

from collections.abc import Sequence
from typing import Final

from auction.winner_determination.cliques import Cliques
from auction.winner_determination.hulls import Hull
from auction.winner_determination.model import Floats, Model, Relaxed
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.rows import conflicts, scarce_of

LEAST_PROGRESS: Final = 1e-5
"""Relative improvement of the bound below which a round of cuts brought nothing."""

STALLS: Final = 3
"""Rounds of cuts in a row that bring nothing after which no more are looked for; with cliques alone, one is enough."""

MOST_CONFLICTS: Final = 4_000
"""Offers above which the conflict graph is not built."""


class Cuts:
    """Cuts of one model."""

    def __init__(self, model: Model, offers: Sequence[Offer], limits: Limits) -> None:
        """Take a model whose first columns are the offers."""
        self._model = model
        self._size = len(offers)
        self._cliques = Cliques(conflicts(offers, limits)) if len(offers) <= MOST_CONFLICTS else None
        self._hulls = [Hull(scarce) for scarce in scarce_of(offers, limits).values() if not scarce.for_one]

    def add(self, values: Floats) -> int:
        """Add rows that values break, and return how many."""
        own = values[: self._size]
        found = [dict.fromkeys(c, 1.0) for c in self._cliques.violated(own)] if self._cliques is not None else []
        found += [weights for hull in self._hulls if (weights := hull.cut(own)) is not None]
        for weights in found:
            self._model.add(weights, 1.0)
        return len(found)

    def tighten(self) -> Relaxed | None:
        """Return the relaxation after the cuts that it calls for."""
        patience = STALLS if self._hulls else 1
        relaxed, stalled = self._model.relax(), 0
        while relaxed is not None and stalled < patience and self.add(relaxed.values):
            after = self._model.relax()
            small = after is not None and relaxed.bound - after.bound < LEAST_PROGRESS * abs(relaxed.bound)
            relaxed, stalled = after, stalled + 1 if small else 0
        return relaxed
