from dataclasses import replace

import pytest

from auction.settlement.plan import CRITICAL, Plan, fill_id, terms_of
from solvers.bid import Bid, BidFill
from tests.auction.settlement.course import POLICY, plan, world
from tests.venues.calls.stage import SELL, dollars, orders, signed, terms
from tests.venues.small_world import L1, L2, PUT, START_MS
from venues.calls.settlement import Claim, Deliver, Lock, Settle
from venues.calls.upkeep import BridgeOut


def elsewhere(**fields: object) -> Plan:
    return plan(world(), terms(chain=L2, **fields))  # type: ignore[arg-type]


def test_a_plan_at_home_is_one_transaction_for_everything() -> None:
    made = plan(world())

    (step,) = made.steps
    assert isinstance(step.call, Settle)
    assert (step.id, step.kind, step.chain, step.needs) == ("fill/settle", "settle", L1, ())
    assert made.delivery is step
    assert not made.is_cross_chain


def test_a_plan_elsewhere_locks_delivers_claims_and_bridges_back() -> None:
    made = elsewhere()

    assert [(step.kind, step.chain) for step in made.steps] == [
        ("lock", L1),
        ("deliver", L2),
        ("claim", L1),
        ("bridge", L1),
    ]
    assert [type(step.call) for step in made.steps] == [Lock, Deliver, Claim, BridgeOut]
    assert made.delivery.kind == "deliver"
    assert made.is_cross_chain


def test_each_step_needs_the_one_before_it() -> None:
    steps = elsewhere().steps

    assert [step.needs for step in steps] == [(), *((step.id,) for step in steps[:-1])]


def test_the_first_step_waits_for_what_the_plan_comes_after() -> None:
    made = plan(world(), terms(chain=L2), after=("other/settle",))

    assert made.steps[0].needs == ("other/settle",)
    assert made.steps[1].needs == ("fill/lock",)


def test_only_steps_that_concern_the_solver_alone_are_tried_again() -> None:
    assert {step.kind: step.on_revert for step in elsewhere().steps} == {
        "lock": "abort",
        "deliver": "abort",
        "claim": "retry",
        "bridge": "retry",
    }
    assert {"settle", "lock", "deliver"} == CRITICAL


def test_what_serves_the_owner_ends_with_the_delivery_and_what_pays_the_solver_later() -> None:
    made = elsewhere()
    deadlines = POLICY.deadlines(world(), START_MS, L1, L2)

    assert [step.deadline_ms for step in made.steps] == [
        deadlines.deliver_ms,
        deadlines.deliver_ms,
        deadlines.claim_ms,
        deadlines.claim_ms,
    ]


def test_the_contracts_know_the_deadlines_of_the_plan() -> None:
    made = elsewhere()
    lock, deliver = made.steps[0].call, made.steps[1].call
    deadlines = POLICY.deadlines(world(), START_MS, L1, L2)

    assert isinstance(lock, Lock)
    assert isinstance(deliver, Deliver)
    assert (lock.deadline_ms, lock.refund_at_ms) == (deadlines.deliver_ms, deadlines.refund_ms)
    assert deliver.deadline_ms == deadlines.deliver_ms


@pytest.mark.parametrize("price", [0.01, 0.25])
def test_nothing_is_bridged_back_that_the_fee_would_eat(price: float) -> None:
    assert [step.kind for step in elsewhere(price=price).steps] == ["lock", "deliver", "claim"]


def test_nothing_is_bridged_back_where_the_owner_receives_more_than_they_lock() -> None:
    credit = terms(signed(SELL, limit=-200.0), chain=L2, price=-200.0)

    assert [step.kind for step in plan(world(), credit).steps] == ["lock", "deliver", "claim"]


def test_the_whole_of_what_is_claimed_goes_back() -> None:
    bridge = elsewhere().steps[-1].call

    assert isinstance(bridge, BridgeOut)
    assert (bridge.account, bridge.cash) == ("solver", dollars(11))


def test_the_gas_of_a_delivery_covers_every_order() -> None:
    owed = terms()
    once, twice = plan(world(), owed), plan(world(), owed, sent=orders(owed) * 2)

    assert twice.steps[0].call.gas - once.steps[0].call.gas == 90_000


def test_a_fill_is_named_by_round_solver_position_and_place_in_the_bid() -> None:
    assert fill_id("greedy", 12, 3, 0) == "12.greedy.3.0"


def test_terms_are_those_of_the_fill_and_of_what_the_owner_signed() -> None:
    owed = terms(signed(nonce=9))
    fill = BidFill(
        intent_id=owed.intent_id, quantity=owed.quantity, debit=owed.debit, chain=L1, legs=dict(owed.legs), orders=()
    )
    bid = Bid(solver="solver", round=4, fills=(fill,))

    assert terms_of(bid, 2, 0, owed.signed) == replace(owed, fill_id="4.solver.2.0")
    assert owed.legs == {PUT: owed.quantity}
