"""Lock at home, deliver away, claim or refund at home."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from intents.intent import SignedIntent
from intents.options import parse_expiry
from intents.wants import Leg, Package
from tests.venues.calls.stage import (
    DEADLINE_MS,
    NOW_MS,
    OWNER,
    REFUND_MS,
    SELL,
    STRANGER,
    VAULT,
    applied,
    claim,
    deliver,
    dollars,
    lock,
    options,
    orders,
    proved,
    refund,
    refusal,
    run,
    settle,
    signed,
    state,
    terms,
)
from tests.venues.small_world import L1, L2, PUT, RICH
from venues.calls.fill_terms import FillTerms
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Call

AWAY = terms(chain=L2)
SOLD = terms(signed(SELL, limit=-3.0), chain=L2, price=-3.5)
PAID = terms(signed(SELL, limit=-3.0), chain=L2, price=-150.0)
"""The owner receives more than the collateral: nothing of theirs is locked."""


def _locked(owed: FillTerms = AWAY) -> ChainState:
    return applied(lock(owed), state(L1))


def test_a_lock_takes_the_cash_out_of_the_vault() -> None:
    after = _locked()

    assert after.escrow.vault(OWNER.address) == VAULT - dollars(11)
    found = after.escrow.locks["fill"]
    assert (found.cash, found.quantity, found.solver, found.state) == (dollars(11), options(2), "solver", "locked")
    assert after.escrow.filled[AWAY.intent_id] == options(2)
    assert after.totals() == state(L1).totals()


def test_a_lock_for_a_sale_holds_collateral_less_credit() -> None:
    assert _locked(SOLD).escrow.locks["fill"].cash == dollars(273)


def test_a_delivery_gives_the_owner_the_legs_at_the_solvers_expense() -> None:
    """By hand: two puts at 5 dollars and 4.2 cents of fee each."""
    after = applied(deliver(AWAY), state(L2))

    assert after.clearing.account(OWNER.address).positions == {PUT: options(2)}
    assert after.clearing.account("solver").cash - RICH.cash == -dollars(10.084)
    assert after.delivered["fill"] == NOW_MS


def test_a_delivery_of_a_sale_fronts_the_collateral() -> None:
    after = applied(deliver(SOLD), state(L2))

    assert after.clearing.account(OWNER.address).cash == dollars(280)
    assert after.clearing.uncovered([OWNER.address]) is None


def test_what_an_owner_receives_beyond_their_collateral_is_paid_where_it_is_delivered() -> None:
    """By hand: two puts sold for 150 dollars each, 140 of which back each of them."""
    home, there = _locked(PAID), applied(deliver(PAID), state(L2))

    assert home.escrow.locks["fill"].cash == 0
    assert home.escrow.vault(OWNER.address) == VAULT
    assert there.clearing.account(OWNER.address).cash == dollars(300)


def test_a_delivery_announces_just_what_was_delivered() -> None:
    outcome = run(deliver(AWAY), state(L2))

    assert isinstance(outcome, Applied)
    log, *others = outcome.logs
    assert log.name == "Delivered"
    assert {other.name for other in others} <= {"Swapped"}
    assert [log.get(key) for key in ("fill", "terms", "to")] == ["fill", AWAY.id, L1]


def test_a_claim_pays_the_solver_what_was_locked() -> None:
    after = applied(claim(AWAY), proved(_locked(), AWAY))

    assert after.clearing.account("solver").cash - RICH.cash == dollars(11)
    assert after.escrow.locks["fill"].state == "claimed"
    assert after.totals() == state(L1).totals()


def test_a_claim_has_no_deadline_of_its_own() -> None:
    assert isinstance(run(claim(AWAY), proved(_locked(), AWAY), 10 * REFUND_MS), Applied)


def test_a_refund_gives_back_the_cash_and_the_quantity() -> None:
    after = applied(refund(AWAY), _locked(), REFUND_MS)

    assert after.escrow.vault(OWNER.address) == VAULT
    assert after.escrow.locks["fill"].state == "refunded"
    assert after.escrow.filled[AWAY.intent_id] == 0


def test_what_was_refunded_can_be_filled_again() -> None:
    whole = terms(chain=L2, quantity=10)
    after = applied(refund(whole), _locked(whole), REFUND_MS)

    assert isinstance(run(settle(terms(quantity=10)), after), Applied)


@pytest.mark.parametrize("make", [lock, deliver])
def test_nothing_begins_after_its_deadline(make: Callable[[FillTerms], Call[ChainState]]) -> None:
    call = make(AWAY)
    before = state(L1 if make is lock else L2)

    assert isinstance(run(call, before, DEADLINE_MS), Applied)
    assert refusal(call, before, DEADLINE_MS + 1).startswith("late: ")


@pytest.mark.parametrize(("chain", "where"), [(L1, L1), (L1, L2), (L2, L2)])
def test_a_lock_is_for_fills_delivered_away_and_lies_at_home(chain: str, where: str) -> None:
    assert "no business" in refusal(lock(terms(chain=chain)), state(where))


@pytest.mark.parametrize(("chain", "where"), [(L1, L1), (L1, L2), (L2, L1)])
def test_a_delivery_is_for_fills_delivered_away_and_happens_there(chain: str, where: str) -> None:
    assert "no business" in refusal(deliver(terms(chain=chain)), state(where))


@pytest.mark.parametrize(
    ("owed", "reason"),
    [
        (replace(AWAY, debit=dollars(12) + 1), "above the limit"),
        (replace(AWAY, legs={PUT: options(1)}), "package"),
        (replace(AWAY, intent_id="0" * 64), "another intent"),
        (replace(AWAY, quantity=options(11), legs={PUT: options(11)}), "not between"),
        (
            replace(AWAY, signed=SignedIntent(intent=signed().intent, signature=signed(keys=STRANGER).signature)),
            "signature",
        ),
        (terms(signed(chains=(L1,)), chain=L2), "not allowed"),
        (
            terms(
                signed(Package(legs=(Leg(instrument="ETH-27MAR20-160-C", ratio=-1),)), limit=-3.0), chain=L2, price=-4
            ),
            "no amount of cash",
        ),
    ],
)
def test_neither_lock_nor_delivery_takes_terms_that_the_owner_did_not_sign(owed: FillTerms, reason: str) -> None:
    assert reason in refusal(lock(owed), state(L1))
    assert reason in refusal(deliver(owed), state(L2))


def test_a_lock_is_not_taken_beyond_the_quantity_of_the_intent() -> None:
    before = applied(settle(terms(fill_id="home", quantity=9)), state(L1))

    assert "beyond its quantity" in refusal(lock(AWAY), before)


def test_open_locks_count_against_the_quantity() -> None:
    assert "beyond its quantity" in refusal(settle(terms(fill_id="home", quantity=8.01)), _locked())


def test_a_vault_that_is_short_is_not_locked() -> None:
    poor = state(L1)
    poor = replace(poor, escrow=poor.escrow.credit(OWNER.address, dollars(11) - 1 - VAULT))

    assert refusal(lock(AWAY), poor).startswith("undercollateralised: vault")


def test_a_fill_is_locked_once() -> None:
    ended = applied(refund(AWAY), _locked(), REFUND_MS)

    assert "locked or delivered before" in refusal(lock(AWAY), _locked())
    assert "locked or delivered before" in refusal(lock(AWAY), ended)


def test_a_fill_that_was_delivered_first_is_not_locked_any_more() -> None:
    """Otherwise a delivery of other terms under the same name would pay for the lock."""
    assert "locked or delivered before" in refusal(lock(AWAY), proved(state(L1), AWAY))


def test_a_fill_is_delivered_once() -> None:
    assert "delivered before" in refusal(deliver(AWAY), applied(deliver(AWAY), state(L2)))


def test_a_delivery_at_a_venue_the_owner_does_not_allow_is_refused() -> None:
    owed = terms(signed(venues=("amm",)), chain=L2)

    assert "does not allow book" in refusal(deliver(owed), state(L2))


def test_a_delivery_of_an_expired_option_is_refused() -> None:
    late = replace(deliver(AWAY), deadline_ms=2**53)

    assert refusal(late, state(L2), parse_expiry("27MAR20")) == f"late: {PUT} has expired"


def test_an_order_beyond_its_bound_reverts_the_whole_delivery() -> None:
    assert refusal(deliver(AWAY, orders(AWAY, 5.0)), state(L2)).startswith("slippage: ")


def test_a_solver_without_cash_cannot_deliver() -> None:
    before = state(L2)
    poor = replace(before, clearing=before.clearing.change("solver", cash=-RICH.cash))

    assert refusal(deliver(AWAY), poor).startswith("undercollateralised: solver")


def test_nothing_is_claimed_without_proof() -> None:
    assert "no proof" in refusal(claim(AWAY), _locked(), REFUND_MS)


def test_nothing_is_claimed_that_was_not_locked() -> None:
    assert "not locked" in refusal(claim(AWAY), proved(state(L1), AWAY))


def test_a_lock_is_claimed_once() -> None:
    assert "is claimed" in refusal(claim(AWAY), applied(claim(AWAY), proved(_locked(), AWAY)))


def test_a_refunded_lock_is_not_claimed_even_with_a_late_proof() -> None:
    refunded = applied(refund(AWAY), _locked(), REFUND_MS)

    assert "is refunded" in refusal(claim(AWAY), proved(refunded, AWAY))


@pytest.mark.parametrize(("early_ms", "pays"), [(1, False), (0, True)])
def test_a_lock_is_refunded_from_its_time_on(early_ms: int, pays: bool) -> None:
    assert isinstance(run(refund(AWAY), _locked(), REFUND_MS - early_ms), Applied) == pays


def test_a_lock_is_not_refunded_once_the_delivery_is_proved() -> None:
    assert "not refundable" in refusal(refund(AWAY), proved(_locked(), AWAY), 10 * REFUND_MS)


@pytest.mark.parametrize("ended", ["claimed", "refunded"])
def test_a_lock_that_has_ended_is_not_refunded(ended: str) -> None:
    after = applied(claim(AWAY), proved(_locked(), AWAY))
    if ended == "refunded":
        after = applied(refund(AWAY), _locked(), REFUND_MS)

    assert f"is {ended}" in refusal(refund(AWAY), after, REFUND_MS)


def test_nothing_is_refunded_that_was_not_locked() -> None:
    assert "not locked" in refusal(refund(AWAY), state(L1), REFUND_MS)


@pytest.mark.parametrize("quantity", [0, 1, 10])
def test_a_refund_of_another_quantity_is_refused(quantity: int) -> None:
    """It would leave room in the intent for more than the owner signed."""
    other = replace(refund(AWAY), quantity=options(quantity))

    assert "is for" in refusal(other, _locked(), REFUND_MS)


@pytest.mark.parametrize(
    "change",
    [{"quantity": options(1)}, {"debit": 0}, {"legs": {PUT: 1}}, {"solver": "other"}, {"chain": L1}, {"fill_id": "g"}],
)
def test_other_terms_have_another_id(change: dict[str, object]) -> None:
    assert replace(AWAY, **change).id != AWAY.id  # type: ignore[arg-type]


def test_equal_terms_have_equal_ids_in_whatever_order_their_legs_are_written() -> None:
    legs = {"ETH-27MAR20-160-C": 1, PUT: -2}

    assert replace(AWAY, legs=legs).id == replace(AWAY, legs=dict(reversed(legs.items()))).id


def test_gas_is_that_of_the_calls_and_of_their_venues() -> None:
    gas = [call.gas for call in (lock(AWAY), deliver(AWAY), claim(AWAY), refund(AWAY))]

    assert gas == [95_000, 170_000 + 90_000, 120_000, 60_000]
