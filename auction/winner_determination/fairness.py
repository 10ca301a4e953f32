"""The published fairness filter: no batch may give an item less than the best offer on that item alone.

Rule of the CoW Protocol's combinatorial auction, where an item is a directed pair of tokens: the baseline of a pair is
the best score among the offers that touch exactly that pair; an offer on several pairs is dropped if its score on any
of them is below the baseline. Offers on one pair are never dropped (`crates/winner-selection/src/arbitrator.rs` of
cowprotocol/services at 6a3eb426, read 21 August 2026).
"""

from collections.abc import Sequence

from auction.winner_determination.offer import Offer


def fair(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return the offers that pass the filter, in their order; what they give each item is in `parts`."""
    baseline: dict[str, int] = {}
    for offer in offers:
        if len(offer.parts) == 1:
            ((item, score),) = offer.parts.items()
            baseline[item] = max(score, baseline.get(item, score))
    return tuple(offer for offer in offers if _is_fair(offer, baseline))


def _is_fair(offer: Offer, baseline: dict[str, int]) -> bool:
    if len(offer.parts) == 1:
        return True
    return all(score >= baseline.get(item, score) for item, score in offer.parts.items())
