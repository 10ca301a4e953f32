"""The thinned path of the evidence."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from auction.conduct.paths import EvidencePaths


def filled(count: int, limit: int) -> EvidencePaths:
    paths = EvidencePaths(limit)
    for step in range(count):
        paths.add(step, np.full((2, 2), float(step)))
    return paths


@given(st.integers(1, 2000), st.integers(4, 60))
def test_a_path_is_short_starts_at_the_start_and_ends_at_the_present(count: int, limit: int) -> None:
    path = filled(count, limit).of(0, 1)

    assert len(path) <= limit
    assert (path[0].time_ms, path[-1].time_ms) == (0, count - 1)
    assert len(path) >= min(count, limit // 2)


@given(st.integers(1, 2000))
def test_points_rise_in_time_and_keep_their_value(count: int) -> None:
    path = filled(count, 50).of(0, 1)

    assert all(early.time_ms < late.time_ms for early, late in pairwise(path))
    assert all(point.log_e == point.time_ms for point in path)


def test_before_a_solver_was_seen_there_is_no_evidence_on_it() -> None:
    paths = EvidencePaths(10)
    paths.add(0, np.ones((2, 2)))
    paths.add(1, np.ones((3, 3)))

    assert [point.log_e for point in paths.of(0, 2)] == [0.0, 1.0]


def test_without_auctions_there_is_no_path() -> None:
    assert EvidencePaths(10).of(0, 1) == ()
