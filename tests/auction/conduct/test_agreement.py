"""Agreement of two solvers, measured against others that they do not share."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.conduct.agreement import agreement, correlation
from venues.seeds import generator

surprise_lists = st.lists(st.floats(-50, 50), min_size=5, max_size=9)


def unrelated(count: int) -> np.ndarray:
    return np.eye(count, dtype=bool)


def by_definition(values: list[float], first: int, second: int) -> float:
    others = [value for place, value in enumerate(values) if place not in (first, second)]
    products = [
        np.sign(values[first] - k) * np.sign(values[second] - m)
        for place, k in enumerate(others)
        for other, m in enumerate(others)
        if place != other
    ]
    return float(np.mean(products))


@given(surprise_lists)
def test_agreement_is_the_mean_over_pairs_of_different_others(values: list[float]) -> None:
    found = agreement(np.array(values), unrelated(len(values)))

    assert found[0, 1] == pytest.approx(by_definition(values, 0, 1))
    assert found[1, 0] == found[0, 1]


@given(surprise_lists, st.integers(-1000, 1000))
def test_what_moves_all_alike_does_not_change_agreement(values: list[float], shift: int) -> None:
    whole = np.round(np.array(values))

    np.testing.assert_array_equal(
        agreement(whole, unrelated(len(whole))), agreement(whole + shift, unrelated(len(whole)))
    )


def test_over_all_orders_of_five_equal_solvers_agreement_is_zero() -> None:
    found = [agreement(np.array(order, float), unrelated(5))[0, 1] for order in permutations(range(5))]

    assert np.mean(found) == pytest.approx(0.0, abs=1e-12)


def test_two_steady_solvers_among_noisy_ones_do_not_agree() -> None:
    noise = generator("agreement", "steady").normal(0, [0.2, 0.2, 3, 3, 3, 3, 3, 3], (4000, 8))

    found = [agreement(row, unrelated(8))[0, 1] for row in noise]

    assert abs(float(np.mean(found))) < 4 * float(np.std(found)) / 4000**0.5


@pytest.mark.parametrize("strength", [-0.8, 0.0, 0.5, 0.9])
def test_mean_agreement_tells_the_correlation(strength: float) -> None:
    rng = generator("agreement", "correlation")
    rows = rng.normal(0, 1, (6000, 8))
    rows[:, 1] = strength * rows[:, 0] + (1 - strength**2) ** 0.5 * rows[:, 1]
    rows += rng.normal(0, 5, (6000, 1))

    found = np.mean([agreement(row, unrelated(8))[0, 1] for row in rows])

    assert correlation(float(found)) == pytest.approx(strength, abs=0.06)


def test_four_bids_tell_nothing() -> None:
    assert np.isnan(agreement(np.array([1.0, 2.0, 3.0, 4.0]), unrelated(4))).all()


def test_an_absent_solver_is_neither_judged_nor_a_measure() -> None:
    values = [1.0, -2.0, 3.0, 4.0, 0.5]

    found = agreement(np.array([*values, np.nan]), unrelated(6))

    assert np.isnan(found[5]).all()
    assert found[0, 1] == agreement(np.array(values), unrelated(5))[0, 1]


def test_a_related_solver_is_no_measure_of_the_pair() -> None:
    values = [1.0, -2.0, 3.0, 4.0, 0.5, -1.0]
    related = unrelated(6)
    related[0, 5] = related[5, 0] = True

    found = agreement(np.array(values), related)

    assert found[0, 1] == agreement(np.array(values[:5]), unrelated(5))[0, 1]
    assert found[1, 2] == agreement(np.array(values), unrelated(6))[1, 2]
