import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.oracles.tick_history import Forgotten, TickHistory

UNISWAP = Path(__file__).parents[3] / "../shared/vectors/oracle/uniswap_v3_twap.json"

changes = st.lists(st.tuples(st.integers(1, 50), st.integers(-1_000, 1_000), st.integers(0, 10**6)), max_size=12)


def _history(size: int, entries: list[tuple[int, int, int]], first: tuple[int, int, int] = (0, 7, 5)) -> TickHistory:
    """Return a history after changes, each some seconds after the one before."""
    history, now_s = TickHistory.begin(*first, size), first[0]
    for elapsed, tick, liquidity in entries:
        now_s += elapsed
        history = history.moved(now_s, tick, liquidity)
    return history


@pytest.mark.skipif(not UNISWAP.exists(), reason="the folder shared/ with the Uniswap vectors is not here")
def test_sums_are_those_of_the_uniswap_vectors() -> None:
    rows = json.loads(UNISWAP.read_text())
    updates = [(u["advance"], u["tick"], u["liquidity"]) for u in rows["updates"]]
    begin = rows["initial"]
    history = _history(5, updates, (begin["time"], begin["tick"], begin["liquidity"]))
    now_s = history.observations[-1].time_s + rows["query_after_advance"]

    assert len(rows["queries"]) == 4
    for query in rows["queries"]:
        found = history.at(now_s - query["seconds_ago"], now_s)
        assert not isinstance(found, Forgotten)
        assert found.ticks == query["tick_cumulative"]
        assert found.seconds_per_liquidity == int(query["seconds_per_liquidity_cumulative_x128"])


def test_a_sum_counts_the_tick_before_the_change() -> None:
    history = _history(10, [(10, 100, 5), (5, -20, 5)])

    assert [item.ticks for item in history.observations] == [0, 70, 570]


def test_only_the_first_change_of_a_second_is_written() -> None:
    history = TickHistory.begin(0, 7, 5, 10).moved(10, 50, 5).moved(10, 900, 5)

    assert [item.ticks for item in history.observations] == [0, 70]
    assert history.tick == 900


def test_between_two_sums_the_rate_is_cut_towards_zero_before_it_is_multiplied() -> None:
    """From 0 to -5 in 2 s is -2 a second, not -2.5 or -3."""
    history = TickHistory.begin(0, -2, 5, 10).moved(1, -3, 5)
    later = history.moved(2, 0, 5)
    coarse = TickHistory(tick=0, liquidity=5, size=10, observations=(later.observations[0], later.observations[2]))

    found = coarse.at(1, 2)

    assert not isinstance(found, Forgotten)
    assert found.ticks == -2


def test_what_was_overwritten_is_forgotten() -> None:
    history = _history(3, [(10, n, 5) for n in range(6)])

    assert history.at(39, 60) == Forgotten(40)
    assert history.mean_tick(21, 60) == Forgotten(40)
    assert not isinstance(history.at(40, 60), Forgotten)


def test_the_future_is_not_asked_for() -> None:
    with pytest.raises(ValueError, match="lies after"):
        TickHistory.begin(0, 7, 5, 10).at(2, 1)


def test_the_mean_is_rounded_down() -> None:
    history = TickHistory.begin(0, -1, 5, 10).moved(5, -2, 5)

    assert history.mean_tick(10, 10) == -2


@given(changes, st.integers(1, 200))
def test_the_mean_lies_among_the_ticks_of_the_window(entries: list[tuple[int, int, int]], window: int) -> None:
    history = _history(100, [(1_000, 7, 5), *entries])
    now_s = history.observations[-1].time_s + 3

    mean = history.mean_tick(window, now_s)

    ticks = [7, *(tick for _, tick, _ in entries)]
    assert isinstance(mean, int)
    assert min(ticks) - 1 <= mean <= max(ticks)


@given(changes)
def test_the_ring_never_outgrows_its_size(entries: list[tuple[int, int, int]]) -> None:
    assert len(_history(4, entries).observations) <= 4


def test_one_block_of_manipulation_moves_an_hour_by_its_share_only() -> None:
    history = TickHistory.begin(0, 0, 5, 100).moved(3_588, 10_000, 5)

    assert history.mean_tick(3_600, 3_600) == 10_000 * 12 // 3_600
