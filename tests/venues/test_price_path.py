import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from venues.price_path import MS_PER_YEAR, POINTS, TICK, PricePath

STEP_MS = 300_000
START_MS = 1_583_884_800_000
BARS = [200 * PRICE_UNIT, 198 * PRICE_UNIT + 5, 150 * PRICE_UNIT, 151 * PRICE_UNIT, 95 * PRICE_UNIT]

times = st.integers(START_MS - STEP_MS, START_MS + 5 * STEP_MS)


def _path(seed: int = 1, vol: float = 1.0) -> PricePath:
    return PricePath(start_ms=START_MS, step_ms=STEP_MS, bars=BARS, vols=[vol] * 4, seed=(seed, "price"))


def test_the_path_passes_through_its_bars() -> None:
    path = _path()

    assert [path.at(START_MS + i * STEP_MS) for i in range(5)] == [bar // TICK * TICK for bar in BARS]


@given(st.lists(times, min_size=1, max_size=20))
def test_a_price_does_not_depend_on_what_was_asked_before(asked: list[int]) -> None:
    path, reverse = _path(), _path()

    forwards = [path.at(time) for time in asked]
    backwards = [reverse.at(time) for time in reversed(asked)][::-1]

    assert forwards == backwards


@given(st.integers(0, 10**10))
def test_the_path_stays_where_it_starts_and_ends(beyond: int) -> None:
    path = _path()

    assert path.at(START_MS - beyond) == BARS[0]
    assert path.at(path.end_ms + beyond) == BARS[-1]
    assert path.end_ms == START_MS + 4 * STEP_MS


@given(times)
def test_prices_are_on_the_tick_and_above_zero(time_ms: int) -> None:
    price = _path().at(time_ms)

    assert price % TICK == 0
    assert price > 0


def test_without_volatility_the_path_is_the_straight_line_of_logarithms() -> None:
    path = _path(vol=0.0)

    middle = path.at(START_MS + STEP_MS + STEP_MS // 2)
    assert middle == pytest.approx((BARS[1] * BARS[2]) ** 0.5, rel=1e-6)


def test_other_seeds_give_other_paths_between_the_same_bars() -> None:
    time_ms = START_MS + STEP_MS // 3

    assert len({_path(seed).at(time_ms) for seed in range(20)}) == 20


def test_the_bridge_has_the_volatility_it_was_given() -> None:
    bars = [100 * PRICE_UNIT] * 401
    path = PricePath(start_ms=0, step_ms=STEP_MS, bars=bars, vols=[2.0] * 400, seed=(1,))
    points = np.array([path.at(i * STEP_MS // POINTS) for i in range(400 * POINTS + 1)], float)

    variance = np.sum(np.diff(np.log(points)) ** 2) / (400 * STEP_MS / MS_PER_YEAR)
    assert variance**0.5 == pytest.approx(2.0 * (1 - 1 / POINTS) ** 0.5, rel=0.02)


def test_each_segment_needs_a_volatility() -> None:
    with pytest.raises(ValueError, match="5 bars need 4 volatilities, not 3"):
        PricePath(start_ms=0, step_ms=1, bars=BARS, vols=[1.0] * 3, seed=(1,))
