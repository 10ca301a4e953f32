"""What a losing offer would have had to score to win: exactly, by choosing again with it forced in.

Let W be the best choice and F the best choice of others beside the loser, where its claims are taken first. The loser
wins for certain once its own score is more than W - F; at W - F it ties, and the tie-break decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auction.winner_determination.bundles import with_counts
from auction.winner_determination.exact import Exact
from auction.winner_determination.offer import Choice, Limits, Offer
from auction.winner_determination.packing import Budget
from auction.winner_determination.rows import components


def winning_scores(
    offers: Sequence[Offer],
    losers: Sequence[str],
    limits: Limits,
    budget: Budget | None = None,
    best: Choice | None = None,
) -> dict[str, int]:
    """Return the least score at which each losing offer wins for certain, all else as it is.

    A loser that cannot win at any score, or for which the budget ended a search before its proof, is left out.

    Args:
        offers: All offers that may win, the losers among them.
        losers: Ids of the offers that lost.
        limits: What winners keep to.
        budget: When each search stops.
        best: The best choice of all, where it is known; parts of it are worked out again only if it is not proven.
    """
    found: dict[str, int] = {}
    wanted = frozenset(losers)
    won = {winner.id for winner in best.winners} if best is not None and not best.gap else None
    for group in components(with_counts(offers, limits)[1]):
        members = [offers[i] for i in group]
        if wanted.isdisjoint(offer.id for offer in members):
            continue
        most = _most(members, limits, budget) if won is None else sum(o.score for o in members if o.id in won)
        for offer in members:
            rest = _beside(offer, members, limits) if offer.id in wanted and most is not None else None
            others = _most(*rest, budget) if rest is not None else None
            if most is not None and others is not None:
                found[offer.id] = most - others + 1
    return found


def _most(offers: Sequence[Offer], limits: Limits, budget: Budget | None) -> int | None:
    """Return the largest score of offers that win together; `None` where the budget ended the search first."""
    choice = Exact(offers, limits, tie=None, budget=budget).best()
    return None if choice.gap else choice.score


def _beside(forced: Offer, offers: Sequence[Offer], limits: Limits) -> tuple[list[Offer], Limits] | None:
    """Return what is left to choose from, and what that has to keep to, once an offer has won; `None` if it cannot."""
    capacity = dict(limits.capacity)
    for resource, reach in forced.reaches.items():
        capacity[resource] = min(reach, capacity.get(resource, reach))
    for resource, quantity in forced.takes.items():
        if resource in capacity:
            capacity[resource] -= quantity
    if min(capacity.values(), default=0) < 0 or 0 in (limits.most_winners, limits.most_per_solver):
        return None
    if limits.most_per_solver is not None:
        capacity |= {_place(offer.solver): limits.most_per_solver for offer in (forced, *offers)}
        capacity[_place(forced.solver)] -= 1
    others = (_left(offer, forced.takes) for offer in offers if offer.id != forced.id)
    most = None if limits.most_winners is None else limits.most_winners - 1
    kept = [offer for offer in others if all(offer.takes.get(r, 0) <= reach for r, reach in offer.reaches.items())]
    return kept, Limits(capacity=capacity, most_winners=most)


def _left(offer: Offer, taken: Mapping[str, int]) -> Offer:
    """Return an offer that takes a place of its solver's, with what its reaches leave after something was taken."""
    reaches = {resource: reach - taken.get(resource, 0) for resource, reach in offer.reaches.items()}
    return replace(offer, takes={**offer.takes, _place(offer.solver): 1}, reaches=reaches)


def _place(solver: str) -> str:
    return f"place of {solver}"
