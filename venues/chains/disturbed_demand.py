"""Demand for block space with the spikes and surges of a scenario in it.

A spike multiplies the price that everybody else offers, a surge the rate at which their transactions come. Both are
worked into the demand before the world begins; where several overlap, their factors multiply.
"""

from dataclasses import replace
from math import prod

from venues.chains.background import Demand, DemandStep
from venues.faults import Fault, Faults


def disturbed(demand: Demand, faults: Faults, chain: str) -> Demand:
    """Return the demand of a chain with its spikes and surges; the same object if there are none.

    Args:
        demand: What it would be without them.
        faults: The schedule of the run.
        chain: CAIP-2 id of the chain.
    """
    spikes, surges = tuple(faults.of("gas_spike", chain)), tuple(faults.of("demand_surge", chain))
    if not spikes and not surges:
        return demand
    bounds = {bound for fault in (*spikes, *surges) for bound in (fault.from_ms, fault.until_ms)}
    # The first step also stands for the time before it, which no fault may reach into.
    starts = sorted({min(bounds) - 1, *bounds, *(step.start_ms for step in demand.steps)})
    steps = (_changed(demand.at(start_ms), start_ms, spikes, surges) for start_ms in starts)
    return replace(demand, steps=tuple(steps))


def _changed(step: DemandStep, start_ms: int, spikes: tuple[Fault, ...], surges: tuple[Fault, ...]) -> DemandStep:
    return replace(
        step,
        start_ms=start_ms,
        level_gwei=step.level_gwei * _factor(spikes, start_ms),
        rate_per_s=step.rate_per_s * _factor(surges, start_ms),
    )


def _factor(faults: tuple[Fault, ...], time_ms: int) -> float:
    return prod(fault.factor_percent / 100 for fault in faults if fault.covers(time_ms))
