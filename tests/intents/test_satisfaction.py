from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import scaled_value, split_legs
from intents.intent import LOT, Intent
from intents.options import PAYOFF_SCALE
from intents.satisfaction import payoff_gap, violation
from intents.wants import SLOPE_UNIT, Knot, Payoff

MakeIntent = Callable[..., Intent]

MARCH = "27MAR20"
PUT, CALL = "ETH-27MAR20-130-P", "ETH-27MAR20-130-C"

quantities = st.integers(1, 500).map(lambda lots: lots * LOT)
ratios = st.integers(-3, 3)
strikes = st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True)


@st.composite
def portfolios(draw: st.DrawFn) -> dict[str, int]:
    """Options of one expiry in whole ratios, with enough ether that none of them is refused for being short of it."""
    legs = {ETH: draw(st.integers(0, 3))}
    for strike in draw(strikes):
        legs[f"ETH-{MARCH}-{strike}-{draw(st.sampled_from(['C', 'P']))}"] = draw(ratios)
    return legs


def floor_of(portfolio: dict[str, int]) -> Payoff:
    """Return the floor that one unit of a portfolio meets exactly."""
    options, ether = split_legs({name: ratio * OPTION_UNIT for name, ratio in portfolio.items()})
    prices = sorted({0, *(series.strike for series, _ in options)})
    knots = [Knot(price=price, value=scaled_value(options, ether, price) // PAYOFF_SCALE) for price in prices]
    slope = (ether + sum(held for series, held in options if series.right == "C")) // OPTION_UNIT
    return Payoff(expiry=MARCH, knots=tuple(knots), left_slope=0, right_slope=slope * SLOPE_UNIT)


def legs_for(portfolio: dict[str, int], quantity: int) -> dict[str, int]:
    return {name: ratio * quantity for name, ratio in portfolio.items()}


@given(portfolios(), quantities)
def test_floor_is_satisfied_by_the_legs_that_meet_it_exactly(portfolio: dict[str, int], quantity: int) -> None:
    assert payoff_gap(floor_of(portfolio), legs_for(portfolio, quantity), quantity) is None


@given(portfolios(), quantities, st.data())
def test_floor_refuses_one_base_unit_less_of_any_option(
    portfolio: dict[str, int], quantity: int, data: st.DataObject
) -> None:
    legs = legs_for(portfolio, quantity)
    legs[data.draw(st.sampled_from(sorted(set(legs) - {ETH})))] -= 1

    assert payoff_gap(floor_of(portfolio), legs, quantity) is not None


@given(portfolios(), quantities, st.data())
def test_floor_accepts_more_of_any_option(portfolio: dict[str, int], quantity: int, data: st.DataObject) -> None:
    legs = legs_for(portfolio, quantity)
    legs[data.draw(st.sampled_from(sorted(legs)))] += data.draw(st.integers(0, 10**18))

    assert payoff_gap(floor_of(portfolio), legs, quantity) is None


@given(portfolios(), portfolios(), quantities, st.integers(0, 500 * PRICE_UNIT))
def test_accepted_legs_pay_at_least_the_floor_at_any_price(
    wanted: dict[str, int], given_legs: dict[str, int], quantity: int, price: int
) -> None:
    floor, legs = floor_of(wanted), legs_for(given_legs, quantity)

    if payoff_gap(floor, legs, quantity) is None:
        options, ether = split_legs(legs)
        assert scaled_value(options, ether, price) * OPTION_UNIT >= floor.value(price) * quantity * PAYOFF_SCALE


def test_floor_that_does_not_reach_zero_still_binds_at_zero() -> None:
    floor = builders.hedge(MARCH, 130)

    assert "at 0" in str(payoff_gap(floor, {PUT: OPTION_UNIT, "ETH-27MAR20-10-P": -1}, OPTION_UNIT))


@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ({"ETH-26JUN20-130-P": OPTION_UNIT}, "another expiry"),
        ({PUT: OPTION_UNIT, ETH: -1}, "short of ether"),
        ({"BTC-27MAR20-9000-P": OPTION_UNIT}, "another underlying"),
        ({"FOO": OPTION_UNIT}, "no option"),
        ({"ETH-31FEB20-130-P": OPTION_UNIT}, "no option"),
        ({}, "pay less than the floor"),
    ],
)
def test_legs_that_cannot_count_are_refused_with_the_reason(legs: dict[str, int], reason: str) -> None:
    assert reason in str(payoff_gap(builders.hedge(MARCH, 130), legs, OPTION_UNIT))


def test_floor_that_rises_for_ever_needs_a_slope_as_steep() -> None:
    floor = Payoff(expiry=MARCH, knots=(Knot(price=130 * PRICE_UNIT, value=0),), left_slope=0, right_slope=SLOPE_UNIT)

    assert payoff_gap(floor, {CALL: OPTION_UNIT}, OPTION_UNIT) is None
    assert "rise more slowly" in str(payoff_gap(floor, {CALL: OPTION_UNIT - 1}, OPTION_UNIT))


@given(quantities)
def test_package_is_satisfied_by_its_legs_in_proportion(make_intent: MakeIntent, quantity: int) -> None:
    intent = make_intent(want=builders.vertical(MARCH, 130, 110, "P"), quantity=quantity)

    assert violation(intent, {PUT: quantity, "ETH-27MAR20-110-P": -quantity}, quantity, 0) is None


@pytest.mark.parametrize(
    "legs", [{PUT: OPTION_UNIT - 1}, {PUT: OPTION_UNIT + 1}, {}, {CALL: OPTION_UNIT}, {PUT: OPTION_UNIT, CALL: 1}]
)
def test_package_accepts_nothing_but_its_legs(make_intent: MakeIntent, legs: dict[str, int]) -> None:
    intent = make_intent(want=builders.single(PUT))

    assert "that the package asks for" in str(violation(intent, legs, OPTION_UNIT, 0))


def test_limit_is_kept_to_the_unit(make_intent: MakeIntent) -> None:
    intent = make_intent(limit=5 * USDC_UNIT)

    assert violation(intent, {PUT: OPTION_UNIT}, OPTION_UNIT, 5 * USDC_UNIT) is None
    assert "above the limit" in str(violation(intent, {PUT: OPTION_UNIT}, OPTION_UNIT, 5 * USDC_UNIT + 1))


def test_credit_that_was_asked_for_is_kept_to_the_unit(make_intent: MakeIntent) -> None:
    intent = make_intent(want=builders.single(PUT, ratio=-1), limit=-5 * USDC_UNIT)

    assert violation(intent, {PUT: -OPTION_UNIT}, OPTION_UNIT, -5 * USDC_UNIT) is None
    assert "above the limit" in str(violation(intent, {PUT: -OPTION_UNIT}, OPTION_UNIT, -5 * USDC_UNIT + 1))


@pytest.mark.parametrize("quantity", [0, -LOT, OPTION_UNIT + LOT])
def test_quantity_outside_the_intent_is_refused(make_intent: MakeIntent, quantity: int) -> None:
    assert "is not between" in str(violation(make_intent(), {PUT: quantity}, quantity, 0))


def test_part_of_an_all_or_none_intent_is_refused(make_intent: MakeIntent) -> None:
    intent = make_intent(fill="all_or_none")

    assert "all-or-none" in str(violation(intent, {PUT: LOT}, LOT, 0))
    assert violation(intent, {PUT: OPTION_UNIT}, OPTION_UNIT, 0) is None


def test_last_fill_may_be_as_small_as_what_remains(make_intent: MakeIntent) -> None:
    intent = make_intent(minimum=2 * LOT)

    assert violation(intent, {PUT: LOT}, LOT, 0, remaining=LOT) is None
    assert "below the least fill" in str(violation(intent, {PUT: LOT}, LOT, 0, remaining=3 * LOT))


def test_fill_below_the_minimum_is_refused(make_intent: MakeIntent) -> None:
    intent = make_intent(minimum=2 * LOT)

    assert "below the least fill" in str(violation(intent, {PUT: LOT}, LOT, 0))
    assert violation(intent, {PUT: 2 * LOT}, 2 * LOT, 0) is None
