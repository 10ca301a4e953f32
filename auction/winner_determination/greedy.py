"""The published greedy rule, for comparison: the best offer first, then whatever still fits beside it.

It is set packing without optimisation: a large batch shuts out smaller ones that would have given more together. Ties
are told apart by the revealed seed where the original shuffles without one.
"""

from collections.abc import Collection, Sequence

from auction.winner_determination.offer import Choice, Limits, Offer, Tally, choice_of, complete, tie_weight


def choose_greedily(offers: Sequence[Offer], limits: Limits, tie: bytes = b"", without: Collection[str] = ()) -> Choice:
    """Return the greedy choice; its bound is the sum of all scores, for greed proves nothing.

    Args:
        offers: What passed the fairness filter.
        limits: What the winners keep to.
        tie: Seed of the tie-break.
        without: Solvers that are left out, as for a reference score.
    """
    present = [offer for offer in offers if offer.solver not in without]
    tally = complete(Tally(limits), by_score(present, tie))
    return choice_of(tally.winners, sum(max(offer.score, 0) for offer in present))


def by_score(offers: Sequence[Offer], tie: bytes) -> list[Offer]:
    """Return offers with the best first, equals by their tie weight."""
    return sorted(offers, key=lambda offer: (-offer.score, -tie_weight(tie, offer), offer.id))
