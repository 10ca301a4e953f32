"""Fees of the option market maker against the numbers of Lyra's tests (lyra-finance/lyra-protocol, ISC), restated."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.options import parse_series
from venues.markets.math.gwav import Since, average, extended
from venues.markets.math.lyra_fees import (
    VarianceRules,
    most_standard_vega,
    most_vega,
    option_vega,
    standard_vega,
    time_weighted,
    variance_fee,
    vega_fee,
)
from venues.pricing import black76
from venues.pricing.fixed_point import ONE

SERIES = parse_series("ETH-27MAR20-140-P")
NOW_MS = 1_584_014_400_000
DAY_MS = 86_400_000


def _one(text: str) -> int:
    return int(Decimal(text) * ONE)


RULES = VarianceRules(
    coefficient=_one("5"),
    least_vega=_one("2"),
    vega_slope=_one("0.02"),
    least_skew=_one("1"),
    skew_slope=_one("3"),
    reference_skew=_one("1"),
    least_variance=_one("1"),
    variance_slope=_one("1.5"),
)
"""The parameters stated in the upstream test of the variance fee."""


@pytest.mark.parametrize(
    ("vega", "skew", "variance", "fee"),
    [
        ("14", "1", "0", "11.4"),
        ("14", "1.1", "0", "14.82"),
        ("14", "0.9", "0", "14.82"),
        ("14", "1.5", "0", "28.5"),
        ("14", "0.5", "0", "28.5"),
        ("14", "1", "0.1", "13.11"),
        ("14", "1", "0.3", "16.53"),
        ("14", "1", "0.6", "21.66"),
        ("0", "1", "0", "10"),
        ("20", "1", "0", "12"),
        ("50", "1", "0", "15"),
        ("200", "1", "0", "30"),
    ],
)
def test_variance_fees_are_those_of_the_upstream_test(vega: str, skew: str, variance: str, fee: str) -> None:
    assert variance_fee(RULES, _one(vega), _one(skew), _one(variance), ONE) == _one(fee)


def test_a_part_without_floor_and_slope_turns_the_variance_fee_off() -> None:
    rules = replace(RULES, least_skew=0, skew_slope=0)

    assert variance_fee(rules, _one("14"), _one("300"), 0, ONE) == 0


def test_the_vega_fee_is_that_of_the_upstream_test() -> None:
    """Coefficient 100, volatility 1, 80 of vega on a worth of 500,000, one option: 0.016."""
    assert vega_fee(100 * ONE, ONE, (ONE // 10, 80 * ONE), 500_000 * ONE, ONE) == _one("0.016")


@pytest.mark.parametrize("exposure", [(1000, 999), (-1000, 999), (1000, -1000)])
def test_taking_vega_off_the_maker_is_free(exposure: tuple[int, int]) -> None:
    assert vega_fee(100 * ONE, ONE, exposure, ONE, ONE) == 0


@pytest.mark.parametrize(("weeks", "factor"), [(1, 1.0), (6, 1.0), (11, 1.5), (16, 2.0), (26, 3.0)])
def test_a_fee_grows_on_a_line_with_the_time_to_expiry(weeks: int, factor: float) -> None:
    week = 7 * DAY_MS

    assert time_weighted(ONE, weeks * week, 6 * week, 16 * week) == int(factor * ONE)


@given(st.integers(60, 300), st.integers(20, 500))
def test_vega_in_whole_numbers_is_that_of_black_76(spot: int, percent: int) -> None:
    years = (SERIES.expiry_ms - NOW_MS) / black76.MS_PER_YEAR
    exact = float(black76.vega(float(spot), 140.0, percent / 100, years)) / 100

    vega = option_vega(SERIES, spot * 10**8, percent * ONE // 100, NOW_MS)

    assert vega / ONE == pytest.approx(exact, abs=1e-12)
    assert vega <= most_vega(SERIES, spot * 10**8, NOW_MS)
    assert standard_vega(SERIES, spot * 10**8, percent * ONE // 100, NOW_MS) <= most_standard_vega(spot * 10**8)


def test_an_average_weighs_logarithms_by_time() -> None:
    """By hand: two hours at 1 and one at 8 have the geometric mean 2."""
    history = (Since(0, ONE), Since(2 * 3_600_000, 8 * ONE))

    assert average(history, 3 * 3_600_000, 3 * 3_600_000) == pytest.approx(2 * ONE, rel=1e-15)


def test_an_average_forgets_what_is_before_its_window() -> None:
    history = (Since(0, 5 * ONE), Since(100, ONE))

    assert average(history, 50, 200) == pytest.approx(ONE, rel=1e-15)
    assert extended(history, 2 * ONE, 50, 200) == (Since(100, ONE), Since(200, 2 * ONE))


def test_without_history_there_is_no_average() -> None:
    assert average((), 50, 200) is None


def test_of_several_values_at_one_time_the_last_counts() -> None:
    assert extended((Since(0, ONE), Since(7, 2 * ONE)), 3 * ONE, 100, 7) == (Since(0, ONE), Since(7, 3 * ONE))
