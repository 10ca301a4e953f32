from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_series
from tests.venues.small_world import AMM_RULES, START_MS, SYMBOLS, amm
from venues.adversaries.oracle_trade import best_round_trip, round_trip
from venues.adversaries.sandwich_size import OPTION_STEP
from venues.markets.venue import Market
from venues.pricing import black76
from venues.pricing.black76 import MS_PER_YEAR

NOW = Market(now_ms=START_MS, spot=140 * PRICE_UNIT)
VOL = 1.0
CASH = 10**15


def moved(percent: float) -> Market:
    return replace(NOW, spot=round(NOW.spot * (1 + percent / 100)))


def closed_form(instrument: str, options: float, then: Market) -> float:
    """Return what a purchase before and a sale after an update earn, in dollars, by the formula of the docstring."""
    series = parse_series(instrument)
    years = (series.expiry_ms - NOW.now_ms) / MS_PER_YEAR
    strike, is_call = series.strike / PRICE_UNIT, series.right == "C"
    points = options * OPTION_UNIT / AMM_RULES.standard_size / 100
    skew = 1 + points * AMM_RULES.skew_adjustment / 10**18
    dear = float(black76.price(NOW.spot / PRICE_UNIT, strike, (VOL + points) * skew, years, is_call))
    cheap = float(black76.price(then.spot / PRICE_UNIT, strike, VOL, years, is_call))
    fees = 0.01 * (dear + cheap) + 0.0005 * (NOW.spot + then.spot) / PRICE_UNIT
    return options * (cheap - dear - fees)


@given(st.sampled_from(SYMBOLS), st.integers(1, 8_000), st.floats(-4, 4))
def test_a_round_trip_earns_what_the_closed_form_says(instrument: str, lots: int, percent: float) -> None:
    then = moved(percent)

    trip = round_trip(amm(vol=VOL), instrument, lots * OPTION_STEP, (NOW, then))

    if trip is not None:
        assert trip.profit / USDC_UNIT == pytest.approx(closed_form(instrument, lots / 100, then), rel=1e-6, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.floats(-5, 5))
def test_no_series_and_no_size_earns_more_than_the_best_round_trip(percent: float) -> None:
    venue = replace(amm(vol=VOL), rules=replace(AMM_RULES, max_trade=2 * OPTION_UNIT, standard_size=OPTION_UNIT))
    then = moved(percent)

    found = best_round_trip(venue, NOW, then, CASH)

    sizes = range(OPTION_STEP, venue.rules.max_trade + 1, OPTION_STEP)
    trips = (round_trip(venue, name, size, (NOW, then)) for name in SYMBOLS for size in sizes)
    best = max((trip.profit for trip in trips if trip is not None), default=0)
    # Series are looked at by what their first option earns; one that earns less there never caught up here.
    assert (found.profit if found else 0) >= max(best, 0)


def test_it_buys_calls_before_a_rise_and_puts_before_a_fall() -> None:
    rise, fall = (best_round_trip(amm(), NOW, moved(percent), CASH) for percent in (4, -4))

    assert rise is not None
    assert rise.instrument.endswith("-C")
    assert fall is not None
    assert fall.instrument.endswith("-P")


def test_a_move_smaller_than_the_fees_is_not_worth_a_trade() -> None:
    assert best_round_trip(amm(), NOW, moved(0.1), CASH) is None


def test_it_spends_no_more_than_it_has() -> None:
    trip = best_round_trip(amm(), NOW, moved(4), 5 * USDC_UNIT)

    assert trip is not None
    assert trip.paid <= 5 * USDC_UNIT
