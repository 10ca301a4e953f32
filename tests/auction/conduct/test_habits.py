"""What the past of a solver foretells of its margin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.conduct.habits import KNOWN_AFTER, MAX_SPREADS, Habit, surprises
from venues.seeds import generator

SOLVERS = "abcde"


def feed(rows: np.ndarray) -> list[dict[str, float]]:
    habits = {solver: Habit() for solver in SOLVERS}
    return [surprises(habits, "x", dict(zip(SOLVERS, map(float, row), strict=True))) for row in rows]


def lag_correlation(values: list[float]) -> float:
    return float(np.corrcoef(values[:-1], values[1:])[0, 1])


def test_a_solver_is_unknown_for_its_first_bids_in_a_bucket() -> None:
    answers = feed(np.zeros((KNOWN_AFTER + 1, 5)))

    assert [len(answer) for answer in answers] == [0] * KNOWN_AFTER + [5]


def test_levels_of_solvers_are_no_surprise() -> None:
    levels = np.array([-30.0, -5.0, 0.0, 5.0, 80.0])

    last = feed(np.tile(levels, (60, 1)))[-1]

    assert max(last.values()) - min(last.values()) == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=30, max_size=30))
def test_a_common_movement_shifts_all_surprises_alike(shifts: list[float]) -> None:
    rows = generator("habits", "common").normal(0, 1, (30, 5))

    plain, shifted = feed(rows), feed(rows + np.array(shifts)[:, None])

    for before, after, shift in zip(plain, shifted, shifts, strict=True):
        assert after == pytest.approx({solver: value + shift for solver, value in before.items()}, abs=1e-6)


def test_surprises_of_a_drifting_solver_do_not_persist() -> None:
    rows = generator("habits", "drift").normal(0, 1, (800, 5))
    rows[:, 0] += 0.05 * np.arange(800)

    drifting = [answer["a"] - answer["b"] for answer in feed(rows)[300:]]

    assert abs(lag_correlation(drifting)) < 0.15
    assert abs(float(np.mean(drifting))) < 0.5


def test_surprises_of_a_persistent_inventory_do_not_persist() -> None:
    rows = generator("habits", "inventory").normal(0, 1, (800, 5))
    for t in range(1, 800):
        rows[t, 0] += 0.9 * rows[t - 1, 0]

    margins = [float(row[0] - row[1]) for row in rows[300:]]
    surprise = [answer["a"] - answer["b"] for answer in feed(rows)[300:]]

    assert lag_correlation(margins) > 0.6
    assert abs(lag_correlation(surprise)) < 0.2


def test_one_absurd_bid_moves_a_level_by_no_more_than_an_unusual_one() -> None:
    rows = generator("habits", "absurd").normal(0, 1, (60, 5))
    habits = {solver: Habit() for solver in SOLVERS}
    for row in rows:
        surprises(habits, "x", dict(zip(SOLVERS, map(float, row), strict=True)))
    before, spread = habits["a"].level("x").mean, habits["a"].spread

    surprises(habits, "x", {"a": 1e9, "b": 0.0, "c": 0.0, "d": 0.0, "e": 0.0})

    assert habits["a"].level("x").mean - before <= MAX_SPREADS * spread / 50 + 1e-9


def test_identical_bids_for_ever_do_not_break_the_forecast() -> None:
    last = feed(np.full((2000, 5), 7.0))[-1]

    assert set(last.values()) == {7.0}


def test_buckets_have_levels_of_their_own() -> None:
    habits = {solver: Habit() for solver in SOLVERS}
    for _ in range(40):
        surprises(habits, "small", {"a": 20.0, "b": 0.0, "c": 0.0, "d": 0.0, "e": 0.0})
        last = surprises(habits, "large", {"a": -20.0, "b": 0.0, "c": 0.0, "d": 0.0, "e": 0.0})

    assert last["a"] == pytest.approx(last["b"], abs=1e-9)


def test_two_bids_teach_nothing() -> None:
    habits = {solver: Habit() for solver in SOLVERS}

    answer = surprises(habits, "x", {"a": 1.0, "b": 2.0})

    assert answer == {}
    assert habits["a"].level("x").bids == 0
