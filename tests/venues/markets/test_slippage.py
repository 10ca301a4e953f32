"""How a venue says that the price has moved through an order's bound."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.lifecycle import Cause
from tests.venues.small_world import PUT
from venues.markets.venue import Order, Side, slippage, within_bound


def _order(side: Side, bound: int) -> Order:
    return Order(venue="book", instrument=PUT, side=side, quantity=1, bound=bound)


@pytest.mark.parametrize(
    ("side", "cash", "bound", "text"),
    [
        ("buy", 412_300_000, 410_000_000, "costs 412.30 USDC, bound 410.00"),
        ("sell", 189_630_000, 189_950_000, "brings 189.63 USDC, bound 189.95"),
        ("buy", 412_300_001, 410_009_999, "costs 412.31 USDC, bound 410.00"),
        ("sell", 189_639_999, 189_950_001, "brings 189.63 USDC, bound 189.96"),
        ("buy", 1, 0, "costs 0.01 USDC, bound 0.00"),
        ("sell", -1_005_000, 0, "brings -1.01 USDC, bound 0.00"),
        ("sell", -40_000, 0, "brings -0.04 USDC, bound 0.00"),
    ],
)
def test_the_refusal_states_dollars_and_cents(side: Side, cash: int, bound: int, text: str) -> None:
    refusal = slippage(_order(side, bound), cash)

    assert (refusal.cause, refusal.detail) == (Cause.SLIPPAGE, f"{PUT} {text}")


@given(st.sampled_from(["buy", "sell"]), st.integers(-(10**9), 10**13), st.integers(0, 10**13), st.booleans())
def test_a_breach_shows_however_small_it_is(side: Side, cash: int, bound: int, near: bool) -> None:
    breach = 1 if side == "buy" else -1
    cash = bound + breach if near else cash
    if within_bound(_order(side, bound), cash):
        return

    words = slippage(_order(side, bound), cash).detail.replace(",", "").split()

    assert (Decimal(words[2]) - Decimal(words[-1])) * breach > 0
