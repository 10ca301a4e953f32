"""Demand that reproduces what was observed of a chain's included transactions.

What a block explorer shows are the transactions that got in. What a simulation needs is the demand behind them, of
which the included ones are the dearest part. It is found by simulation: guess, run the chain, correct each step by
what came out too low or too high, and run it again on other random numbers, with ever smaller corrections.

How far demand exceeds the room in the blocks cannot be seen in included transactions; `overload` is an assumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from venues.chains.background import (
    EMPTY_POOL,
    GAS_SIZES,
    GWEI,
    Demand,
    DemandStep,
    Pool,
    Wei,
    arrivals,
    fitting,
    merged,
    thinned,
)
from venues.chains.demand_gaps import Unknown, filled
from venues.chains.intervals import interval_ms
from venues.chains.presets import ChainRules
from venues.seeds import SeedPath, generator

Floats = NDArray[np.float64]

QUANTILES: Final = (35, 60, 90)
"""Percentiles of the included prices that are known."""

CALM_GWEI: Final = 14.0
"""Price at which demand just fills the blocks, in March 2020."""

OVERLOAD_SLOPE: Final = 0.13
"""Rise of the overload for each rise of the price by a factor of e."""

LEAST_OVERLOAD, MOST_OVERLOAD = 0.9, 1.4

FILL: Final = 0.99
"""Part of a full block that is used: it ends before the first transaction that does not fit."""

TYPICAL_SHARES: Final = (0.45, 0.27, 0.18, 0.10)
"""Shares of `GAS_SIZES` around which the mix is tilted towards more or less gas."""

MOST_SPREAD, MOST_PREMIUM, MOST_RUSH = 0.9, 1.5, 60.0
LEAST_SPREAD: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was observed in one step of time; prices in gwei, of included transactions."""

    start_ms: int
    mean: float
    p35: float
    p60: float
    p90: float
    count: float
    """Included transactions, without the chance in the number of blocks."""

    calm_gwei: float = CALM_GWEI
    """Price at which demand just fills the blocks; assumed."""


@dataclass(frozen=True, slots=True)
class Included:
    """What a simulated chain included in each step; one row a step, prices in gwei."""

    mean: Floats
    quantiles: Floats
    """One column for each of `QUANTILES`."""

    count: Floats
    waiting: Floats
    """Mean gas left in the pool after a block, over the gas of a block."""

    def at(self, places: Sequence[int]) -> "Included":
        """Return the steps at some places."""
        rows = list(places)
        return Included(self.mean[rows], self.quantiles[rows], self.count[rows], self.waiting[rows])


def overload(mean_gwei: float, calm_gwei: float = CALM_GWEI) -> float:
    """Return the assumed ratio of gas demanded to gas available when included transactions pay `mean_gwei`."""
    ratio = 1 + OVERLOAD_SLOPE * float(np.log(mean_gwei / calm_gwei))
    return min(max(ratio, LEAST_OVERLOAD), MOST_OVERLOAD)


def gas_shares(mean_gas: float) -> tuple[float, ...]:
    """Return shares of `GAS_SIZES` with a mean gas of `mean_gas`: the typical ones, tilted exponentially."""
    sizes, typical = np.asarray(GAS_SIZES, float), np.asarray(TYPICAL_SHARES)
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = typical * np.exp(middle * (sizes / sizes[-1]))
        shares = weights / weights.sum()
        if float(shares @ sizes) < mean_gas:
            low = middle
        else:
            high = middle
    rounded = [round(float(share), 4) for share in shares[1:]]
    return (round(1 - sum(rounded), 4), *rounded)


def simulate(demand: Demand, rules: ChainRules, seed: SeedPath, span_ms: tuple[int, int], step_ms: int) -> Included:
    """Return what a first-price chain with no other traffic includes between two instants."""
    start_ms, end_ms = span_ms
    steps = (end_ms - start_ms) // step_ms
    prices: list[list[Wei]] = [[] for _ in range(steps)]
    waiting: list[list[float]] = [[] for _ in range(steps)]
    pool, number, time_ms = EMPTY_POOL, 0, start_ms
    while (next_ms := time_ms + interval_ms(rules, seed, number)) < end_ms:
        number += 1
        pool = _refreshed(pool, demand, rules, (time_ms, next_ms), (*seed, "demand", number))
        time_ms = next_ms
        taken = fitting(pool, rules.block_gas, 0)
        index = (time_ms - start_ms) // step_ms
        prices[index].append(pool.price[:taken])
        pool = pool.after(taken)
        waiting[index].append(float(pool.gas.sum()) / rules.block_gas)
    return _included(prices, waiting)


def fit(
    targets: Sequence[Target | Unknown], rules: ChainRules, seed: SeedPath, patience_ms: int, rounds: int
) -> Demand:
    """Return the demand whose included transactions look like `targets`, which follow each other at equal steps.

    Steps with equal targets share their parameters, and unknown ones lie between their neighbours. Every round runs
    the chain on its own random numbers.
    """
    starts_ms = [target.start_ms for target in targets]
    step_ms = starts_ms[1] - starts_ms[0]
    span_ms = (starts_ms[0], starts_ms[-1] + step_ms)
    seen = [place for place, target in enumerate(targets) if isinstance(target, Target)]
    wanted = [target for target in targets if isinstance(target, Target)]
    groups = _groups(wanted)
    steps = [_first_guess(target, rules, step_ms) for target in wanted]
    for number in range(rounds):
        demand = Demand(tuple(filled(dict(zip(seen, steps, strict=True)), starts_ms)), patience_ms)
        found = simulate(demand, rules, (*seed, number), span_ms, step_ms).at(seen)
        weight = 1 / (1 + number / 8)
        steps = _corrected(steps, wanted, found, groups, weight)
    everywhere = filled(dict(zip(seen, steps, strict=True)), starts_ms)
    return Demand(tuple(_rounded(step) for step in everywhere), patience_ms)


def _refreshed(pool: Pool, demand: Demand, rules: ChainRules, span_ms: tuple[int, int], seed: SeedPath) -> Pool:
    start_ms, end_ms = span_ms
    new = arrivals(demand, end_ms, end_ms - start_ms, generator(*seed))
    return merged(thinned(pool, end_ms), new, rules.pool_size)


def _included(prices: list[list[Wei]], waiting: list[list[float]]) -> Included:
    pooled = [np.concatenate(step) / GWEI if step else np.ones(1) for step in prices]
    return Included(
        mean=np.array([float(p.mean()) for p in pooled]),
        quantiles=np.array([np.percentile(p, QUANTILES) for p in pooled]),
        count=np.array([float(len(p)) for p in pooled]),
        waiting=np.array([float(np.mean(w)) if w else 0.0 for w in waiting]),
    )


def _groups(targets: Sequence[Target]) -> NDArray[np.int64]:
    """Return, for each target, the number of the first one that is equal but for its time."""
    first: dict[Target, int] = {}
    return np.array([first.setdefault(replace(target, start_ms=0), i) for i, target in enumerate(targets)])


def _first_guess(target: Target, rules: ChainRules, step_ms: int) -> DemandStep:
    room = FILL * rules.block_gas * step_ms / rules.interval_ms
    excess = overload(target.mean, target.calm_gwei)
    mean_gas = room * min(excess, 1.0) / target.count
    return DemandStep(
        start_ms=target.start_ms,
        rate_per_s=room * excess / mean_gas * 1000 / step_ms,
        level_gwei=target.p60,
        spread=0.3,
        gas_shares=gas_shares(mean_gas),
        premium=0.3,
        rush=1.0,
    )


def _corrected(
    steps: list[DemandStep], targets: Sequence[Target], found: Included, groups: NDArray[np.int64], weight: float
) -> list[DemandStep]:
    """Return the steps after a correction of size `weight` by what the chain did to them."""
    wanted = np.array([(t.p35, t.p60, t.p90) for t in targets])
    mean = np.array([t.mean for t in targets])
    low, middle, high = np.log(wanted / found.quantiles).T
    level = _shared(0.5 * middle + 0.5 * np.log(mean / found.mean), groups)
    spread = _shared(middle - low, groups)
    premium = _shared(high - middle, groups)
    rush = _shared(mean / wanted[:, 1] - found.mean / found.quantiles[:, 1], groups)
    return [
        replace(
            step,
            level_gwei=step.level_gwei * float(np.exp(weight * level[i])),
            spread=float(np.clip(step.spread + weight * spread[i], LEAST_SPREAD, MOST_SPREAD)),
            premium=float(np.clip(step.premium + weight * premium[i], 0.0, MOST_PREMIUM)),
            rush=float(np.clip(step.rush + weight * 50 * rush[i], 0.0, MOST_RUSH)),
        )
        for i, step in enumerate(steps)
    ]


def _shared(values: Floats, groups: NDArray[np.int64]) -> Floats:
    """Return the mean of each group's values in the place of each member."""
    total, size = np.bincount(groups, values), np.bincount(groups)
    return np.asarray(total[groups] / size[groups])


def _rounded(step: DemandStep) -> DemandStep:
    return replace(
        step,
        rate_per_s=round(step.rate_per_s, 3),
        level_gwei=float(f"{step.level_gwei:.5g}"),
        spread=round(step.spread, 4),
        premium=round(step.premium, 4),
        rush=round(step.rush, 3),
    )
