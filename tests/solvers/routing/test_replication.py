import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, PRICE_UNIT, USDC_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.satisfaction import payoff_gap
from intents.wants import SLOPE_UNIT, Knot, Payoff
from solvers.routing.replication import legs_for
from tests.solvers.random_markets import floors
from tests.solvers.small_market import EXPIRY, options, symbols

LISTED = tuple(parse_series(name) for name in symbols())
OTHER_EXPIRY = tuple(parse_series(name) for name in symbols(expiry="24APR20"))


def put(strike: int) -> str:
    return builders.option(EXPIRY, strike, "P")


def call(strike: int) -> str:
    return builders.option(EXPIRY, strike, "C")


def test_a_hedge_at_a_listed_strike_is_its_put() -> None:
    assert legs_for(builders.hedge(EXPIRY, 120), options(3), LISTED) == {put(120): options(3)}


def test_a_hedge_between_strikes_is_the_next_put_above() -> None:
    assert legs_for(builders.hedge(EXPIRY, 121), options(3), LISTED) == {put(140): options(3)}


def test_a_strike_at_which_only_other_styles_are_listed_is_passed_over() -> None:
    exotic = [parse_series(f"{put(130)}{suffix}") for suffix in ("-A", "-D", "-M", "-DI100", "-DO100")]

    assert legs_for(builders.hedge(EXPIRY, 121), options(3), (*LISTED, *exotic)) == {put(140): options(3)}


def test_a_hedge_above_all_strikes_is_not_replicated() -> None:
    assert legs_for(builders.hedge(EXPIRY, 161), options(3), LISTED) is None


def test_a_band_is_a_put_bought_above_and_one_sold_below() -> None:
    legs = legs_for(builders.band(EXPIRY, 105, 135), options(2), LISTED)

    assert legs == {put(140): options(2), put(100): -options(2)}


def test_a_rising_floor_gets_a_call_at_or_below_its_last_knot() -> None:
    want = Payoff(
        expiry=EXPIRY, knots=(Knot(price=150 * PRICE_UNIT, value=0),), left_slope=0, right_slope=SLOPE_UNIT // 2
    )

    assert legs_for(want, options(2), LISTED) == {call(140): options(1)}


def test_longs_are_rounded_up_to_lots_and_shorts_towards_zero() -> None:
    low, high = Knot(price=100 * PRICE_UNIT, value=10 * USDC_UNIT), Knot(price=140 * PRICE_UNIT, value=0)
    want = Payoff(expiry=EXPIRY, knots=(low, high), left_slope=0, right_slope=0)

    assert legs_for(want, LOT, LISTED) == {put(140): LOT}
    assert legs_for(want, 5 * LOT, LISTED) == {put(140): 2 * LOT, put(100): -LOT}


def test_series_of_another_expiry_are_of_no_use() -> None:
    assert legs_for(builders.hedge(EXPIRY, 120), options(1), OTHER_EXPIRY) is None
    assert legs_for(builders.hedge(EXPIRY, 120), options(1), LISTED + OTHER_EXPIRY) == {put(120): options(1)}


def test_a_package_is_its_own_legs() -> None:
    want = builders.collar(EXPIRY, 120, 140)

    assert legs_for(want, options(3), LISTED) == {ETH: options(3), put(120): options(3), call(140): -options(3)}


def test_a_package_with_a_leg_that_is_not_listed_has_no_legs() -> None:
    assert legs_for(builders.vertical(EXPIRY, 140, 130, "P"), options(1), LISTED) is None


def test_a_floor_that_a_negative_constant_keeps_needs_no_legs() -> None:
    want = Payoff(expiry=EXPIRY, knots=(Knot(price=PRICE_UNIT, value=-USDC_UNIT),), left_slope=0, right_slope=0)

    assert legs_for(want, options(1), LISTED) == {}


@pytest.mark.parametrize("price", [100, 120, 140, 160])
@given(count=st.integers(1, 100_000))
def test_the_put_for_a_hedge_at_its_strike_has_no_lot_to_spare(price: int, count: int) -> None:
    want = builders.hedge(EXPIRY, price)
    legs = legs_for(want, count * LOT, LISTED)

    assert legs is not None
    assert payoff_gap(want, legs, count * LOT) is None
    assert payoff_gap(want, {name: held - LOT for name, held in legs.items()}, count * LOT) is not None


@given(floors(), st.integers(1, 20_000), st.integers(0, LOT - 1))
def test_what_replaces_a_floor_pays_at_least_as_much_at_any_price(want: Payoff, lots: int, dust: int) -> None:
    quantity = lots * LOT - dust
    legs = legs_for(want, quantity, LISTED)

    if legs is not None:
        assert all(held % LOT == 0 for held in legs.values())
        held = [(parse_series(name), count) for name, count in legs.items()]
        for price in range(0, 400 * PRICE_UNIT, 7 * PRICE_UNIT):
            paid = sum(series.intrinsic(price) * count for series, count in held)
            assert paid * USDC_UNIT >= want.value(price) * quantity * PRICE_UNIT
