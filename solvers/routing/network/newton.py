"""Newton's method on the dual function, in relative prices.

The curvature is a graph Laplacian. Damping each diagonal entry by the size of its own gradient keeps every step below
one in the logarithm of a price where nothing is known, by the maximum principle, and vanishes at the optimum.

Markets that wake up on the way (a fee covered, an offer reached) bend the dual sharply where the curvature told
nothing. A step that meets such a wall is found again, with the curvature seen behind the wall added.
"""

import math

import numpy as np

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.descent import Descent, Found, Goal, Known, Work, curvature_of, model_of, work_for
from solvers.routing.network.evaluation import Question, evaluate
from solvers.routing.network.offer_trade import Anchor
from solvers.routing.network.step import BENT, Sought, set_step

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
"""Damping, in shares of the gradient, where offers bend the dual; pools alone begin with none."""

RETRY = 0.5
"""Damping after the first step that did not help."""

COVERED, MOST_LEFT = 0.9, 0.3
"""What a token may run short of, in what is held back of it; and all imbalance, in all that is held back."""

ROUGH = 1e-3
"""Imbalance, relative to the value, at which the value is known well enough to hold a share of it back."""

MOST_SPARE = 1e-6
"""Relative change of a price up to which something is held back of its token."""

SHRINK = 0.2
"""Least factor by which one step moves the square root of a price."""


@compiled
def descend(question: Question, anchor: Anchor, price: Floats, goal: Goal, most_steps: int) -> Descent:
    """Lower the dual until the goal is reached: `price` moves in place, and the spare is taken off the stock."""
    work = work_for(np.maximum(question.utility, price / FARTHEST), np.maximum(question.utility, price * FARTHEST))
    work.trial[:] = price
    here, evaluations = look(question, anchor, work), 1
    floor = LEAST_DAMPING if anchor.sharpness > 0.0 else 0.0
    damping = FIRST_DAMPING if anchor.sharpness > 0.0 else 0.0
    least, idle, stuck, walled = here.imbalance, 0, False, 0
    for steps in range(most_steps):
        if goal.spare > 0.0 and not goal.held and here.imbalance <= ROUGH * abs(here.value):
            here = hold_back(question, work, here, goal.spare)
            goal = Goal(goal.tolerance, goal.spare, held=True)
        work.gradient[:] = work.ahead
        work.turn[0] = 1 - work.turn[0]
        if is_enough(question, work, here, goal) or idle > PATIENCE or stuck:
            stiffness = np.diag(model_of(work)).copy()
            ended = (here.value, here.imbalance, steps, evaluations)
            return Descent(*ended, settled=True, held=goal.held, stiffness=stiffness)
        found = improve(question, anchor, price, work, Known(here.value, here.imbalance, damping, walled))
        walled = walled + 1 if found.evaluations > len(LENGTHS) else 0
        evaluations += found.evaluations
        idle = idle + 1 if found.hidden and found.imbalance > 0.9 * least else 0
        if found.length == 0.0:
            stuck = damping >= MOST_DAMPING
            damping = min(max(damping * 30.0, RETRY), MOST_DAMPING)
            work.trial[:] = price
            found = look(question, anchor, work)
            evaluations += 1
        else:
            damping = max(damping / 4.0 if damping > 0.1 else 0.0, floor)
        price[:] = work.trial
        least = min(least, found.imbalance)
        here = found
    stiffness = np.diag(curvature_of(work)).copy()
    ended = (here.value, here.imbalance, most_steps, evaluations)
    return Descent(*ended, settled=False, held=goal.held, stiffness=stiffness)


@compiled
def is_enough(question: Question, work: Work, here: Found, goal: Goal) -> bool:
    """Return whether the goal is reached: in sum or, where something is held back, for each token."""
    if here.imbalance <= ROUNDOFF * here.volume:
        return True
    if goal.spare == 0.0:
        return here.imbalance <= goal.tolerance * abs(here.value)
    if not goal.held or here.imbalance > MOST_LEFT * goal.spare * abs(here.value):
        return False
    return bool(-work.ahead.min() <= COVERED * each(question, here.value, goal.spare))


@compiled
def each(question: Question, value: float, spare: float) -> float:
    """Return the value held back of each free token."""
    free = len(question.fixed) - question.fixed.sum()
    return float(spare * abs(value) / max(free, 1.0))


@compiled
def hold_back(question: Question, work: Work, here: Found, spare: float) -> Found:
    """Lessen the stock of each free token a little; return what `look` would at the same prices."""
    most, value, curvature = each(question, here.value, spare), here.value, curvature_of(work)
    fixed, utility, stock, trial = question.fixed, question.utility, question.stock, work.trial
    for k in range(len(trial)):
        if fixed[k] == 0.0:
            amount = min(most, MOST_SPARE * curvature[k, k]) / trial[k]
            stock[k] -= amount
            work.flow[k] -= amount
            value -= (trial[k] - utility[k]) * amount
    return Found(1.0, value, here.volume, set_slopes(fixed, work), 1, hidden=False)


@compiled
def look(question: Question, anchor: Anchor, work: Work) -> Found:
    """Evaluate the dual at the prices on trial, with the gradient and the curvature there."""
    value, volume = evaluate(question, anchor, work.trial, work.flow, curvature_of(work))
    return Found(1.0, value, volume, set_slopes(question.fixed, work), 1, hidden=False)


@compiled
def set_slopes(fixed: Floats, work: Work) -> float:
    """Set the value of the flow left over of each token, zero where its price is held; return the sum of sizes."""
    trial, flow, ahead, floor, ceiling = work.trial, work.flow, work.ahead, work.floor, work.ceiling
    imbalance = 0.0
    for k in range(len(trial)):
        slope = trial[k] * flow[k]
        held = fixed[k] > 0.0 or (trial[k] <= floor[k] and slope >= 0.0)
        ahead[k] = 0.0 if held or (trial[k] >= ceiling[k] and slope <= 0.0) else slope
        imbalance += abs(ahead[k])
    return imbalance


@compiled
def improve(question: Question, anchor: Anchor, price: Floats, work: Work, known: Known) -> Found:
    """Find a step that helps, and leave the prices reached in `work.trial`."""
    value, damping, bent = known.value, known.damping, 0.0 if anchor.sharpness > 0.0 else BENT
    rough = min(known.imbalance / abs(value), 1.0) if value else 1.0
    tried, slope, hidden = 0, 0.0, False
    for wall in range(WALLS):
        if wall > 0:
            add_lower(model_of(work), curvature_of(work))
        damping = set_step(model_of(work), work.gradient, work.step, work.room, Sought(damping, rough, bent))
        if damping == math.inf:
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
                    found
                    if hidden or wall == 0 or known.walled < STREAK
                    else lengthen(question, anchor, price, work, found)
                )
    return Found(0.0, value, 0.0, math.inf, tried, hidden)


@compiled
def add_lower(model: Floats, curvature: Floats) -> None:
    """Add one lower triangle to another."""
    for k in range(len(model)):
        model[k, : k + 1] += curvature[k, : k + 1]


@compiled
def try_length(question: Question, anchor: Anchor, price: Floats, work: Work, length: float) -> Found:
    """Evaluate the dual at a share of the step."""
    step, trial, floor, ceiling, soft = work.step, work.trial, work.floor, work.ceiling, anchor.sharpness > 0.0
    for k in range(len(price)):
        if soft:
            moved = price[k] * math.exp(length * step[k])
        else:
            root = max(1.0 + BENT * length * step[k], SHRINK)
            moved = price[k] * root * root
        trial[k] = min(max(moved, floor[k]), ceiling[k])
    found = look(question, anchor, work)
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
