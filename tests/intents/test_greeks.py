import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT, USDC_UNIT
from intents.greeks import DELTA_UNIT, FINE, VOL_UNIT, YEAR_MS, unit_greeks
from intents.options import OptionSeries, parse_series
from venues.pricing.greeks import greeks

CALL, PUT = parse_series("ETH-27MAR20-130-C"), parse_series("ETH-27MAR20-130-P")
YEAR_BEFORE = CALL.expiry_ms - YEAR_MS

any_series = st.builds(
    OptionSeries,
    st.just("ETH"),
    st.just(CALL.expiry_ms),
    st.integers(1, 9_999).map(lambda k: k * PRICE_UNIT),
    st.sampled_from(["C", "P"]),
)


def test_a_year_at_a_volatility_of_one_gives_the_tabulated_normal_probabilities() -> None:
    """At the money d1 is one half, where N is 0.691462461274013 and n is 0.352065326764299."""
    found = unit_greeks(CALL, 130 * PRICE_UNIT, VOL_UNIT, YEAR_BEFORE)

    assert found.delta // 10**3 == 691462461274013
    assert found.vega == pytest.approx(130 * 0.352065326764299 / 100 * USDC_UNIT * FINE, rel=1e-14)


@given(any_series, st.integers(1, 5_000), st.floats(0.05, 8.0), st.integers(60_000, 2 * YEAR_MS))
def test_decimals_agree_with_the_floating_point_of_the_venues(
    series: OptionSeries, price: int, vol: float, left_ms: int
) -> None:
    ppm = round(vol * VOL_UNIT)
    found = unit_greeks(series, price * PRICE_UNIT, ppm, series.expiry_ms - left_ms)
    usual = greeks(price, series.strike / PRICE_UNIT, ppm / VOL_UNIT, left_ms / YEAR_MS, series.right == "C")

    assert found.delta / FINE / DELTA_UNIT == pytest.approx(float(usual.delta), abs=1e-12)
    assert found.vega / FINE / USDC_UNIT == pytest.approx(float(usual.vega) / 100, rel=1e-9, abs=1e-12)


@given(st.integers(1, 10**7), st.integers(1, 100 * VOL_UNIT), st.integers(1, 100 * YEAR_MS))
def test_a_call_has_the_delta_of_the_put_and_of_one_ether(price: int, vol: int, left_ms: int) -> None:
    call, put = (unit_greeks(series, price * 10**4, vol, CALL.expiry_ms - left_ms) for series in (CALL, PUT))

    assert abs(call.delta - put.delta - DELTA_UNIT * FINE) <= 1
    assert call.vega == put.vega >= 0
    assert 0 <= call.delta <= DELTA_UNIT * FINE


def test_the_last_millisecond_before_expiry_has_a_delta_of_zero_or_one() -> None:
    deltas = [unit_greeks(CALL, price * PRICE_UNIT, VOL_UNIT, CALL.expiry_ms - 1).delta for price in (129, 131)]

    assert deltas == [0, DELTA_UNIT * FINE]
    assert math.isclose(
        unit_greeks(CALL, CALL.strike, VOL_UNIT, CALL.expiry_ms - 1).delta / DELTA_UNIT / FINE, 0.5, abs_tol=1e-5
    )
