"""What a descent on the dual starts from, works with and returns."""

from typing import NamedTuple

import numpy as np

from solvers.routing.network.compiled import Floats, Ints, compiled
from solvers.routing.network.step import Room, room_for


class Goal(NamedTuple):
    """When a descent may end."""

    tolerance: float
    """Imbalance relative to the value; not looked at where something is held back."""

    spare: float
    """Share of the value held back of all free tokens together, so that none runs short; zero for nothing."""

    held: bool
    """Whether it is held back already."""


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

    held: bool
    """Whether the stock has been lessened by the spare."""

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

    curvatures: Floats
    """Two of them: that which steps are found with, and that where the dual was evaluated last."""

    turn: Ints
    """Which of the two is the first, in an array of one."""

    room: Room


class Known(NamedTuple):
    """Where a step begins."""

    value: float
    imbalance: float
    damping: float
    walled: int
    """Steps in a row that met a wall."""


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
def work_for(floor: Floats, ceiling: Floats) -> Work:
    """Return the arrays of a descent, with limits of prices."""
    n = len(floor)
    arrays = np.empty((5, n))
    rows = (arrays[0], arrays[1], arrays[2], arrays[3], arrays[4])
    return Work(floor, ceiling, *rows, np.empty((2, n, n)), np.zeros(1, np.int64), room_for(n))


@compiled
def model_of(work: Work) -> Floats:
    """Return the curvature that steps are found with."""
    model: Floats = work.curvatures[work.turn[0]]
    return model


@compiled
def curvature_of(work: Work) -> Floats:
    """Return the curvature where the dual was evaluated last."""
    curvature: Floats = work.curvatures[1 - work.turn[0]]
    return curvature
