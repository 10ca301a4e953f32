import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.backlog import BacklogRule, approximate_exp, backlog_price, drained

ONE_ARBITRUM = BacklogRule(
    minimum_wei=100_000_000, speed_limit=7_000_000, inertia_s=102, tolerance_s=10, elasticity=18.3
)
TOLERATED = 70_000_000
FOLD = 102 * 7_000_000
"""Backlog over which the price grows by a factor of e."""


@pytest.mark.parametrize(
    ("exponent", "value"), [(0, 10_000), (10_000, 27_083), (20_000, 70_000), (5_000, 16_484), (1, 10_001)]
)
def test_the_exponential_is_the_polynomial_of_degree_four(exponent: int, value: int) -> None:
    """1 + x + x**2/2 + x**3/6 + x**4/24: at one 65/24, at two 7, at a half 1.6484."""
    assert approximate_exp(exponent) == value


@given(st.integers(0, 20_000))
def test_the_exponential_is_at_most_six_percent_below_the_true_one_up_to_two(exponent: int) -> None:
    true = 10_000 * math.exp(exponent / 10_000)

    assert 0.94 * true - 4 <= approximate_exp(exponent) <= true


@pytest.mark.parametrize(
    ("backlog", "price"),
    [
        (0, 100_000_000),
        (TOLERATED, 100_000_000),
        (TOLERATED + FOLD // 10_000 - 1, 100_000_000),
        (TOLERATED + FOLD // 10_000, 100_010_000),
        (TOLERATED + FOLD, 270_830_000),
        (TOLERATED + 2 * FOLD, 700_000_000),
    ],
)
def test_the_price_rises_with_what_exceeds_the_tolerance(backlog: int, price: int) -> None:
    assert backlog_price(backlog, ONE_ARBITRUM) == price


@given(st.integers(0, 10**11), st.integers(0, 10**10))
def test_a_larger_backlog_is_never_cheaper(backlog: int, more: int) -> None:
    assert backlog_price(backlog, ONE_ARBITRUM) <= backlog_price(backlog + more, ONE_ARBITRUM)


@given(st.integers(0, 10**11), st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_backlog_drains_by_the_speed_limit_each_second_and_not_below_nothing(
    backlog: int, first: int, second: int
) -> None:
    at_once = drained(backlog, first + second, ONE_ARBITRUM)

    assert at_once == drained(drained(backlog, first, ONE_ARBITRUM), second, ONE_ARBITRUM)
    assert at_once == max(backlog - (first + second) * 7_000_000, 0)
