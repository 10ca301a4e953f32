"""The choice to walk away, priced."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.htlc.free_option import free_option
from venues.pricing.black76 import MS_PER_YEAR


def test_it_is_worth_what_margrabe_says() -> None:
    """By hand: twice the normal distribution at half of 0.8 times the root of a quarter of a year, less one."""
    expected = 100 * math.erf(0.8 * 0.5 / 2 / math.sqrt(2))

    assert free_option(100.0, 0.8, MS_PER_YEAR // 4) == pytest.approx(expected)


def test_an_hour_on_a_wild_day_is_dear() -> None:
    """About 0.4 times volatility times the root of time: 0.4 x 2 x sqrt(1 / 8760) is 85 basis points."""
    assert free_option(10_000.0, 2.0, 3_600_000) == pytest.approx(85.2, abs=0.1)


def test_no_time_is_no_choice() -> None:
    assert free_option(100.0, 2.0, 0) == 0.0


@given(st.floats(0.1, 4.0), st.integers(1_000, 10**8), st.floats(1.01, 10.0))
def test_more_time_or_more_movement_is_worth_more(vol: float, choosing_ms: int, factor: float) -> None:
    worth = free_option(1.0, vol, choosing_ms)

    assert worth < free_option(1.0, vol * factor, choosing_ms) <= 1.0
    assert worth < free_option(1.0, vol, round(choosing_ms * factor)) <= 1.0
