import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.routing.failures import Record, cases, chances, log_success, success, tail_mean
from tests.solvers.small_market import HOME, amm, bridge, market, snapshot, view

CHANCES = {"a": 0.1, "b": 0.25, "c": 0.0, "d": 0.5}
probabilities = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), max_size=6)


@given(probabilities)
def test_all_cases_together_are_certain_and_each_venue_fails_as_often_as_it_should(chance: dict[str, float]) -> None:
    every = cases(chance, samples=256, seed=1)

    assert math.fsum(case.weight for case in every) == pytest.approx(1.0)
    for name, value in chance.items():
        assert math.fsum(c.weight for c in every if name in c.failed) == pytest.approx(value, abs=1e-9)


def test_drawn_cases_are_the_same_for_a_seed_and_near_the_chances() -> None:
    drawn, again, other = (cases(CHANCES, samples=4, seed=seed) for seed in (7, 7, 8))
    many = cases(dict.fromkeys("abcdefghijklmn", 0.2), samples=4096, seed=3)

    assert drawn == again != other
    assert sum(case.weight for case in drawn) == pytest.approx(1.0)
    for name in "abcdefghijklmn":
        assert sum(c.weight for c in many if name in c.failed) == pytest.approx(0.2, abs=0.03)


def test_success_is_the_product_over_what_is_used_once_each() -> None:
    assert success(CHANCES, ["a", "b", "a", "unknown"]) == pytest.approx(0.9 * 0.75)


def test_certain_failure_has_no_logarithm() -> None:
    assert log_success(1.0) is None
    assert log_success(0.25) == pytest.approx(math.log(0.75))


losses = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 9)), min_size=1, max_size=7)


@given(losses, st.sampled_from([0.05, 0.3, 1.0]))
def test_the_mean_of_the_worst_is_what_rockafellar_and_uryasev_say(
    weighed: list[tuple[float, int]], share: float
) -> None:
    total = sum(weight for _, weight in weighed)
    parts = [(loss, weight / total) for loss, weight in weighed]

    least = min(t + sum(w * max(loss - t, 0) for loss, w in parts) / share for t in (loss for loss, _ in parts))

    assert tail_mean(parts, share) == pytest.approx(least, abs=1e-9)


def test_a_venue_that_is_shut_fails_for_certain_and_others_by_their_record() -> None:
    first, _ = bridge()
    shut = replace(amm("shut", HOME), status="unavailable")
    snap = snapshot(view(HOME, [shut, amm("open", HOME)], [replace(first, halted=True)]), *market().chains[1:])

    found = chances(snap, {"open": Record(tried=100, failed=20)})

    assert found["main"] == 1.0
    assert found["open"] == pytest.approx(20.5 / 200)
    assert found["book.away"] == pytest.approx(0.5 / 100)


def test_a_record_counts_what_was_tried_and_what_failed() -> None:
    assert Record().plus(failed=True).plus(failed=False) == Record(tried=2, failed=1)
