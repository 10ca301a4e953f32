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
from solvers.routing.network.compiled import Floats, compiled, compiled_in_lanes

BENT = 0.5
"""Share of the gradient that bends the dual in square roots of prices."""

RAISE, FIRST_RAISE = 4.0, 0.125
"""Growth of the damping where the system is not positive definite, and where it begins."""

TINY = 1e-13
"""Damping, relative to the greatest curvature, that keeps a factorisation possible."""

DENSE = 16
"""Tokens up to which the system is factorised; beyond, conjugate gradients are tried first."""

MOST_TURNS = 24
"""Conjugate gradients found no answer in as many turns: the graph of tokens is long, a factorisation is quicker."""

ROUGHEST, FINER = 0.03, 0.1
"""Residual of a step far from the optimum; near it, this share of the imbalance keeps the convergence quadratic."""


class Sought(NamedTuple):
    """What is asked of a step."""

    damping: float
    """Share of the gradient's size that is added to the curvature of each token, at first."""

    rough: float
    """Residual that may be left, relative to the gradient."""

    bent: float
    """Share of the gradient that belongs to the curvature."""


class Room(NamedTuple):
    """Arrays that a step needs."""

    system: Floats
    """Of tokens that are free, where the system is factorised."""

    diagonal: Floats
    scale: Floats
    """The inverse of the diagonal, zero for tokens that are held."""

    left: Floats
    along: Floats
    bent: Floats


@compiled
def room_for(tokens: int) -> Room:
    """Return the arrays for so many tokens."""
    n = tokens
    return Room(np.empty(n * n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n))


@compiled
def set_step(model: Floats, gradient: Floats, step: Floats, room: Room, sought: Sought) -> float:
    """Set the step of each token that has a gradient; return the damping it took, or infinity if there is none.

    `model` is the lower triangle of the Laplacian.
    """
    damping, greatest, size, bent, diagonal = sought.damping, 0.0, len(gradient), sought.bent, room.diagonal
    for k in range(size):
        if gradient[k] != 0.0:
            greatest = max(greatest, model[k, k])
    while damping < math.inf:
        for k in range(size):
            slope = gradient[k]
            diagonal[k] = model[k, k] + bent * slope + damping * abs(slope) + TINY * greatest
        if solve(model, gradient, step, room, min(FINER * sought.rough, ROUGHEST)):
            return damping
        damping = max(RAISE * damping, FIRST_RAISE) if damping < 1.0 else math.inf
    step[:] = 0.0
    return damping


@compiled
def solve(model: Floats, gradient: Floats, step: Floats, room: Room, rough: float) -> bool:
    """Set the step that undoes the gradient, up to a residual; return whether the system is positive definite."""
    free = np.flatnonzero(gradient)
    if len(free) > DENSE:
        turns = conjugate(model, gradient, step, room, rough)
        if turns < MOST_TURNS:
            return turns >= 0
    size = len(free)
    system = room.system[: size * size].reshape((size, size))
    for row in range(size):
        for column in range(row):
            system[row, column] = model[free[row], free[column]]
        system[row, row] = room.diagonal[free[row]]
    if not factorise(system):
        return False
    right = -gradient[free]
    solve_factored(system, right)
    step[:] = 0.0
    step[free] = right
    return True


@compiled
def conjugate(model: Floats, gradient: Floats, step: Floats, room: Room, rough: float) -> int:
    """Set the step by conjugate gradients, scaled by the diagonal; return the turns taken, below zero if indefinite.

    Many markets meet at each token, which makes the scaled Laplacian close to the identity.
    """
    diagonal, scale, left, along = room.diagonal, room.scale, room.left, room.along
    size, now = len(step), 0.0
    for k in range(size):
        if not diagonal[k] > 0.0 and gradient[k] != 0.0:
            return -1
        scale[k] = 1.0 / diagonal[k] if gradient[k] != 0.0 else 0.0
        step[k], left[k] = 0.0, -gradient[k]
        along[k] = scale[k] * left[k]
        now += left[k] * along[k]
    enough = rough * rough * now
    for turn in range(MOST_TURNS):
        curved = bend(model, room)
        if not curved > 0.0:
            return -1
        ahead = go(step, room, now / curved)
        if ahead <= enough:
            return turn
        for k in range(size):
            along[k] = scale[k] * left[k] + ahead / now * along[k]
        now = ahead
    return MOST_TURNS


@compiled_in_lanes
def bend(model: Floats, room: Room) -> float:
    """Set what the system makes of the direction, and return their product; the diagonal is read from its array."""
    along, bent, diagonal, product = room.along, room.bent, room.diagonal, 0.0
    for k in range(len(along)):
        total, here = diagonal[k] * along[k], along[k]
        for i in range(k):
            total += model[k, i] * along[i]
            bent[i] += model[k, i] * here
        bent[k] = total
    for k in range(len(along)):
        product += bent[k] * along[k]
    return product


@compiled_in_lanes
def go(step: Floats, room: Room, share: float) -> float:
    """Go a share of the direction; return the square of what is left, as the diagonal scales it."""
    along, bent, left, scale, size = room.along, room.bent, room.left, room.scale, 0.0
    for k in range(len(step)):
        step[k] += share * along[k]
        left[k] -= share * bent[k]
        size += left[k] * left[k] * scale[k]
    return size
