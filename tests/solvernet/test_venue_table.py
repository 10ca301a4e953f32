"""The table of orders by kind of venue: arithmetic on made-up orders."""

from dataclasses import replace

import pytest

from intents.assets import ETH, ETH_UNIT, USDC_UNIT
from solvernet.venue_record import ANOTHER, VenueOrder, order_ends
from solvernet.venue_table import venue_table
from venues.markets.venue import Order, Side

CHAINS = {"eip155:1": "ethereum"}


def ether_order(fill: str, side: Side = "buy", executed: int | None = None) -> VenueOrder:
    """Return an order for one ether worth 200 dollars and quoted at 201."""
    order = Order(venue="pool", instrument=ETH, side=side, quantity=ETH_UNIT, bound=0)
    return VenueOrder(
        fill_id=fill,
        kind="constant_product",
        chain="eip155:1",
        order=order,
        quoted=201 * USDC_UNIT,
        notional=200 * USDC_UNIT,
        fair=200.0 * USDC_UNIT,
        executed=executed,
    )


def test_a_buyer_who_pays_more_than_quoted_slips_by_the_difference_over_the_notional() -> None:
    found = ether_order("a", executed=202 * USDC_UNIT)

    assert found.slippage_bps == pytest.approx(50.0)
    assert found.cost_bps == pytest.approx(100.0)


def test_a_seller_who_receives_more_than_quoted_slips_below_zero() -> None:
    found = ether_order("a", "sell", executed=202 * USDC_UNIT)

    assert found.slippage_bps == pytest.approx(-50.0)


def test_orders_beside_a_refused_one_fail_because_of_it() -> None:
    orders = (replace(ether_order("a"), refused=True), ether_order("a"), ether_order("b"))

    ends = order_ends(orders, {"a": "slippage", "b": "late"})

    assert [end.cause for end in ends] == ["slippage", ANOTHER, "late"]


def test_orders_of_a_fill_that_needed_a_refused_one_fail_because_of_it() -> None:
    orders = (replace(ether_order("a"), refused=True), ether_order("b"))

    ends = order_ends(orders, {"a": "slippage", "b": "slippage"})

    assert [end.cause for end in ends] == ["slippage", ANOTHER]


def test_the_quantile_is_an_order_that_happened_and_failures_add_up() -> None:
    dollars = [201, 202, 205]
    done = [ether_order(f"done{usd}", executed=usd * USDC_UNIT) for usd in dollars]

    (line,) = venue_table([*done, ether_order("lost")], {"lost": "late"}, CHAINS)

    assert (line.kind, line.chain, line.orders, line.quantity) == ("constant_product", "ethereum", 4, 4.0)
    assert line.slippage_bps_mean == pytest.approx((0 + 50 + 200) / 3)
    assert line.slippage_bps_p95 == pytest.approx(200.0)
    assert line.failed == 1
    assert line.by_cause == {"late": 1}


def test_a_line_without_an_executed_order_has_no_slippage() -> None:
    (line,) = venue_table([ether_order("lost")], {"lost": "late"}, CHAINS)

    assert line.slippage_bps_mean is None
    assert line.slippage_bps_p95 is None
    assert line.cost_bps_mean is None
