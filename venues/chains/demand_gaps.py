"""Demand in steps of which nothing was observed: between their neighbours.

Prices and rates go in a straight line in logarithms, everything else in a straight line. Before the first and after
the last known step, that step holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from venues.chains.background import DemandStep

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A step of time of which nothing is known."""

    start_ms: int


def filled(known: Mapping[int, DemandStep], starts_ms: Sequence[int]) -> list[DemandStep]:
    """Return a step for each start; `known` holds some of them by their place.

    Raises:
        ValueError: if none is known.
    """
    if not known:
        raise ValueError("no step is known, so there is nothing between which the others could lie")
    places = sorted(known)
    values = np.array([as_vector(known[place]) for place in places])
    everywhere = np.arange(len(starts_ms))
    between = np.column_stack([np.interp(everywhere, places, column) for column in values.T])
    return [
        known.get(place) or from_vector(replace(known[places[0]], start_ms=start_ms), vector)
        for place, (start_ms, vector) in enumerate(zip(starts_ms, between, strict=True))
    ]


def as_vector(step: DemandStep) -> Floats:
    """Return what demand is made of as one row; rate and level as logarithms."""
    logs = np.log([step.rate_per_s, step.level_gwei])
    return np.concatenate([logs, [step.spread, step.premium, step.rush], step.gas_shares])


def from_vector(step: DemandStep, vector: Floats) -> DemandStep:
    """Return the step at the same time with the demand of a row; shares are made to sum to one."""
    shares = np.clip(vector[5:], 0.0, None)
    return replace(
        step,
        rate_per_s=float(np.exp(vector[0])),
        level_gwei=float(np.exp(vector[1])),
        spread=float(max(vector[2], 0.0)),
        premium=float(max(vector[3], 0.0)),
        rush=float(max(vector[4], 0.0)),
        gas_shares=tuple((shares / shares.sum()).tolist()),
    )
