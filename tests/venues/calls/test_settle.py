from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH
from intents.builders import covered_call, hedge
from intents.intent import SignedIntent
from intents.options import parse_expiry
from intents.wants import Leg, Package
from tests.venues.calls.stage import (
    BUY,
    DEADLINE_MS,
    NOW_MS,
    OWNER,
    SELL,
    STRANGER,
    VAULT,
    applied,
    block,
    dollars,
    options,
    orders,
    refusal,
    run,
    settle,
    signed,
    state,
    terms,
)
from tests.venues.small_world import L1, L2, PUT, RICH, make_chain
from venues.chains.transaction import Applied, Transaction

CALL = "ETH-27MAR20-160-C"


def test_the_owner_gets_the_legs_and_pays_the_debit() -> None:
    after = applied(settle(terms()), state(L1))

    assert after.clearing.account(OWNER.address).positions == {PUT: options(2)}
    assert after.clearing.account(OWNER.address).cash == 0
    assert after.escrow.vault(OWNER.address) == VAULT - dollars(11)


def test_the_solver_keeps_what_the_orders_leave_of_the_debit() -> None:
    """By hand: two puts at 5 dollars and 4.2 cents of fee each, for 11 dollars."""
    after = applied(settle(terms()), state(L1))

    assert after.clearing.account("solver").cash - RICH.cash == dollars(11) - dollars(10.084)
    assert after.clearing.account("solver").positions == {}


def test_an_owner_who_sells_backs_it_from_the_vault_and_keeps_the_credit() -> None:
    """By hand: two puts on 140 need 280 dollars; the credit of 3.50 each goes against that."""
    owed = terms(signed(SELL, limit=-3.0), price=-3.5)

    after = applied(settle(owed), state(L1))

    assert after.clearing.account(OWNER.address).positions == {PUT: -options(2)}
    assert after.clearing.account(OWNER.address).cash == dollars(280)
    assert after.escrow.vault(OWNER.address) == VAULT - dollars(273)


def test_an_owner_who_buys_ether_with_a_call_on_it_holds_both() -> None:
    quoted = state(L1)
    owed = terms(signed(covered_call("27MAR20", 160), limit=141.0), price=141.0)
    own_orders = tuple(order for order in orders(owed) if order.instrument == ETH)
    seller = quoted.clearing.account("solver").positions

    after = applied(settle(owed, own_orders), quoted)

    assert seller == {}
    assert after.clearing.account(OWNER.address).positions == {CALL: -options(2)}
    assert after.clearing.account(OWNER.address).ether == options(2)
    assert after.clearing.account("solver").positions == {CALL: options(2)}


def test_a_fill_is_counted_against_its_intent() -> None:
    after = applied(settle(terms(fill_id="b")), applied(settle(terms(fill_id="a", quantity=3)), state(L1)))

    assert after.escrow.filled[terms().intent_id] == options(5)


def test_a_settlement_announces_the_fill() -> None:
    outcome = run(settle(terms()), state(L1))

    assert isinstance(outcome, Applied)
    log = outcome.logs[0]
    assert log.name == "Filled"
    assert [log.get(key) for key in ("fill", "quantity", "cash", "to")] == ["fill", options(2), dollars(11), L1]


def test_a_settlement_announces_what_each_venue_order_came_to() -> None:
    """By hand: two puts at 5 dollars and 4.2 cents of fee each."""
    outcome = run(settle(terms()), state(L1))

    assert isinstance(outcome, Applied)
    _, *swaps = outcome.logs
    assert [(log.name, log.fields) for log in swaps] == [
        ("Swapped", (("fill", "fill"), ("order", 0), ("cash", dollars(10.084))))
    ]


def test_what_is_netted_between_owners_needs_no_venue() -> None:
    """The solver buys from one owner what it sells to another; it holds the option in between."""
    seller = signed(SELL, limit=-3.0, keys=STRANGER)
    before = state(L1)
    before = replace(before, escrow=before.escrow.credit(STRANGER.address, dollars(1000)))
    bought = applied(settle(terms(seller, fill_id="s", price=-4.5), ()), before)

    after = applied(settle(terms(price=5.0), ()), bought)

    assert after.clearing.account("solver").positions == {}
    assert after.clearing.account("solver").cash - RICH.cash == dollars(1)


@pytest.mark.parametrize(("late_ms", "code"), [(0, None), (1, "late"), (10**6, "late")])
def test_a_settlement_after_its_deadline_is_refused(late_ms: int, code: str | None) -> None:
    outcome = run(settle(terms()), state(L1), DEADLINE_MS + late_ms)

    assert getattr(outcome, "code", None) == code


@pytest.mark.parametrize(("chain", "where"), [(L2, L1), (L2, L2), (L1, L2)])
def test_a_settlement_is_for_fills_delivered_at_home_and_nowhere_else(chain: str, where: str) -> None:
    assert "no business" in refusal(settle(terms(chain=chain)), state(where))


def test_an_intent_is_never_filled_beyond_its_quantity() -> None:
    before = applied(settle(terms(quantity=9)), state(L1))

    assert "beyond its quantity" in refusal(settle(terms(fill_id="more", quantity=2)), before)
    assert isinstance(run(settle(terms(fill_id="rest", quantity=1)), before), Applied)


def test_a_signature_of_somebody_else_is_refused() -> None:
    forged = SignedIntent(intent=signed().intent, signature=signed(keys=STRANGER).signature)

    assert "signature" in refusal(settle(replace(terms(), signed=forged)), state(L1))


def test_terms_of_another_intent_are_refused() -> None:
    assert "another intent" in refusal(settle(replace(terms(), intent_id="0" * 64)), state(L1))


@pytest.mark.parametrize("excess", [1, 10**6])
def test_a_debit_above_the_limit_is_refused(excess: int) -> None:
    at_the_limit = replace(terms(), debit=dollars(12))

    assert isinstance(run(settle(at_the_limit), state(L1)), Applied)
    assert "above the limit" in refusal(settle(replace(at_the_limit, debit=dollars(12) + excess)), state(L1))


@pytest.mark.parametrize(
    "legs", [{}, {PUT: options(1)}, {PUT: options(3)}, {CALL: options(2)}, {PUT: options(2), CALL: -1}]
)
def test_legs_that_are_not_the_package_are_refused(legs: dict[str, int]) -> None:
    assert "package" in refusal(settle(terms(legs=legs)), state(L1))


def test_legs_that_pay_less_than_the_floor_are_refused() -> None:
    floor = signed(hedge("27MAR20", 140))
    exact, short = terms(floor, legs={PUT: options(2)}), terms(floor, legs={PUT: options(2) - 1})

    assert isinstance(run(settle(exact), state(L1)), Applied)
    assert "less than the floor" in refusal(settle(short), state(L1))


def test_a_want_that_no_cash_backs_is_refused() -> None:
    naked = signed(Package(legs=(Leg(instrument=CALL, ratio=-1),)), limit=-3.0)

    assert "no amount of cash" in refusal(settle(terms(naked, price=-4.0)), state(L1))


def test_a_fill_below_the_least_is_refused() -> None:
    document = signed(minimum=3.0)

    assert "least fill" in refusal(settle(terms(document, quantity=2.99)), state(L1))
    assert isinstance(run(settle(terms(document, quantity=3)), state(L1)), Applied)


def test_the_last_fill_may_be_as_small_as_what_remains() -> None:
    document = signed(minimum=3.0)
    before = applied(settle(terms(document, quantity=9)), state(L1))

    assert isinstance(run(settle(terms(document, fill_id="last", quantity=1)), before), Applied)


def test_a_chain_the_owner_does_not_allow_is_refused() -> None:
    assert "not allowed" in refusal(settle(terms(signed(chains=(L2,)))), state(L1))


def test_a_venue_the_owner_does_not_allow_is_refused() -> None:
    assert "does not allow book" in refusal(settle(terms(signed(venues=("pool", "amm")))), state(L1))
    assert isinstance(run(settle(terms(signed(venues=("book",)))), state(L1)), Applied)


def test_an_option_that_has_expired_is_not_delivered() -> None:
    late = replace(settle(terms()), deadline_ms=2**53)

    reason = refusal(late, state(L1), parse_expiry("27MAR20"))

    assert reason == f"late: {PUT} has expired"


def test_a_vault_that_is_short_pays_nothing() -> None:
    before = state(L1)
    poor = replace(before, escrow=before.escrow.credit(OWNER.address, dollars(11) - 1 - VAULT))

    assert refusal(settle(terms()), poor).startswith("undercollateralised: vault")


def test_an_order_beyond_its_bound_reverts_the_whole_settlement() -> None:
    owed = terms()

    assert refusal(settle(owed, orders(owed, 5.0)), state(L1)).startswith("slippage: ")


def test_a_venue_that_is_too_thin_reverts_the_whole_settlement() -> None:
    owed = terms(signed(quantity=30.0), quantity=21)

    assert refusal(settle(owed), state(L1)).startswith("no_liquidity: ")


def test_a_solver_who_cannot_back_what_it_sells_is_refused() -> None:
    before = state(L1)
    poor = replace(before, clearing=before.clearing.change("solver", cash=-RICH.cash, ether=-RICH.ether))

    assert refusal(settle(terms(), ()), poor).startswith("undercollateralised: solver")


def test_a_maker_who_cannot_back_its_quote_makes_the_settlement_revert() -> None:
    before = state(L1)
    poor = replace(before, clearing=before.clearing.change("maker", cash=-RICH.cash))

    assert refusal(settle(terms()), poor).startswith("undercollateralised: maker")


def test_a_solver_needs_no_cash_of_its_own_at_home() -> None:
    before = state(L1)
    poor = replace(before, clearing=before.clearing.change("solver", cash=-RICH.cash))

    assert isinstance(run(settle(terms()), poor), Applied)


@given(st.integers(1, 1000).map(lambda n: n / 100), st.sampled_from([BUY, SELL]))
def test_cash_and_ether_are_conserved(quantity: float, want: Package) -> None:
    document = signed(want, limit=6.0 if want is BUY else -3.0)
    owed = terms(document, quantity=quantity, price=5.5 if want is BUY else -3.5)

    after = applied(settle(owed), state(L1))

    assert after.totals() == state(L1).totals()
    assert sum(account.positions.get(PUT, 0) for account in after.clearing.accounts.values()) == 0


@given(st.integers(1, 1000).map(lambda n: n / 100), st.floats(-10, 10))
def test_the_owner_never_pays_more_than_limit_and_collateral(quantity: float, price: float) -> None:
    outcome = run(settle(terms(quantity=quantity, price=price)), state(L1))

    intent = signed().intent
    if isinstance(outcome, Applied):
        paid = VAULT - outcome.state.escrow.vault(OWNER.address)
        assert paid <= intent.max_debit(options(quantity)) + intent.collateral(options(quantity))


def test_a_reverted_call_changes_nothing_but_the_gas_paid() -> None:
    chain = make_chain(state(L1))
    before, late = chain.state, replace(settle(terms()), deadline_ms=NOW_MS - 10**9)
    transaction = Transaction(id="t", sender="solver", call=late, max_fee_wei=10**9, tip_wei=1)
    chain.submit(transaction)

    (receipt,) = chain.produce().receipts

    assert receipt.status == "reverted"
    assert receipt.logs == ()
    assert chain.state == before.pay_gas("solver", receipt.cost_wei)


def test_gas_is_that_of_the_call_and_of_its_venues() -> None:
    assert settle(terms()).gas == 230_000 + 90_000


def test_a_call_leaves_the_state_it_was_given_as_it_was() -> None:
    before = state(L1)
    settle(terms()).apply(before, block())

    assert before == state(L1)
