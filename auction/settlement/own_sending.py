"""Plans of solvers that settle by themselves: what they send may differ from what they were awarded.

The network carries what they say they send, from their own accounts, and the contracts hold it to what the owners
signed. The books go on by what was awarded; the difference is for the validator to find.
"""

from dataclasses import replace

from auction.scoring import DeadlineRule, Tender, flaw, plans_of
from auction.settlement.plan import Plan
from solvers.bid import Bid, BidFill
from solvers.messages import Decision


def sent_plans(
    bid: Bid, position: int, decision: Decision | None, tender: Tender, deadlines: DeadlineRule
) -> tuple[Plan, ...]:
    """Return the plans of all fills of a winning bid, with the steps that its solver says it sends itself, if any.

    What a solver sends for other intents than it was awarded, or what could not be carried out whatever prices are, is
    no settlement of its award: the plans are then those of the policy. Who sends something else for one fill of a bid
    has all its fills marked so, for they may wait for it, or trade at the same venues.
    """
    awarded = plans_of(bid, position, tender, deadlines)
    own = next((each for each in decision.own if each.position == position), None) if decision is not None else None
    if own is None or [_place(fill) for fill in own.fills] != [_place(fill) for fill in bid.fills]:
        return awarded
    sent = bid.model_copy(update={"fills": own.fills})
    if flaw(sent, tender) is not None:
        return awarded
    plans = plans_of(sent, position, tender, deadlines)
    if plans == awarded:
        return awarded
    return tuple(
        replace(plan, steps=other.steps, awarded=plan.steps) for plan, other in zip(awarded, plans, strict=True)
    )


def _place(fill: BidFill) -> tuple[str, str]:
    return fill.intent_id, fill.chain
