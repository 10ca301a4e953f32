"""Fees for time, vega and variance at the venue, on top of the arithmetic in `math/test_lyra_fees.py`."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT
from intents.lifecycle import Cause
from tests.venues.markets.random_venues import MARKET, OTHER, RULES, SYMBOL, amm
from tests.venues.markets.stages import DAY_MS, VOL_FEES, costly_amm
from venues.markets.ladder import quote
from venues.markets.option_amm import OptionAmm
from venues.markets.option_fees import VolFees
from venues.markets.venue import Fill, Market, Order, Side, Unfilled
from venues.pricing.fixed_point import ONE


def _charging(**changes: object) -> OptionAmm:
    """Return a market maker with no fee beyond the plain ones but those stated."""
    return amm(rules=replace(RULES, vol_fees=replace(VolFees(), **changes)))  # type: ignore[arg-type]


def _fill(venue: OptionAmm, side: Side, options: int, market: Market = MARKET, name: str = SYMBOL) -> Fill:
    found = quote(venue, name, side, options * OPTION_UNIT, market)
    assert not isinstance(found, Unfilled), found
    return found


def _after(venue: OptionAmm, side: Side, options: int, market: Market = MARKET, name: str = SYMBOL) -> OptionAmm:
    outcome = venue.execute(_fill(venue, side, options, market, name).order, market)
    assert not isinstance(outcome, Unfilled)
    return outcome[0]


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_parameters_at_zero_charge_nothing(side: Side) -> None:
    assert _fill(_charging(), side, 10).cash == _fill(amm(), side, 10).cash


def test_fees_for_a_far_expiry_are_higher() -> None:
    timed = _charging(price_twice_ms=15 * DAY_MS, spot_twice_ms=15 * DAY_MS)

    assert _fill(timed, "buy", 10).fee == pytest.approx(2 * _fill(amm(), "buy", 10).fee, rel=0.02)


def test_putting_vega_on_the_maker_costs_and_taking_it_off_does_not() -> None:
    venue = _charging(vega_coefficient=100 * ONE, worth=500_000 * ONE)
    short = _after(venue, "buy", 40)

    assert _fill(venue, "buy", 10).fee > _fill(amm(), "buy", 10).fee
    assert _fill(short, "buy", 10).fee > _fill(venue, "buy", 10).fee
    assert _fill(short, "sell", 10).fee == _fill(_after(_charging(), "buy", 40), "sell", 10).fee


def test_vega_of_other_strikes_counts() -> None:
    venue = _charging(vega_coefficient=100 * ONE, worth=500_000 * ONE)
    with_book, without = _after(venue, "buy", 40, name=OTHER), _after(_charging(), "buy", 40, name=OTHER)

    assert _fill(with_book, "buy", 10).fee - _fill(without, "buy", 10).fee > (
        _fill(venue, "buy", 10).fee - _fill(_charging(), "buy", 10).fee
    )


def test_trading_far_from_the_average_volatility_costs_until_the_average_has_followed() -> None:
    venue = _after(_charging(variance=VOL_FEES.variance, average_ms=DAY_MS), "buy", 80)
    soon, late = replace(MARKET, now_ms=MARKET.now_ms + 1000), replace(MARKET, now_ms=MARKET.now_ms + DAY_MS)
    premium = [_fill(_after(_charging(), "buy", 80), "buy", 1, at).fee for at in (soon, late)]

    extra = [_fill(venue, "buy", 1, at).fee - plain for at, plain in zip((soon, late), premium, strict=True)]

    assert extra[0] > extra[1] > 0


@pytest.mark.parametrize(
    ("side", "bounds"),
    [
        ("buy", {"max_base_vol": ONE}),
        ("sell", {"min_base_vol": ONE}),
        ("buy", {"max_skew": ONE}),
        ("sell", {"min_skew": ONE}),
    ],
)
def test_nothing_takes_board_or_skew_out_of_their_bounds(side: Side, bounds: dict[str, int]) -> None:
    refused = quote(_charging(**bounds), SYMBOL, side, 10 * OPTION_UNIT, MARKET)

    assert isinstance(refused, Unfilled)
    assert refused.cause == Cause.NO_LIQUIDITY


@given(
    st.lists(
        st.tuples(st.sampled_from([SYMBOL, OTHER]), st.integers(1, 60), st.integers(0, 200)), min_size=2, max_size=4
    ),
    st.sampled_from(["buy", "sell"]),
)
def test_claims_hold_across_strikes_with_all_fees(wished: list[tuple[str, int, int]], side: Side) -> None:
    venue = costly_amm()
    orders: list[Order] = []
    for name, options, slack in wished:
        fill = _fill(venue, side, options, name=name)
        room = fill.cash * slack // 1000
        orders.append(replace(fill.order, bound=fill.cash + (room if side == "buy" else -room)))
    claims = [venue.claim(order, MARKET) for order in orders]
    assert len({claim.resource for claim in claims}) == 1
    kept = [i for i, claim in enumerate(claims) if claim.reach >= sum(order.quantity for order in orders)]
    if len(kept) < len(orders):
        return

    for order in reversed(orders):
        outcome = venue.execute(order, MARKET)
        assert not isinstance(outcome, Unfilled)
        venue = outcome[0]
