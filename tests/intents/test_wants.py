from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from intents.wants import (
    MAX_KNOTS,
    MAX_LEGS,
    MAX_PRICE,
    MAX_RATIO,
    SLOPE_UNIT,
    Knot,
    Leg,
    Package,
    Payoff,
    collateral_per_unit,
    expiries,
)

MARCH, JUNE = "27MAR20", "26JUN20"

values = st.integers(-(10**10), 10**10)


@st.composite
def payoffs(draw: st.DrawFn) -> Payoff:
    at = sorted(draw(st.sets(st.integers(0, 2_000 * PRICE_UNIT), min_size=1, max_size=6)))
    knots = tuple(Knot(price=price, value=draw(values)) for price in at)
    return Payoff(
        expiry=MARCH,
        knots=knots,
        left_slope=draw(st.integers(-5 * SLOPE_UNIT, 5 * SLOPE_UNIT)),
        right_slope=draw(st.integers(-5 * SLOPE_UNIT, 5 * SLOPE_UNIT)),
    )


@pytest.mark.parametrize("ratio", [0, MAX_RATIO + 1, -MAX_RATIO - 1])
def test_leg_refuses_a_ratio_of_zero_or_beyond_the_bound(ratio: int) -> None:
    with pytest.raises(ValidationError, match="ratio"):
        Leg(instrument="ETH-27MAR20-130-P", ratio=ratio)


@pytest.mark.parametrize("instrument", ["", "DOGE", "ETH-31FEB20-130-P", "ETH-27MAR20-130-X"])
def test_leg_with_a_symbol_that_does_not_exist_is_reported_as_a_wrong_field(instrument: str) -> None:
    with pytest.raises(ValidationError, match="is not an"):
        Leg(instrument=instrument, ratio=1)


def test_leg_on_another_underlying_is_refused() -> None:
    with pytest.raises(ValidationError, match="only options on ETH"):
        Leg(instrument="BTC-27MAR20-130-P", ratio=1)


def test_package_cannot_sell_ether() -> None:
    with pytest.raises(ValidationError, match="cannot sell ether"):
        Leg(instrument=ETH, ratio=-1)


def test_package_refuses_an_instrument_that_occurs_twice() -> None:
    leg = Leg(instrument="ETH-27MAR20-130-P", ratio=1)

    with pytest.raises(ValidationError, match="occurs twice"):
        Package(legs=(leg, leg))


@pytest.mark.parametrize("count", [0, MAX_LEGS + 1])
def test_package_has_between_one_and_the_most_legs(count: int) -> None:
    legs = tuple(Leg(instrument=f"ETH-27MAR20-{130 + i}-P", ratio=1) for i in range(count))

    with pytest.raises(ValidationError, match="legs"):
        Package(legs=legs)


def test_unit_legs_are_ratios_in_base_units() -> None:
    want = builders.vertical(MARCH, 130, 110, "P")

    assert want.unit_legs() == {"ETH-27MAR20-130-P": OPTION_UNIT, "ETH-27MAR20-110-P": -OPTION_UNIT}


@pytest.mark.parametrize("at", [(5, 5), (6, 5)])
def test_knots_must_rise_in_price(at: tuple[int, int]) -> None:
    knots = tuple(Knot(price=price, value=0) for price in at)

    with pytest.raises(ValidationError, match="knots must rise"):
        Payoff(expiry=MARCH, knots=knots, left_slope=0, right_slope=0)


def test_knot_beyond_any_sensible_price_is_refused() -> None:
    with pytest.raises(ValidationError, match="beyond any sensible price"):
        Payoff(expiry=MARCH, knots=(Knot(price=MAX_PRICE + 1, value=0),), left_slope=0, right_slope=0)


@pytest.mark.parametrize("count", [0, MAX_KNOTS + 1])
def test_payoff_has_between_one_and_the_most_knots(count: int) -> None:
    knots = tuple(Knot(price=price, value=0) for price in range(count))

    with pytest.raises(ValidationError, match="knots"):
        Payoff(expiry=MARCH, knots=knots, left_slope=0, right_slope=0)


def test_payoff_with_a_day_that_does_not_exist_is_reported_as_a_wrong_field() -> None:
    with pytest.raises(ValidationError, match="is not an expiry"):
        Payoff(expiry="31FEB20", knots=(Knot(price=1, value=0),), left_slope=0, right_slope=0)


def test_amounts_beyond_a_signed_contract_word_are_refused_before_anyone_signs() -> None:
    with pytest.raises(ValidationError, match="signed word"):
        Knot(price=1, value=2**255)


@given(payoffs())
def test_floor_passes_through_its_knots(want: Payoff) -> None:
    assert [want.value(knot.price) for knot in want.knots] == [knot.value for knot in want.knots]


@given(payoffs(), st.integers(0, 10**12))
def test_floor_has_its_end_slopes_beyond_the_knots(want: Payoff, step: int) -> None:
    first, last = want.knots[0], want.knots[-1]

    assert want.value(last.price + step) - last.value == Fraction(want.right_slope * step, PRICE_UNIT)
    assert first.value - want.value(first.price - step) == Fraction(want.left_slope * step, PRICE_UNIT)


@given(payoffs(), st.fractions(0, 1))
def test_floor_is_straight_between_neighbouring_kinks(want: Payoff, share: Fraction) -> None:
    for low, high in pairwise(want.kinks()):
        middle = low + int(share * (high - low))
        weight = Fraction(middle - low, high - low)
        assert want.value(middle) == (1 - weight) * want.value(low) + weight * want.value(high)


@given(payoffs(), st.integers(0, 10_000 * PRICE_UNIT))
def test_collateral_covers_the_floor_at_any_price(want: Payoff, price: int) -> None:
    held = collateral_per_unit(want)

    if held is not None:
        assert all(want.value(at) + held >= 0 for at in (0, price))


@given(payoffs())
def test_collateral_is_missing_exactly_where_the_floor_falls_without_bound(want: Payoff) -> None:
    assert (collateral_per_unit(want) is None) == (want.right_slope < 0)


@given(payoffs())
def test_collateral_is_no_unit_larger_than_the_worst_of_the_floor(want: Payoff) -> None:
    held = collateral_per_unit(want)

    if held:
        assert min(want.value(price) for price in want.kinks()) + held < 1


@pytest.mark.parametrize(
    ("want", "dollars"),
    [
        (builders.single("ETH-27MAR20-130-P"), 0),
        (builders.single("ETH-27MAR20-130-P", ratio=-2), 260),
        (builders.vertical(MARCH, 110, 130, "P"), 20),
        (builders.vertical(MARCH, 150, 130, "C"), 20),
        (builders.covered_call(MARCH, 150), 0),
        (builders.collar(MARCH, 130, 150), 0),
        (builders.hedge(MARCH, 130), 0),
        (
            Payoff(expiry=MARCH, knots=(Knot(price=100 * PRICE_UNIT, value=0),), left_slope=SLOPE_UNIT, right_slope=0),
            100,
        ),
    ],
)
def test_collateral_of_known_wants_is_their_worst_loss(want: Package | Payoff, dollars: int) -> None:
    assert collateral_per_unit(want) == dollars * USDC_UNIT


def test_no_cash_backs_a_call_sold_without_ether() -> None:
    assert collateral_per_unit(builders.single("ETH-27MAR20-130-C", ratio=-1)) is None


def test_expiries_are_listed_once_and_soonest_first() -> None:
    legs = [(f"ETH-{JUNE}-130-P", 1), (ETH, 1), (f"ETH-{MARCH}-130-P", 1), (f"ETH-{MARCH}-110-P", -1)]
    want = Package(legs=tuple(Leg(instrument=name, ratio=ratio) for name, ratio in legs))

    assert expiries(want) == (parse_expiry(MARCH), parse_expiry(JUNE))
    assert expiries(builders.hedge(JUNE, 130)) == (parse_expiry(JUNE),)
