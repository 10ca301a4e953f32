"""The functions that the compiled pass works out itself, against those of the C library and of scipy."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr

from venues.pricing import greeks_kernel as kernel
from venues.pricing.black76 import Floats
from venues.pricing.greeks import greeks


def through(step: Callable[..., None], values: Floats, *more: Floats) -> Floats:
    """Return values after a step that replaces a block of them at a time; the last block is not full."""
    found = values.copy()
    for start in range(0, found.size, kernel.BLOCK):
        block = slice(start, start + kernel.BLOCK)
        room = np.resize(found[block], kernel.BLOCK)
        step(room, *(np.resize(row[block], kernel.BLOCK) for row in more), found[block].size)
        found[block] = room[: found[block].size]
    return found


@pytest.mark.parametrize(("low", "high"), [(-600.0, 600.0), (-1e-3, 1e-3), (-0.4, 0.4)])
def test_logarithms_are_right_to_the_last_bits(low: float, high: float) -> None:
    values = np.exp(np.linspace(low, high, 50_001))

    np.testing.assert_allclose(through(kernel.logarithms, values), np.log(values), rtol=4.5e-16, atol=0)


def test_exponentials_are_right_to_the_last_bits_and_stay_where_they_are_below_the_least() -> None:
    values = np.concatenate([np.linspace(kernel.LEAST, 1.0, 50_001), [-1e9]])

    found = through(kernel.exponentials, values)

    np.testing.assert_allclose(found[:-1], np.exp(values[:-1]), rtol=4.5e-16, atol=0)
    assert found[-1] == found[0]


def test_the_tail_of_the_normal_distribution_keeps_its_relative_precision() -> None:
    values = np.linspace(-37.0, 37.0, 50_001)
    density = np.exp(-values * values / 2) / np.sqrt(2 * np.pi)

    found = through(kernel.distribution, values, density)

    # The density itself has an error of half the square in its last bits.
    np.testing.assert_allclose(found, ndtr(values), rtol=4e-13, atol=0)
    near = np.abs(values) < 5
    np.testing.assert_allclose(found[near], ndtr(values[near]), rtol=1e-14, atol=0)


def test_a_price_far_from_the_money_keeps_ten_digits() -> None:
    """The reference takes logarithms of the two chances apart, as the pass does not."""
    strike, vol, life = np.linspace(200.0, 900.0, 400), 0.8, 0.25
    deviation = vol * np.sqrt(life)
    d1 = np.log(100.0 / strike) / deviation + deviation / 2

    found = greeks(100.0, strike, vol, life, True).price

    expected = 100.0 * np.exp(log_ndtr(d1)) - strike * np.exp(log_ndtr(d1 - deviation))
    assert expected.min() < 1e-6
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=0)


@pytest.mark.parametrize("place", [0, 1])
def test_without_a_forward_or_a_strike_nothing_is_a_number(place: int) -> None:
    terms = [100.0, 110.0]
    terms[place] = np.nan

    found = greeks(*terms, 0.8, 0.5, True)

    assert np.isnan(found).all()
