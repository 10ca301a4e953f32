from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.volatility import ASSUMED_LEVEL, MS_PER_YEAR, between, level, realised
from solvernet import market_data
from venues.seeds import generator

BAR_MS = 300_000
HOUR_MS = 3_600_000

moves = arrays(np.float64, st.integers(2, 40), elements=st.floats(-0.1, 0.1))


def _walk(vol: float, bars: int, seed: int = 1) -> np.ndarray:
    steps = generator(seed).standard_normal(bars) * vol * np.sqrt(BAR_MS / MS_PER_YEAR)
    return np.asarray(100 * np.exp(np.concatenate([[0.0], np.cumsum(steps)])))


@pytest.mark.parametrize("vol", [0.5, 1.0, 4.0])
def test_realised_volatility_of_a_random_walk_is_its_own(vol: float) -> None:
    found = realised(_walk(vol, 20_000), BAR_MS, 200 * HOUR_MS, vol)

    assert found[-5000:].mean() == pytest.approx(vol, rel=0.03)


def test_a_move_counts_half_after_the_half_life() -> None:
    prices = np.concatenate([[100.0], np.full(200, 110.0)])

    variance = realised(prices, BAR_MS, 12 * BAR_MS, 0.0) ** 2

    assert variance[13] == pytest.approx(variance[1] / 2)
    assert variance[25] == pytest.approx(variance[1] / 4)


@given(moves)
def test_realised_volatility_does_not_know_the_future(steps: np.ndarray) -> None:
    prices = 100 * np.exp(np.cumsum(steps))
    half = len(prices) // 2 + 1

    whole, part = (realised(each, BAR_MS, HOUR_MS, 0.6) for each in (prices, prices[:half]))

    assert whole[:half].tolist() == part.tolist()


@given(moves, st.floats(0.01, 1000))
def test_the_unit_of_the_prices_does_not_matter(steps: np.ndarray, unit: float) -> None:
    prices = 100 * np.exp(np.cumsum(steps))

    assert realised(prices * unit, BAR_MS, HOUR_MS, 0.6) == pytest.approx(realised(prices, BAR_MS, HOUR_MS, 0.6))


@given(moves)
def test_the_level_stays_between_floor_and_cap(steps: np.ndarray) -> None:
    found = level(100 * np.exp(np.cumsum(steps)), BAR_MS, ASSUMED_LEVEL)

    assert found.min() >= ASSUMED_LEVEL.floor
    assert found.max() <= ASSUMED_LEVEL.cap


def test_the_level_is_the_premium_over_the_mixed_variances() -> None:
    prices = _walk(1.0, 500)
    rules = replace(ASSUMED_LEVEL, floor=0.0, cap=100.0, fast_weight=0.3, premium=1.2)

    fast = realised(prices, BAR_MS, rules.fast_half_life_ms, rules.calm)
    slow = realised(prices, BAR_MS, rules.slow_half_life_ms, rules.calm)

    assert level(prices, BAR_MS, rules) == pytest.approx(1.2 * np.sqrt(0.3 * fast**2 + 0.7 * slow**2))


def test_a_segment_is_as_volatile_as_the_moves_around_it() -> None:
    calm, wild = _walk(0.5, 2000, seed=2), _walk(3.0, 2000, seed=3)
    prices = np.concatenate([calm, calm[-1] / wild[0] * wild[1:]])

    found = between(prices, BAR_MS, 6 * HOUR_MS)

    assert len(found) == len(prices) - 1
    assert found[200:1500].mean() == pytest.approx(0.5, rel=0.05)
    assert found[2500:3800].mean() == pytest.approx(3.0, rel=0.05)


@given(moves)
def test_the_volatility_of_segments_is_the_same_backwards(steps: np.ndarray) -> None:
    prices = 100 * np.exp(np.cumsum(steps))

    assert between(prices[::-1], BAR_MS) == pytest.approx(between(prices, BAR_MS)[::-1], abs=1e-9)


def test_the_scale_multiplies_the_volatility_of_segments() -> None:
    prices = _walk(1.0, 50)

    assert between(prices, BAR_MS, HOUR_MS, 0.5) == pytest.approx(0.5 * between(prices, BAR_MS, HOUR_MS))


def test_the_level_of_black_thursday_is_calm_before_the_fall_and_at_the_cap_after_it() -> None:
    bars = market_data.price_bars()
    found = level(bars.prices, bars.step_ms, ASSUMED_LEVEL)
    day = 288

    assert 0.6 <= found[:day].min() <= found[:day].max() < 0.9
    assert 3.0 < found[day + 144 : day + 156].mean() < 4.0
    assert found.max() == ASSUMED_LEVEL.cap
    assert 3 * 12 < np.sum(found == ASSUMED_LEVEL.cap) < 5 * 12
