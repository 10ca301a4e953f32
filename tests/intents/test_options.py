import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.errors import InvalidSymbolError
from intents.options import OptionSeries, expiry_label, parse_expiry, parse_series

CARRIED = Path(__file__).parents[1] / "vectors/options/deribit_symbols.csv"
LISTED = Path(__file__).parents[3] / "shared/data/options/deribit_eth_2024-01-08.csv"

days = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
strikes = st.integers(1, 9_999_999)
quantities = st.integers(-(10**24), 10**24)
prices = st.integers(0, 10**6 * PRICE_UNIT)


@st.composite
def series(draw: st.DrawFn) -> OptionSeries:
    expiry = dt.datetime.combine(draw(days), dt.time(8), tzinfo=dt.UTC)
    return OptionSeries(
        draw(st.sampled_from(["ETH", "BTC"])),
        round(expiry.timestamp()) * 1000,
        draw(strikes) * PRICE_UNIT,
        draw(st.sampled_from(["C", "P"])),
    )


def assert_rows_round_trip(path: Path, count: int) -> None:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        found = parse_series(row["instrument"])
        assert found.symbol == row["instrument"]
        assert found.expiry_ms == dt.datetime.fromisoformat(row["expiry"]).timestamp() * 1000
        assert found.strike == int(row["strike"]) * PRICE_UNIT
        assert found.right == {"call": "C", "put": "P"}[row["right"]]
    assert len(rows) == count


def test_carried_deribit_symbols_round_trip_with_their_terms() -> None:
    assert_rows_round_trip(CARRIED, 12)


@pytest.mark.skipif(not LISTED.exists(), reason="the folder shared/ with all listed options is not here")
def test_every_listed_deribit_symbol_round_trips_with_its_terms() -> None:
    assert_rows_round_trip(LISTED, 684)


@given(series())
def test_every_series_round_trips_through_its_symbol(option: OptionSeries) -> None:
    assert parse_series(option.symbol) == option


@given(days)
def test_every_expiry_label_names_eight_oclock_of_its_day(day: dt.date) -> None:
    instant_ms = round(dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC).timestamp()) * 1000

    assert parse_expiry(expiry_label(instant_ms)) == instant_ms


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "ETH",
        "ETH-27MAR20-130",
        "ETH-27MAR20-130-X",
        "ETH-27MAR20-130-P\n",
        "ETH-27MAR20-0-P",
        "ETH-27MAR20-0130-P",
        "ETH-27MAR20-1.5-P",
        "ETH-27MAR20--130-P",
        "ETH-07MAR20-130-P",
        "ETH-27MRZ20-130-P",
        "ETH-31FEB20-130-P",
        "ETH-29FEB21-130-P",
        "eth-27MAR20-130-P",
        "ETH-27MAR20-10000000-P",
    ],
)
def test_malformed_symbols_and_days_that_do_not_exist_are_refused(symbol: str) -> None:
    with pytest.raises(InvalidSymbolError):
        parse_series(symbol)


def test_put_pays_below_its_strike_and_call_above_it() -> None:
    put, call = parse_series("ETH-27MAR20-130-P"), parse_series("ETH-27MAR20-130-C")

    assert put.payoff(100 * PRICE_UNIT, OPTION_UNIT) == 30 * USDC_UNIT
    assert call.payoff(100 * PRICE_UNIT, OPTION_UNIT) == 0
    assert put.payoff(150 * PRICE_UNIT, OPTION_UNIT) == 0
    assert call.payoff(150 * PRICE_UNIT, OPTION_UNIT) == 20 * USDC_UNIT


@given(series(), prices, quantities)
def test_payoff_of_both_sides_together_never_creates_money(option: OptionSeries, price: int, quantity: int) -> None:
    total = option.payoff(price, quantity) + option.payoff(price, -quantity)

    assert -1 <= total <= 0


@given(strikes, prices, quantities)
def test_call_less_put_is_worth_the_price_less_the_strike(strike: int, price: int, quantity: int) -> None:
    call = parse_series(f"ETH-27MAR20-{strike}-C")
    put = parse_series(f"ETH-27MAR20-{strike}-P")

    assert quantity * (call.intrinsic(price) - put.intrinsic(price)) == quantity * (price - call.strike)
