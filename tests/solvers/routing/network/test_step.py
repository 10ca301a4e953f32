import math

import numpy as np
import pytest

from solvers.routing.network.certificate import exact_fills, question_of
from solvers.routing.network.descent import Goal
from solvers.routing.network.markets import Pairs
from solvers.routing.network.network import Network, swap
from solvers.routing.network.newton import descend
from solvers.routing.network.step import Sought, room_for, set_step
from venues.seeds import generator


def laplacian(tokens: int, seed: int) -> np.ndarray:
    weights = np.abs(generator(seed, "laplacian").normal(0, 1, (tokens, tokens)))
    weights = np.tril(weights, -1)
    weights += weights.T
    return np.diag(weights.sum(axis=1) + 0.1) - weights


def step_of(matrix: np.ndarray, gradient: np.ndarray, rough: float, bent: float = 0.0) -> tuple[float, np.ndarray]:
    step = np.empty(len(gradient))
    return set_step(np.tril(matrix), gradient, step, room_for(len(step)), Sought(0.0, rough, bent)), step


@pytest.mark.parametrize("tokens", [5, 16, 17, 150])
def test_steps_solve_the_system_by_factors_and_by_conjugate_gradients(tokens: int) -> None:
    matrix, gradient = laplacian(tokens, tokens), generator(tokens, "gradient").normal(0, 1, tokens)

    damping, step = step_of(matrix, gradient, 1e-12)

    assert damping == 0.0
    assert matrix @ step == pytest.approx(-gradient, rel=1e-9, abs=1e-9)


def test_a_long_chain_of_tokens_is_solved_although_conjugate_gradients_give_up() -> None:
    tokens = 200
    matrix = 2.0 * np.eye(tokens) - np.eye(tokens, k=1) - np.eye(tokens, k=-1)
    gradient = np.ones(tokens)

    _, step = step_of(matrix, gradient, 1e-12)

    assert matrix @ step == pytest.approx(-gradient, rel=1e-8)


def test_tokens_without_gradient_stay_where_they_are() -> None:
    matrix, gradient = laplacian(6, 1), np.array([1.0, 0.0, -2.0, 0.0, 1.0, 0.5])

    _, step = step_of(matrix, gradient, 1e-12)

    assert step[[1, 3]].tolist() == [0.0, 0.0]
    free = [0, 2, 4, 5]
    assert matrix[np.ix_(free, free)] @ step[free] == pytest.approx(-gradient[free], rel=1e-9)


@pytest.mark.parametrize("tokens", [4, 100])
def test_damping_is_raised_until_the_bent_system_can_be_solved(tokens: int) -> None:
    matrix, gradient = laplacian(tokens, 3), np.full(tokens, -5.0 * tokens)

    damping, step = step_of(matrix, gradient, 1e-6, bent=0.5)

    assert 0.0 < damping < math.inf
    assert gradient @ step < 0.0


def test_constant_products_without_a_fee_are_balanced_by_one_step() -> None:
    pairs = Pairs(
        *(np.array(ends, dtype=np.int64) for ends in ([0, 0, 2, 1], [1, 2, 1, 3])),
        *(np.array(held) for held in ([50.0, 9.0, 30.0, 7.0], [40.0, 8.0, 20.0, 6.0])),
        np.full(4, 0.5),
        np.ones(4),
    )
    network = Network(tokens=4, pairs=pairs)
    aim = swap(4, 0, 3.0, 1)
    price = np.array([1.3, 1.0, 2.1, 0.7])

    descent = descend(question_of(network, aim), exact_fills(network), price, Goal(1e-9, 0.0, held=False), 2)

    assert descent.settled
    assert descent.evaluations == 2
