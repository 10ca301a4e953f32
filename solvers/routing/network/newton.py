"""Newton's method on the dual function, in relative prices.

The curvature is a graph Laplacian. Damping each diagonal entry by the size of its own gradient keeps every step below
one in the logarithm of a price where nothing is known, by the maximum principle, and vanishes at the optimum.

Markets that wake up on the way (a fee covered, an offer reached) bend the dual sharply where the curvature told
nothing. A step that meets such a wall is found again, with the curvature seen behind the wall added.
"""

import math
from typing import NamedTuple

import numpy as np

from solvers.routing.network.cholesky import factorise, solve_factored
from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.evaluation import Question, evaluate
from solvers.routing.network.offer_trade import Anchor

WALLS = 6
"""Most times a step is found again with the curvature met on the way, before the damping is raised."""

LENGTHS = (1.0, 0.4, 0.1)
"""Shares of a step that are tried."""

STREAK = 3
"""Steps in a row that met a wall, after which steps along it are lengthened."""

LENGTHEN, MOST_LENGTH = 6.0, 1e6
"""Growth of a step along a wall, and where it ends."""

DECREASE = 1e-4
"""Share of the predicted decrease that a step must bring."""

FLAT = 1e-10
"""Predicted decrease, relative to the value, that rounding may hide; then the slope along the step tells instead."""

OVERSHOOT = 0.8
"""Slope at the end of a step, against that at its begin, up to which the step has brought a decrease (Hager, Zhang)."""

PATIENCE = 2
"""Steps hidden by rounding that leave the imbalance as it is, before the search ends."""

ROUNDOFF = 1e-16
"""Imbalance, relative to all that is traded, that is nothing but rounding."""

FARTHEST = 1e13
"""Widest move of a price: down, of a token that nobody wants, or up, of one that nobody has."""

FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING = 1.0, 0.25, 1e6

TINY = 1e-13
"""Damping, relative to the greatest curvature, that keeps a factorisation possible."""


class Descent(NamedTuple):
    """How one descent ended."""

    value: float
    """Of the dual, with the proximal term of the offers if there is one."""

    imbalance: float
    """Value of all flow left over where a price is free."""

    steps: int
    evaluations: int
    settled: bool
    """Whether the imbalance is within what was asked, or as small as arithmetic allows."""

    stiffness: Floats
    """Value of flow that a relative change of each price brings."""


class Work(NamedTuple):
    """Arrays of one descent."""

    floor: Floats
    ceiling: Floats
    flow: Floats
    gradient: Floats
    """In relative prices, zero where a price is held."""

    ahead: Floats
    """The gradient at the prices tried last."""

    step: Floats
    trial: Floats
    """Prices tried last."""

    model: Floats
    """Curvature that steps are found with."""

    curvature: Floats
    """Curvature where the dual was evaluated last."""

    scratch: Floats
    """Room for the factors of the model."""


class Found(NamedTuple):
    """Where a step ended."""

    length: float
    """Share of the step, zero if nothing better was found."""

    value: float
    volume: float
    imbalance: float
    evaluations: int
    hidden: bool
    """Whether rounding hides what could still be gained."""


@compiled
def descend(question: Question, anchor: Anchor, price: Floats, tolerance: float, most_steps: int) -> Descent:
    """Lower the dual by moving `price` in place until the imbalance is below `tolerance` times the value."""
    work = room(np.maximum(question.utility, price / FARTHEST), np.maximum(question.utility, price * FARTHEST))
    work.trial[:] = price
    here, damping, evaluations = look(question, anchor, work, work.curvature), FIRST_DAMPING, 1
    least, idle, stuck, walled = here.imbalance, 0, False, 0
    for steps in range(most_steps):
        work.gradient[:] = work.ahead
        work.model[:] = work.curvature
        enough = max(tolerance * abs(here.value), ROUNDOFF * here.volume)
        if here.imbalance <= enough or idle > PATIENCE or stuck:
            stiffness = np.diag(work.model).copy()
            return Descent(here.value, here.imbalance, steps, evaluations, settled=True, stiffness=stiffness)
        found = improve(question, anchor, price, work, (here.value, damping, walled))
        walled = walled + 1 if found.evaluations > len(LENGTHS) else 0
        evaluations += found.evaluations
        idle = idle + 1 if found.hidden and found.imbalance > 0.9 * least else 0
        if found.length == 0.0:
            stuck = damping >= MOST_DAMPING
            damping = min(damping * 30.0, MOST_DAMPING)
            work.trial[:] = price
            found = look(question, anchor, work, work.curvature)
            evaluations += 1
        else:
            damping = max(damping / 4.0, LEAST_DAMPING)
        price[:] = work.trial
        least = min(least, found.imbalance)
        here = found
    stiffness = np.diag(work.curvature).copy()
    return Descent(here.value, here.imbalance, most_steps, evaluations, settled=False, stiffness=stiffness)


@compiled
def room(floor: Floats, ceiling: Floats) -> Work:
    """Return the arrays of a descent."""
    n = len(floor)
    flow, gradient, ahead, step, trial = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    return Work(floor, ceiling, flow, gradient, ahead, step, trial, np.empty((n, n)), np.empty((n, n)), np.empty(n * n))


@compiled
def look(question: Question, anchor: Anchor, work: Work, curvature: Floats) -> Found:
    """Evaluate the dual at the prices on trial, with the gradient and, unless empty, the curvature there."""
    value, volume = evaluate(question, anchor, work.trial, work.flow, curvature)
    imbalance = 0.0
    for k in range(len(work.trial)):
        slope = work.trial[k] * work.flow[k]
        held = question.fixed[k] > 0.0 or (work.trial[k] <= work.floor[k] and slope >= 0.0)
        held = held or (work.trial[k] >= work.ceiling[k] and slope <= 0.0)
        work.ahead[k] = 0.0 if held else slope
        imbalance += abs(work.ahead[k])
    return Found(1.0, value, volume, imbalance, 1, hidden=False)


@compiled
def improve(question: Question, anchor: Anchor, price: Floats, work: Work, known: tuple[float, float, int]) -> Found:
    """Find a step that helps, and leave the prices reached in `work.trial`; `known`: value, damping, past walls."""
    value, damping, walled = known
    tried, slope, hidden = 0, 0.0, False
    for wall in range(WALLS):
        if wall > 0:
            work.model[:] += work.curvature
        if not set_step(work, damping):
            break
        slope = np.dot(work.gradient, work.step)
        hidden = -slope <= FLAT * abs(value)
        for length in LENGTHS:
            found = try_length(question, anchor, price, work, length)
            tried += 1
            falling = np.dot(work.ahead, work.step) <= -OVERSHOOT * slope
            if found.value <= value + DECREASE * length * slope or (hidden and falling):
                found = Found(length, found.value, found.volume, found.imbalance, tried, hidden)
                return (
                    found if hidden or wall == 0 or walled < STREAK else lengthen(question, anchor, price, work, found)
                )
    return Found(0.0, value, 0.0, math.inf, tried, hidden)


@compiled
def try_length(question: Question, anchor: Anchor, price: Floats, work: Work, length: float) -> Found:
    """Evaluate the dual at a share of the step."""
    for k in range(len(price)):
        moved = price[k] * math.exp(length * work.step[k])
        work.trial[k] = min(max(moved, work.floor[k]), work.ceiling[k])
    found = look(question, anchor, work, work.curvature)
    return Found(length, found.value, found.volume, found.imbalance, 1, hidden=False)


@compiled
def lengthen(question: Question, anchor: Anchor, price: Floats, work: Work, best: Found) -> Found:
    """Go on along a step that was found with a wall in mind, which may still be far, while that helps."""
    tried = best.evaluations
    while True:
        found = try_length(question, anchor, price, work, best.length * LENGTHEN)
        tried += 1
        if not found.value < best.value or not best.length < MOST_LENGTH:
            break
        best = found
    best = try_length(question, anchor, price, work, best.length)
    return Found(best.length, best.value, best.volume, best.imbalance, tried + 1, hidden=False)


@compiled
def set_step(work: Work, damping: float) -> bool:
    """Set the damped Newton step, over the tokens that have a gradient; return whether it could be found."""
    free = np.flatnonzero(work.gradient)
    size = len(free)
    factor, right = work.scratch[: size * size].reshape((size, size)), np.empty(size)
    greatest = 0.0
    for row in range(size):
        k = free[row]
        greatest = max(greatest, work.model[k, k])
        for column in range(row + 1):
            factor[row, column] = work.model[k, free[column]]
        right[row] = -work.gradient[k]
    for row in range(size):
        factor[row, row] += damping * abs(right[row]) + TINY * greatest
    if not factorise(factor):
        return False
    solve_factored(factor, right)
    work.step[:] = 0.0
    work.step[free] = right
    return True
