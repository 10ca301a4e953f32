import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from intents.options import OptionSeries, Right
from venues.pricing import black76
from venues.pricing.black76 import MS_PER_YEAR, option_delta, option_price
from venues.pricing.fixed_point import ONE

NOW_MS = 1_583_971_200_000
DUST = 10**6
"""A millionth of a millionth of a dollar, in the scale of `option_price`."""

forwards = st.integers(50 * PRICE_UNIT, 500 * PRICE_UNIT)
strikes = st.integers(20, 800)
vols = st.integers(ONE // 20, 5 * ONE)
lives_ms = st.integers(60_000, MS_PER_YEAR)
rights = st.sampled_from(["C", "P"])


def _series(strike: int, life_ms: int, right: Right) -> OptionSeries:
    return OptionSeries("ETH", NOW_MS + life_ms, strike * PRICE_UNIT, right)


@given(forwards, strikes, vols, lives_ms, rights)
def test_whole_number_prices_are_the_float_prices(
    forward: int, strike: int, vol: int, life_ms: int, right: Right
) -> None:
    found = option_price(_series(strike, life_ms, right), forward, vol, NOW_MS) / ONE

    years = life_ms / MS_PER_YEAR
    expected = float(black76.price(forward / PRICE_UNIT, strike, vol / ONE, years, right == "C"))
    assert found == pytest.approx(expected, abs=1e-9)


@given(forwards, strikes, vols, lives_ms)
def test_call_less_put_is_forward_less_strike(forward: int, strike: int, vol: int, life_ms: int) -> None:
    call, put = (option_price(_series(strike, life_ms, right), forward, vol, NOW_MS) for right in ("C", "P"))

    exact = (forward - strike * PRICE_UNIT) * (ONE // PRICE_UNIT)
    assert abs(call - put - exact) <= DUST


@given(forwards, strikes, vols, lives_ms, rights)
def test_an_option_is_worth_its_intrinsic_value_or_more_and_less_than_what_it_can_pay(
    forward: int, strike: int, vol: int, life_ms: int, right: Right
) -> None:
    series = _series(strike, life_ms, right)
    price = option_price(series, forward, vol, NOW_MS)

    most = forward if right == "C" else series.strike
    assert series.intrinsic(forward) * (ONE // PRICE_UNIT) <= price <= most * (ONE // PRICE_UNIT) + DUST


@given(forwards, strikes, vols, st.integers(ONE // 1000, ONE), lives_ms, rights)
def test_more_volatility_never_makes_an_option_cheaper(
    forward: int, strike: int, vol: int, more: int, life_ms: int, right: Right
) -> None:
    series = _series(strike, life_ms, right)

    low, high = (option_price(series, forward, level, NOW_MS) for level in (vol, vol + more))
    assert high >= low - DUST


@given(forwards, strikes, vols, lives_ms, st.integers(1, 10**8), rights)
def test_a_longer_life_never_makes_an_option_cheaper(
    forward: int, strike: int, vol: int, life_ms: int, more_ms: int, right: Right
) -> None:
    short, long = (
        option_price(_series(strike, life, right), forward, vol, NOW_MS) for life in (life_ms, life_ms + more_ms)
    )

    assert long >= short - DUST


@given(forwards, st.integers(1, PRICE_UNIT), strikes, vols, lives_ms)
def test_a_higher_forward_makes_calls_dearer_and_puts_cheaper(
    forward: int, more: int, strike: int, vol: int, life_ms: int
) -> None:
    call, put = _series(strike, life_ms, "C"), _series(strike, life_ms, "P")

    assert option_price(call, forward + more, vol, NOW_MS) >= option_price(call, forward, vol, NOW_MS) - DUST
    assert option_price(put, forward + more, vol, NOW_MS) <= option_price(put, forward, vol, NOW_MS) + DUST


@given(forwards, strikes, vols, lives_ms)
def test_a_higher_strike_makes_calls_cheaper_by_no_more_than_itself(
    forward: int, strike: int, vol: int, life_ms: int
) -> None:
    low, high = (option_price(_series(k, life_ms, "C"), forward, vol, NOW_MS) for k in (strike, strike + 1))

    assert -DUST <= low - high <= ONE + DUST


@given(forwards, strikes, vols, st.integers(0, 10**9), rights)
def test_at_and_after_expiry_an_option_is_worth_its_intrinsic_value(
    forward: int, strike: int, vol: int, late_ms: int, right: Right
) -> None:
    series = _series(strike, 0, right)

    price = option_price(series, forward, vol, NOW_MS + late_ms)
    assert price == series.intrinsic(forward) * (ONE // PRICE_UNIT)


@given(forwards, strikes, vols, lives_ms)
def test_deltas_of_call_and_put_are_one_apart(forward: int, strike: int, vol: int, life_ms: int) -> None:
    call, put = (option_delta(_series(strike, life_ms, right), forward, vol, NOW_MS) for right in ("C", "P"))

    assert call - put == ONE
    assert 0 <= call <= ONE


@given(forwards, strikes, vols, lives_ms, rights)
def test_whole_number_deltas_are_the_float_deltas(
    forward: int, strike: int, vol: int, life_ms: int, right: Right
) -> None:
    found = option_delta(_series(strike, life_ms, right), forward, vol, NOW_MS) / ONE

    years = life_ms / MS_PER_YEAR
    assert found == pytest.approx(
        float(black76.delta(forward / PRICE_UNIT, strike, vol / ONE, years, right == "C")), abs=1e-9
    )


def test_an_option_at_the_money_is_worth_the_forward_times_the_width_of_the_distribution() -> None:
    """For strike and forward 100: 100 * (2 * cdf(vol * sqrt(years) / 2) - 1) = 100 * erf(0.1 / sqrt 8)."""
    assert float(black76.price(100, 100, 0.2, 0.25, True)) == pytest.approx(
        100 * math.erf(0.1 / math.sqrt(8)), rel=1e-12
    )


def test_prices_of_a_ladder_are_those_of_its_options() -> None:
    ladder = black76.price(150.0, np.array([120.0, 150.0, 180.0]), 0.9, 0.1, np.array([False, True, True]))

    single = [float(black76.price(150.0, k, 0.9, 0.1, call)) for k, call in ((120, False), (150, True), (180, True))]
    assert ladder.tolist() == single


@given(st.floats(50, 500), st.floats(0.5, 2), st.floats(0.1, 4), st.floats(0.003, 1), st.booleans())
def test_delta_is_the_slope_of_the_price(forward: float, ratio: float, vol: float, years: float, call: bool) -> None:
    strike, step = forward * ratio, forward * 1e-5
    up, down = (black76.price(forward + move, strike, vol, years, call) for move in (step, -step))

    assert float(black76.delta(forward, strike, vol, years, call)) == pytest.approx(
        float(up - down) / (2 * step), abs=1e-4
    )


@given(st.floats(50, 500), st.floats(0.5, 2), st.floats(0.1, 4), st.floats(0.003, 1))
def test_vega_is_the_slope_of_the_price_by_volatility(forward: float, ratio: float, vol: float, years: float) -> None:
    strike = forward * ratio
    up, down = (black76.price(forward, strike, vol + move, years, True) for move in (1e-5, -1e-5))

    slope = float(up - down) / 2e-5
    assert float(black76.vega(forward, strike, vol, years)) == pytest.approx(slope, abs=1e-4 * forward)


@given(st.floats(50, 500), strikes, st.booleans())
def test_without_time_or_volatility_the_float_price_is_the_intrinsic_value(
    forward: float, strike: int, call: bool
) -> None:
    assume(abs(forward - strike) > 1e-6)
    intrinsic = max(forward - strike, 0.0) if call else max(strike - forward, 0.0)

    assert float(black76.price(forward, strike, 0.8, 0.0, call)) == intrinsic
    assert float(black76.price(forward, strike, 0.0, 0.5, call)) == intrinsic
