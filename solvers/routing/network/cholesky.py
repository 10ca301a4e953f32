"""Solve a symmetric positive definite system in place, by blocks, so that big ones run at the speed of `dot`.

Kept here because the compiler knows no triangular solve and `scipy` cannot be called from compiled code.
"""

import math

import numpy as np

from solvers.routing.network.compiled import Floats, compiled

BLOCK = 48
"""Columns done one by one before the rest is updated at once."""


@compiled
def factorise(matrix: Floats) -> bool:
    """Overwrite the lower triangle with its Cholesky factor; return whether the matrix was positive definite."""
    size = matrix.shape[0]
    for begin in range(0, size, BLOCK):
        end = min(begin + BLOCK, size)
        if not factorise_panel(matrix, begin, end):
            return False
        if end == size:
            return True
        for row in range(end, size, BLOCK):
            stop = min(row + BLOCK, size)
            left = np.ascontiguousarray(matrix[row:stop, begin:end])
            panel = np.ascontiguousarray(matrix[end:stop, begin:end])
            matrix[row:stop, end:stop] -= np.dot(left, panel.T)
    return True


@compiled
def factorise_panel(matrix: Floats, begin: int, end: int) -> bool:
    """Factorise the columns of one block, all rows below included."""
    size = matrix.shape[0]
    for j in range(begin, end):
        pivot = matrix[j, j]
        for k in range(begin, j):
            pivot -= matrix[j, k] * matrix[j, k]
        if not pivot > 0.0:
            return False
        root = math.sqrt(pivot)
        matrix[j, j] = root
        for i in range(j + 1, size):
            total = matrix[i, j]
            for k in range(begin, j):
                total -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = total / root
    return True


@compiled
def solve_factored(matrix: Floats, right: Floats) -> None:
    """Overwrite the right side with the solution."""
    size = matrix.shape[0]
    for i in range(size):
        total = right[i]
        for k in range(i):
            total -= matrix[i, k] * right[k]
        right[i] = total / matrix[i, i]
    for i in range(size - 1, -1, -1):
        right[i] /= matrix[i, i]
        for k in range(i):
            right[k] -= matrix[i, k] * right[i]
