"""Plans of solvers that settle by themselves: what they send may differ from what they were awarded.

The network carries what they say they send, like everything else that somebody pays gas for, and the contracts hold it
to what the owners signed. The books go on by what was awarded; the difference is for the validator to find.
"""

from dataclasses import replace

from auction.scoring import DeadlineRule, Tender, plans_of
from auction.settlement.plan import Plan
from solvers.bid import Bid
from solvers.messages import Decision, OwnSettlement


def sent_plans(
    bid: Bid, position: int, decision: Decision | None, tender: Tender, deadlines: DeadlineRule
) -> tuple[Plan, ...]:
    """Return the plans of all fills of a winning bid, with the steps that its solver says it sends itself, if any.

    What a solver sends for other intents than it was awarded, or to venues that there are not, is no settlement of its
    award: the plans are then those of the policy.
    """
    awarded = plans_of(bid, position, tender, deadlines)
    own = next((each for each in decision.own if each.position == position), None) if decision is not None else None
    if own is None or not _fits(own, bid, tender):
        return awarded
    sent = plans_of(bid.model_copy(update={"fills": own.fills}), position, tender, deadlines)
    pairs = zip(awarded, sent, strict=True)
    return tuple(replace(plan, steps=other.steps, sent_by=own.sender) for plan, other in pairs)


def _fits(own: OwnSettlement, bid: Bid, tender: Tender) -> bool:
    places = [(fill.intent_id, fill.chain) for fill in bid.fills]
    venues = {order.venue for fill in own.fills for order in fill.orders}
    return [(fill.intent_id, fill.chain) for fill in own.fills] == places and venues <= set(tender.snapshot.by_venue)
