"""Reference scores: what a round would have given without each of its winners.

A solver that wins nothing has the winning score itself as its reference. For the others the choice is made again
without them; where that is asked of the exact choice, it starts from the solved round.

A search that its budget ends before the proof leaves an interval: a choice that it found, and a bound. The bound is the
reference then: what a winner is rewarded for being better than the next best is never more than its due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Choice, Limits, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """A choice, and its winners' reference scores."""

    choice: Choice
    scores: Mapping[str, int]
    """By winning solver."""

    found: Mapping[str, int] = field(default_factory=dict)
    """The lower end, for each winner whose reference is not proven to be reached."""

    def of(self, solver: str) -> int:
        """Return the reference score of any solver."""
        return self.scores.get(solver, self.choice.score)


def exact_references(round_: Exact) -> References:
    """Return the reference scores of the exact choice."""
    choice = round_.best()
    return references_of(choice, {solver: round_.without(solver) for solver in choice.solvers})


def references_of(choice: Choice, without: Mapping[str, Choice]) -> References:
    """Return the reference scores of a choice, given the best one without each of its winners.

    No reference is above the winning score. Were a budget to end the choice before its proof and a search without some
    solver to end better, the reference is what the choice itself proves: its own score. Where volume comes first, the
    bound is on volume, and the reference is the score that was found.
    """
    scores = {
        solver: min(other.score if other.by_volume else other.bound, choice.score) for solver, other in without.items()
    }
    found = {solver: other.score for solver, other in without.items() if other.score < scores[solver]}
    return References(choice=choice, scores=scores, found=found)


def greedy_references(offers: Sequence[Offer], limits: Limits, tie: bytes = b"") -> References:
    """Return the published reference scores: greed again, without one solver; they may exceed the choice."""
    choice = choose_greedily(offers, limits, tie)
    scores = {s: choose_greedily(offers, limits, tie, without={s}).score for s in choice.solvers}
    return References(choice=choice, scores=scores)
