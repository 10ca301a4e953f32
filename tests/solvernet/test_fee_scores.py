import numpy as np
import pytest

from solvernet.fee_scores import (
    Hidden,
    between_observations,
    failings,
    fall,
    fall_failings,
    mean_error,
    ranked_score,
    scores,
)
from venues.seeds import generator

STEPS, RUNS = 72, 40


def _day(seed: int) -> np.ndarray:
    """Return fees and counts that wander, by step, by statistic."""
    walk = np.exp(3 + np.cumsum(generator("walk", seed).standard_normal((STEPS, 1)) * 0.3, axis=0))
    return np.column_stack([walk * (1 + k / 10) for k in range(4)] + [5000 * walk**-0.1])


def _around(truth: np.ndarray, spread: float) -> np.ndarray:
    """Return runs that scatter around a day."""
    return truth * np.exp(spread * generator("runs").standard_normal((RUNS, *truth.shape)))


def _seen(truth: np.ndarray, spread: float = 0.1) -> np.ndarray:
    return truth * np.exp(spread * generator("seen").standard_normal(truth.shape))


def test_runs_that_scatter_like_what_was_seen_hold() -> None:
    truth = _day(1)

    score = scores(Hidden(observed=_seen(truth), runs=_around(truth, 0.1), elsewhere=_day(2)))

    assert failings(score, 12) == ()
    assert min(score.coverage) > 0.7


def test_runs_of_another_day_fail_in_rank_and_skill() -> None:
    score = scores(Hidden(observed=_seen(_day(1)), runs=_around(_day(3), 0.1), elsewhere=_day(2)))

    assert {"skill of mean", "skill of p90", "coverage of mean"} <= set(failings(score, 12))


def test_runs_that_are_too_sure_fail_in_coverage_alone() -> None:
    truth = _day(1)

    score = scores(Hidden(observed=_seen(truth), runs=_around(truth, 0.02), elsewhere=_day(2)))

    assert set(failings(score, 12)) == {f"coverage of {name}" for name in ("mean", "p35", "p60", "p90", "count")}


def test_the_ranked_score_of_a_single_run_is_its_error() -> None:
    assert ranked_score(np.array([[1.0], [2.0]]), np.array([[[1.5], [2.1]]])) == pytest.approx([0.3])


def test_the_ranked_score_of_two_runs_counts_half_their_distance() -> None:
    """Runs at 0 and 2 and a truth of 1: mean distance 1, less half the mean distance of 1 between two draws."""
    assert ranked_score(np.array([[1.0]]), np.array([[[0.0]], [[2.0]]])) == pytest.approx([0.5])


def test_straight_lines_in_logarithms_join_the_fitted_steps() -> None:
    seen = np.array([[1.0], [9.0], [9.0], [8.0]])

    assert between_observations(seen, [0, 3], [1, 2]) == pytest.approx(np.array([[2.0], [4.0]]))


def test_a_fall_that_no_run_shows_is_named() -> None:
    truth = _day(1)
    rising = np.column_stack([truth[:, :4], 5000 * truth[:, 0] ** 0.2])

    found = fall(Hidden(observed=_seen(truth, 0.0), runs=_around(rising, 0.01), elsewhere=truth))

    assert found.elasticity == pytest.approx(-0.1, abs=1e-3)
    assert fall_failings(found) == ("fall of the count", "elasticity of the count")


def test_an_error_is_the_mean_distance_in_logarithms() -> None:
    assert mean_error(np.array([[1.0], [1.0]]), np.array([[[np.e], [1 / np.e]], [[1.0], [1.0]]])) == (0.5,)
