import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import scaled_value, split_legs
from intents.options import PAYOFF_SCALE
from intents.wants import Package

MARCH = "27MAR20"


def dollars_at(want: Package, price: int) -> int:
    options, ether = split_legs(want.unit_legs())
    return scaled_value(options, ether, price * PRICE_UNIT) // PAYOFF_SCALE // USDC_UNIT


@pytest.mark.parametrize(
    ("want", "at_100", "at_140", "at_200"),
    [
        (builders.single("ETH-27MAR20-130-P"), 30, 0, 0),
        (builders.single("ETH-27MAR20-130-P", ratio=-1), -30, 0, 0),
        (builders.vertical(MARCH, 130, 110, "P"), 20, 0, 0),
        (builders.straddle(MARCH, 130), 30, 10, 70),
        (builders.strangle(MARCH, 120, 150), 20, 0, 50),
        (builders.collar(MARCH, 120, 150), 120, 140, 150),
        (builders.covered_call(MARCH, 150), 100, 140, 150),
    ],
)
def test_package_pays_what_its_name_promises(want: Package, at_100: int, at_140: int, at_200: int) -> None:
    assert [dollars_at(want, price) for price in (100, 140, 200)] == [at_100, at_140, at_200]


def test_option_symbol_can_name_another_underlying() -> None:
    assert builders.option(MARCH, 9000, "C", underlying="BTC") == "BTC-27MAR20-9000-C"


@given(st.integers(0, 300), st.integers(0, 50))
def test_hedge_pays_each_dollar_below_the_strike_less_the_deductible(price: int, deductible: int) -> None:
    floor = builders.hedge(MARCH, 130, deductible=deductible)

    assert floor.value(price * PRICE_UNIT) == max(0, 130 - deductible - price) * USDC_UNIT


@given(st.integers(0, 300))
def test_band_pays_the_width_at_the_low_end_and_nothing_from_the_high_end(price: int) -> None:
    floor = builders.band(MARCH, 110, 130)

    assert floor.value(price * PRICE_UNIT) == min(20, max(0, 130 - price)) * USDC_UNIT


def test_collar_buys_the_ether_that_covers_its_call() -> None:
    assert builders.collar(MARCH, 120, 150).unit_legs()[ETH] == OPTION_UNIT
