"""Exact winner determination: set packing under capacity, proven or with a bound.

Offers that share no scarce resource are chosen apart. What was worked out for a round is kept, so that the question
"and without this solver?" is asked only where that solver won, and starts from the answer at hand.
"""

from collections.abc import Sequence
from functools import cached_property

from auction.winner_determination.bundles import reduced
from auction.winner_determination.offer import Choice, Limits, Offer, Tally, choice_of
from auction.winner_determination.packing import Best, Budget, Objective, Packing
from auction.winner_determination.rows import components


class Exact:
    """All offers of a round."""

    def __init__(
        self,
        offers: Sequence[Offer],
        limits: Limits,
        *,
        tie: bytes | None = b"",
        objective: Objective = "surplus",
        budget: Budget | None = None,
    ) -> None:
        """Take the offers that may win, in any order.

        Args:
            offers: What passed the fairness filter.
            limits: What the winners keep to.
            tie: Seed of the tie-break; `None` where it does not matter which of equals win.
            objective: What is maximised.
            budget: When each search stops.
        """
        alone = Tally(limits)
        able = sorted((offer for offer in offers if alone.fits(offer) and offer.score >= 0), key=lambda o: o.id)
        self.offers = tuple(able)
        self.limits = limits
        self._objective = objective
        self.round = reduced(able, limits, tie or b"", by_volume=objective == "volume")
        bundles = self.round.bundles
        self._groups = [
            Packing([bundles[i] for i in group], self.round.limits, tie, budget or Budget())
            for group in components([bundle.shape for bundle in bundles])
        ]

    @cached_property
    def _best(self) -> list[Best]:
        return [group.best(self._objective) for group in self._groups]

    def best(self) -> Choice:
        """Return the best choice; it is feasible even where the budget ends the search early."""
        return self._joined(self._best)

    def without(self, solver: str, budget: Budget | None = None) -> Choice:
        """Return the best choice among the offers of all other solvers; which of equals it is has no meaning.

        Args:
            solver: Who is left out.
            budget: When each search stops; that of the round if `None`.
        """
        pairs = zip(self._groups, self._best, strict=True)
        return self._joined([self._again(group, best, solver, budget) for group, best in pairs])

    def _again(self, group: Packing, best: Best, solver: str, budget: Budget | None) -> Best:
        """Return a group's best choice without a solver: the same one if the solver wins nothing in it."""
        if all(offer.solver != solver for offer in best.winners):
            return best
        return group.best(self._objective, without={solver}, start=best.winners, budget=budget)

    def _joined(self, found: Sequence[Best]) -> Choice:
        winners = [offer for best in found for offer in best.winners]
        bound, work = sum(best.bound for best in found), sum(best.work for best in found)
        return choice_of(winners, bound, work, by_volume=self._objective == "volume")
