"""Claims on backing, named only where all bids together might take more than there is: others could not bind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from auction.scoring import Dropped, Scored


def with_backing(answers: Mapping[str, Sequence[Scored | Dropped]]) -> dict[str, list[Scored | Dropped]]:
    """Return the answers to all sheets, with their claims on backing where it is scarce."""
    bids = [answer for found in answers.values() for answer in found if isinstance(answer, Scored)]
    wanted: Counter[str] = Counter()
    for claim in (claim for scored in bids for claim in scored.backing):
        wanted[claim.resource] += claim.quantity
    scarce = {claim.resource for scored in bids for claim in scored.backing if wanted[claim.resource] > claim.reach}
    return {solver: [_named(answer, scarce) for answer in found] for solver, found in answers.items()}


def _named(answer: Scored | Dropped, scarce: set[str]) -> Scored | Dropped:
    if isinstance(answer, Dropped) or not scarce:
        return answer
    more = tuple(claim for claim in answer.backing if claim.resource in scarce)
    return replace(answer, claims=(*answer.claims, *more)) if more else answer
