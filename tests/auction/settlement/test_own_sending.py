"""What a solver sends itself takes the place of what the policy sends, if it is for what it was awarded."""

from dataclasses import replace
from typing import Any

import pytest

from auction.scoring import Tender, plans_of, unbounded
from auction.settlement.own_sending import sent_plans
from intents import builders
from solvers.bid import Bid
from solvers.messages import Decision, OwnSettlement
from tests.auction.stage import PUT, SOLVER, bid, signed, tender
from venues.calls.settlement import Settle


@pytest.fixture
def made() -> Tender:
    return tender(signed(builders.single(PUT), 5, 40.0))


def decided(honest: Bid, position: int = 0, **changes: Any) -> Decision:
    """Return the decision to send an altered first fill."""
    fills = (honest.fills[0].model_copy(update=changes), *honest.fills[1:])
    own = OwnSettlement(position=position, fills=fills)
    return Decision(round=1, solver=SOLVER, settle=(0,), own=(own,))


def test_what_it_sends_itself_replaces_the_steps_and_leaves_what_was_awarded(made: Tender) -> None:
    honest = bid(made)
    decision = decided(honest, debit=honest.fills[0].debit + 1)

    (plan,) = sent_plans(honest, 0, decision, made, unbounded)

    call = plan.delivery.call
    assert isinstance(call, Settle)
    assert call.terms.debit == plan.terms.debit + 1
    assert plan.terms.debit == honest.fills[0].debit


@pytest.mark.parametrize(
    ("position", "changes"),
    [
        (1, {}),
        (0, {"intent_id": "0" * 64}),
        (0, {"chain": "eip155:5"}),
        (0, {"legs": {"nothing": 1}}),
        (0, {"quantity": 0}),
        (0, {"debit": 2**200}),
        (0, {"orders": {"venue": "nowhere"}}),
        (0, {"orders": {"instrument": "nothing"}}),
        (0, {"orders": {"quantity": 0}}),
    ],
)
def test_what_is_no_settlement_of_the_award_is_not_sent(made: Tender, position: int, changes: dict[str, Any]) -> None:
    honest = bid(made)
    if "orders" in changes:
        changes = {"orders": tuple(replace(order, **changes["orders"]) for order in honest.fills[0].orders)}
    decision = decided(honest, position, **changes)

    assert sent_plans(honest, 0, decision, made, unbounded) == plans_of(honest, 0, made)
    assert sent_plans(honest, 0, None, made, unbounded) == plans_of(honest, 0, made)


def test_what_is_for_another_intent_of_the_round_is_not_sent() -> None:
    two = tender(signed(builders.single(PUT), 5, 40.0, nonce=1), signed(builders.single(PUT), 5, 40.0, nonce=2))
    honest, other = bid(two), bid(two, which=1)
    own = OwnSettlement(position=0, fills=other.fills)
    decision = Decision(round=1, solver=SOLVER, settle=(0,), own=(own,))

    assert sent_plans(honest, 0, decision, two, unbounded) == plans_of(honest, 0, two)
