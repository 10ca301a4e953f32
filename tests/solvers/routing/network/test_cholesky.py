import numpy as np
import pytest

from solvers.routing.network.cholesky import factorise, solve_factored
from venues.seeds import generator


@pytest.mark.parametrize("size", [1, 2, 47, 48, 49, 130])
def test_systems_of_any_size_around_a_block_are_solved(size: int) -> None:
    root = generator(size, "cholesky").normal(size=(size, size))
    matrix = root @ root.T + size * np.eye(size)
    wanted = np.arange(1.0, size + 1)
    lower, right = np.tril(matrix), matrix @ wanted

    assert factorise(lower)
    solve_factored(lower, right)

    assert right == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("at", [0, 60])
def test_a_matrix_that_is_not_positive_definite_is_refused(at: int) -> None:
    matrix = np.eye(100)
    matrix[at, at] = -1.0

    assert not factorise(matrix)
