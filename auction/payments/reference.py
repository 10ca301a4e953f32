"""Reference scores: what a round would have given without each of its winners.

A solver that wins nothing has the winning score itself as its reference. For the others the choice is made again
without them; where that is asked of the exact choice, it starts from the solved round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Choice, Limits, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """A choice, and its winners' reference scores."""

    choice: Choice
    scores: Mapping[str, int]
    """By winning solver."""

    def of(self, solver: str) -> int:
        """Return the reference score of any solver."""
        return self.scores.get(solver, self.choice.score)


def exact_references(round_: Exact) -> References:
    """Return the reference scores of the exact choice.

    No reference is above the winning score. Were a budget to end the choice before its proof and a search without some
    solver to end better, the reference is what the choice itself proves: its own score.
    """
    choice = round_.best()
    scores = {solver: min(round_.without(solver).score, choice.score) for solver in choice.solvers}
    return References(choice=choice, scores=scores)


def greedy_references(offers: Sequence[Offer], limits: Limits, tie: bytes = b"") -> References:
    """Return the published reference scores: greed again, without one solver; they may exceed the choice."""
    choice = choose_greedily(offers, limits, tie)
    scores = {s: choose_greedily(offers, limits, tie, without={s}).score for s in choice.solvers}
    return References(choice=choice, scores=scores)
