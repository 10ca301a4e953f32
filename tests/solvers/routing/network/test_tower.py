import cvxpy as cp
import numpy as np
import pytest

from solvers.routing.network.errors import InexactWeightsError
from solvers.routing.network.tower import powers_of, product_at_least_one


@pytest.mark.parametrize("powers", [(1, 1), (4, 1), (3, 2), (5, 3, 2), (1, 1, 1), (2, 1)])
def test_the_tower_is_tight_where_the_product_is_one(powers: tuple[int, ...]) -> None:
    factors = [cp.Variable(2, nonneg=True) for _ in powers]
    held = [factor == np.array([1.7, 0.4]) for factor in factors[1:]]

    problem = cp.Problem(cp.Minimize(cp.sum(factors[0])), [*held, *product_at_least_one(factors, powers)])
    problem.solve(solver=cp.CLARABEL)

    assert factors[0].value == pytest.approx(np.array([1.7, 0.4]) ** (-sum(powers[1:]) / powers[0]), rel=1e-5)


def test_weights_become_whole_powers() -> None:
    assert powers_of([0.8, 0.2]) == (4, 1)
    assert powers_of([0.5, 0.3, 0.2]) == (5, 3, 2)
    assert powers_of([1 / 3, 2 / 3]) == (1, 2)


@pytest.mark.parametrize("weights", [(0.01234567, 0.98765433), (0.5**0.5, 1 - 0.5**0.5)])
def test_weights_that_are_no_small_fractions_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(InexactWeightsError) as caught:
        powers_of(weights)

    assert caught.value.weights == weights
