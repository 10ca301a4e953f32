import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.bridges import Latency

WIDE = Latency(median_ms=10_000, p99_ms=60_000, seed=3)


def test_without_a_spread_the_time_is_constant() -> None:
    assert {Latency(median_ms=7).draw_ms("bridge", f"t{i}") for i in range(20)} == {7}


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_time_belongs_to_its_bridge_and_transfer(bridge: str, transfer: str) -> None:
    assert WIDE.draw_ms(bridge, transfer) == WIDE.draw_ms(bridge, transfer) > 0


def test_median_and_99th_percentile_are_those_asked_for() -> None:
    """Of 20,000 draws: the standard error of the median is below 1 %, that of the percentile below 2 %."""
    draws = sorted(WIDE.draw_ms("bridge", f"t{i}") for i in range(20_000))

    assert statistics.median(draws) == pytest.approx(10_000, rel=0.03)
    assert draws[19_800] == pytest.approx(60_000, rel=0.08)


def test_bridges_and_seeds_have_draws_of_their_own() -> None:
    other = Latency(median_ms=10_000, p99_ms=60_000, seed=4)
    draws = [WIDE.draw_ms("a", "t"), WIDE.draw_ms("b", "t"), WIDE.draw_ms("a", "u"), other.draw_ms("a", "t")]

    assert len(set(draws)) == 4


def test_a_percentile_below_the_median_is_refused() -> None:
    with pytest.raises(ValueError, match="99th percentile, 5 ms, lies below the median, 6 ms"):
        Latency(median_ms=6, p99_ms=5)
