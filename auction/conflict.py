"""What each losing bid is told beyond its code: the score it would have won with, and what its way in would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auction.reckoning import Decided
from auction.scoring import Scored
from auction.winner_determination.offer import Choice, Offer
from auction.winner_determination.prices import charged, prices
from auction.winner_determination.rounds import limits_of, offers_of
from auction.winner_determination.threshold import winning_scores
from auction.winners import FILL_BONUS
from solvers.messages import Award, BidResult


@dataclass(frozen=True, slots=True)
class _Field:
    """A decided round as prices see it."""

    offers: Mapping[tuple[str, int], Offer]
    """Bids that hold and are fair, by solver and position."""

    needed: Mapping[str, int]
    prices: dict[str, float]


def explained(told: Sequence[Award], scored: Sequence[Scored], decided: Decided) -> tuple[Award, ...]:
    """Return the awards with the least winning score of each loser, and the prices of what is short.

    A batch bid that was unfair is told by how much it gives each owner too little.

    Args:
        told: The awards.
        scored: Bids that hold.
        decided: The round.
    """
    field = _field(decided)
    by_place = {(each.bid.solver, each.position): each for each in scored}
    found = []
    for award in told:
        results = []
        for result in award.results:
            own = by_place.get((award.solver, result.position))
            lost = own is not None and result.outcome == "lost"
            results.append(_priced(result, own, scored, field) if own is not None and lost else result)
        found.append(award.model_copy(update={"results": tuple(results)}))
    return tuple(found)


def _field(decided: Decided) -> _Field:
    offers = offers_of(decided.fair)
    limits = limits_of(decided.rule, decided.remaining, decided.cash)
    winners = offers_of(decided.winners)
    won = {offer.id for offer in winners}
    losers = [offer.id for offer in offers if offer.id not in won]
    placed = {(each.bid.solver, each.position): offer for each, offer in zip(decided.fair, offers, strict=True)}
    needed = winning_scores(offers, losers, limits, decided.rule.budget, _best(decided))
    return _Field(placed, needed, prices(offers, winners, limits))


def _best(decided: Decided) -> Choice | None:
    """Return the choice of the highest score, where that is what winners were chosen by; it is at hand."""
    solved = decided.solved
    return solved.best() if solved is not None and decided.rule.objective == "surplus" else None


def _priced(result: BidResult, own: Scored, scored: Sequence[Scored], field: _Field) -> BidResult:
    offer = field.offers.get((own.bid.solver, own.position))
    if offer is None:
        return result.model_copy(update={"prices": _missing(own, scored)})
    least = field.needed.get(offer.id)
    needed = None if least is None else least - FILL_BONUS * len(own.bid.fills)
    return result.model_copy(update={"needed": needed, "prices": charged(offer, field.prices)})


def _missing(batch: Scored, scored: Sequence[Scored]) -> dict[str, int]:
    """Return how much less an unfair batch gives each owner than the best bid on that intent alone, in proportion."""
    found: dict[str, int] = {}
    for rival in (each for each in scored if not each.is_batch):
        intent = rival.bid.intents[0]
        whole, part = rival.quantity(intent), min(batch.quantity(intent), rival.quantity(intent))
        if intent in batch.bid.intents and batch.gain(intent) * whole < rival.gain(intent) * part:
            short = -(-rival.gain(intent) * part // whole) - batch.gain(intent)
            found[f"intent {intent}"] = max(short, found.get(f"intent {intent}", 0))
    return found
