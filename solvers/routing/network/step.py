"""The Newton step, in square roots of prices.

With a constant product and no fee a pool gains `(sqrt(R1 p1) - sqrt(R2 p2))**2`: in square roots of prices the dual is
quadratic, and one step solves it. Other pools bend it a little, so a few steps do. With `L` the Laplacian in relative
prices and `g` the value of the flow left over, the curvature there is `L + g / 2`; `L` alone can always be solved with,
so the damping that a market of another shape needs is found by raising it until the system is positive definite.
"""

import math
from typing import NamedTuple

import numpy as np

from solvers.routing.network.cholesky import factorise, solve_factored
from solvers.routing.network.compiled import Floats, Ints, compiled

BENT = 0.5
"""Share of the gradient that bends the dual in square roots of prices."""

RAISE, FIRST_RAISE = 4.0, 0.125
"""Growth of the damping where the system is not positive definite, and where it begins."""

TINY = 1e-13
"""Damping, relative to the greatest curvature, that keeps a factorisation possible."""

DENSE = 64
"""Tokens up to which the system is factorised; beyond, conjugate gradients are tried first."""

MOST_TURNS = 24
"""Conjugate gradients found no answer in as many turns: the graph of tokens is long, a factorisation is quicker."""

ROUGHEST = 0.1
"""Residual of a step far from the optimum; near it, the imbalance, which keeps the convergence quadratic."""


class Sought(NamedTuple):
    """What is asked of a step."""

    damping: float
    """Share of the gradient's size that is added to the curvature of each token, at first."""

    rough: float
    """Residual that may be left, relative to the gradient."""

    bent: float
    """Share of the gradient that belongs to the curvature."""


@compiled
def set_step(model: Floats, gradient: Floats, step: Floats, scratch: Floats, sought: Sought) -> float:
    """Set the step of each token that has a gradient; return the damping it took, or infinity if there is none.

    `model` is the lower triangle of the Laplacian.
    """
    damping, rough, bent = sought.damping, sought.rough, sought.bent
    free = np.flatnonzero(gradient)
    size = len(free)
    system, found = scratch[: size * size].reshape((size, size)), np.empty(size)
    greatest = 0.0
    for row in range(size):
        greatest = max(greatest, model[free[row], free[row]])
    while damping < math.inf:
        gather(model, free, system)
        for row in range(size):
            slope = gradient[free[row]]
            system[row, row] += bent * slope + damping * abs(slope) + TINY * greatest
            found[row] = -slope
        if solve(system, found, min(rough, ROUGHEST)):
            break
        damping = max(RAISE * damping, FIRST_RAISE) if damping < 1.0 else math.inf
    step[:] = 0.0
    if damping < math.inf:
        step[free] = found
    return damping


@compiled
def gather(model: Floats, free: Ints, system: Floats) -> None:
    """Copy the rows and columns of free tokens, both triangles."""
    for row in range(len(free)):
        for column in range(row + 1):
            system[row, column] = model[free[row], free[column]]
            system[column, row] = system[row, column]


@compiled
def solve(system: Floats, right: Floats, rough: float) -> bool:
    """Overwrite the right side with the solution, up to a residual; return whether the system is positive definite."""
    if len(right) > DENSE:
        turns, found = conjugate(system, right, rough)
        if turns < 0:
            return False
        if turns < MOST_TURNS:
            right[:] = found
            return True
    if not factorise(system):
        return False
    solve_factored(system, right)
    return True


@compiled
def conjugate(system: Floats, right: Floats, rough: float) -> tuple[int, Floats]:
    """Return the turns of conjugate gradients, scaled by the diagonal, and what they found; below zero if indefinite.

    Many markets meet at each token, which makes the scaled Laplacian close to the identity.
    """
    size = len(right)
    scale = np.empty(size)
    for k in range(size):
        if not system[k, k] > 0.0:
            return -1, scale
        scale[k] = 1.0 / system[k, k]
    found, left = np.zeros(size), right.copy()
    along = scale * left
    size_now = np.dot(left, along)
    enough = rough * rough * size_now
    for turn in range(MOST_TURNS):
        bent = np.dot(system, along)
        curved = np.dot(along, bent)
        if not curved > 0.0:
            return -1, found
        share = size_now / curved
        found += share * along
        left -= share * bent
        scaled = scale * left
        size_next = np.dot(left, scaled)
        if size_next <= enough:
            return turn, found
        along = scaled + (size_next / size_now) * along
        size_now = size_next
    return MOST_TURNS, found
