"""Which winners stand in the way of a bid that lost: those that take what it would need beside them."""

from collections.abc import Sequence

from auction.winner_determination.offer import Limits, Offer


def obstacles(loser: Offer, winners: Sequence[Offer], limits: Limits) -> tuple[str, ...]:
    """Return the winning offers that leave a losing one no room, as `solver/position`, sorted.

    They have a resource in common of which all winners and the loser together would take too much.
    """
    found = {
        winner.id
        for resource in {*loser.takes, *loser.reaches}
        if _is_short(resource, [*winners, loser], limits)
        for winner in winners
        if resource in winner.takes or resource in winner.reaches
    }
    return tuple(sorted(name.partition("/")[2] for name in found))


def is_full(solver: str, winners: Sequence[Offer], limits: Limits) -> bool:
    """Return whether one more winner, or one more of this solver's, would be too many."""
    own = sum(winner.solver == solver for winner in winners)
    most, most_own = limits.most_winners, limits.most_per_solver
    return (most is not None and len(winners) >= most) or (most_own is not None and own >= most_own)


def _is_short(resource: str, offers: Sequence[Offer], limits: Limits) -> bool:
    taken = sum(offer.takes.get(resource, 0) for offer in offers)
    most = min(offer.reaches.get(resource, taken) for offer in offers)
    return taken > min(most, limits.capacity.get(resource, taken))
