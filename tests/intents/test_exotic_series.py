"""Options of other styles than European: their symbols, what they pay while they live, and what backs them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.builders import single
from intents.errors import InvalidSymbolError
from intents.exposure import Backing, backing
from intents.options import BARRIERS, DIGITAL_PAYOUT, PAYOFF_SCALE, OptionSeries, parse_series
from intents.satisfaction import payoff_gap
from intents.wants import Knot, Payoff, collateral_per_unit

STYLES = {
    "ETH-27MAR20-130-P": "european",
    "ETH-27MAR20-130-P-A": "american",
    "ETH-27MAR20-130-C-D": "digital",
    "ETH-27MAR20-130-P-M": "asian",
    "ETH-27MAR20-130-C-UI180": "up-in",
    "ETH-27MAR20-130-C-UO180": "up-out",
    "ETH-27MAR20-130-P-DI90": "down-in",
    "ETH-27MAR20-130-P-DO90": "down-out",
}


@pytest.mark.parametrize(("symbol", "style"), STYLES.items())
def test_a_symbol_names_a_style_and_is_the_name_of_its_series(symbol: str, style: str) -> None:
    series = parse_series(symbol)

    assert (series.style, series.symbol) == (style, symbol)
    assert series.is_european == (style == "european")
    assert bool(series.barrier) == (style in BARRIERS)


@pytest.mark.parametrize(
    "symbol",
    [
        "ETH-27MAR20-130-P-",
        "ETH-27MAR20-130-P-X",
        "ETH-27MAR20-130-P-A90",
        "ETH-27MAR20-130-P-UO",
        "ETH-27MAR20-130-P-D0",
    ],
)
def test_a_suffix_that_means_nothing_is_refused(symbol: str) -> None:
    with pytest.raises(InvalidSymbolError):
        parse_series(symbol)


def test_a_call_on_the_mean_is_refused_because_nothing_covers_it() -> None:
    with pytest.raises(InvalidSymbolError, match="a call on the mean cannot"):
        parse_series("ETH-27MAR20-130-C-M")


@pytest.mark.parametrize(("dollars", "pays"), [(129, 0), (130, 0), (131, DIGITAL_PAYOUT)])
def test_a_digital_option_pays_all_or_nothing(dollars: int, pays: int) -> None:
    assert parse_series("ETH-27MAR20-130-C-D").intrinsic(dollars * PRICE_UNIT) == pays


@pytest.mark.parametrize(
    ("symbol", "need"),
    [
        ("ETH-27MAR20-130-C-A", Backing(3 * OPTION_UNIT, 0)),
        ("ETH-27MAR20-130-P-A", Backing(0, 390 * USDC_UNIT)),
        ("ETH-27MAR20-130-C-D", Backing(0, 300 * USDC_UNIT)),
        ("ETH-27MAR20-130-P-M", Backing(0, 390 * USDC_UNIT)),
        ("ETH-27MAR20-130-C-UI180", Backing(3 * OPTION_UNIT, 0)),
    ],
)
def test_what_is_written_is_backed_by_the_most_it_can_pay_and_what_is_held_covers_nothing_else(
    symbol: str, need: Backing
) -> None:
    short, long = (parse_series(symbol), -3 * OPTION_UNIT), (parse_series("ETH-27MAR20-130-P-DO90"), 9 * OPTION_UNIT)

    assert backing([short]) == need
    assert backing([short, long]) == need


@given(
    st.sampled_from([parse_series(symbol) for symbol in STYLES]),
    st.integers(1, 10**20),
    st.integers(0, 10_000 * PRICE_UNIT),
)
def test_backing_is_enough_at_any_price(series: OptionSeries, quantity: int, price: int) -> None:
    need = backing([(series, -quantity)])

    owed = quantity * series.intrinsic(price)
    assert need.cash * PAYOFF_SCALE + need.ether * price >= owed


def test_a_floor_cannot_be_met_by_options_that_may_end_before_it() -> None:
    floor = Payoff(
        expiry="27MAR20", knots=(Knot(price=130 * PRICE_UNIT, value=0),), left_slope=-USDC_UNIT, right_slope=0
    )

    assert payoff_gap(floor, {"ETH-27MAR20-130-P": OPTION_UNIT}, OPTION_UNIT) is None
    gap = payoff_gap(floor, {"ETH-27MAR20-130-P-DO90": OPTION_UNIT}, OPTION_UNIT)
    assert gap is not None
    assert "more than the settlement price" in gap


def test_whoever_sells_one_brings_its_collateral() -> None:
    assert collateral_per_unit(single("ETH-27MAR20-130-P-A", ratio=-1)) == 130 * USDC_UNIT
    assert collateral_per_unit(single("ETH-27MAR20-130-C-D", ratio=-1)) == 100 * USDC_UNIT
    assert collateral_per_unit(single("ETH-27MAR20-130-C-A", ratio=-1)) is None
