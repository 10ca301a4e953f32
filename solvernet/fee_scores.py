"""How well a simulated chain foretells fees and counts that it was not fitted to.

Prices and counts are compared as logarithms. Ten-minute steps of one hour share their fate, so that wherever chance
is judged, whole hours are what is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, rankdata

from venues.seeds import generator

Floats = NDArray[np.float64]

STATISTICS: Final = ("mean", "p35", "p60", "p90", "count")
"""What is compared in each ten minutes: prices of included transactions in gwei, and how many there were."""

STEPS_PER_HOUR: Final = 6

BAND: Final = (0.05, 0.95)
PERMUTATIONS: Final = 2000

MOST_CHANCE: Final = 0.001
LEAST_SKILL: Final = 0.5
"""Closer by half to what happened than the distribution of the fitted hours."""

COVERAGE_LEVEL: Final = 0.01
"""Chance at which a band that covers what it claims is called too narrow."""

EXTREME_STEPS: Final = 12
"""Calmest and dearest hidden steps that are set against each other: two hours of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """The hidden steps: what was observed, what each run of the chain included, and what the fitted hours showed."""

    observed: Floats
    """By step, by statistic."""

    runs: Floats
    """By run, by step, by statistic."""

    elsewhere: Floats
    """Observed in the fitted hours; by step, by statistic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How good a forecast is; one number for each of `STATISTICS`."""

    error: tuple[float, ...]
    """Median absolute logarithm of the median run over the observed value."""

    rank: tuple[float, ...]
    """Rank correlation of the median run with the observed values."""

    chance: tuple[float, ...]
    """Share of random orders of the hours with at least that rank correlation."""

    skill: tuple[float, ...]
    """One less the continuous ranked probability score over that of the distribution of the fitted hours."""

    coverage: tuple[float, ...]
    """Share of observed values inside the middle nine tenths of the runs."""

    width: tuple[float, ...]
    """Median width of that band, as a logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """The dearest steps over the calmest ones: observed, and 2.5 %, median and 97.5 % of the runs, each by its own."""

    fees: float
    fees_simulated: tuple[float, float, float]
    count: float

    count_simulated: tuple[float, float, float]
    elasticity: float
    """Slope of the logarithm of the count over that of the mean fee, over all hidden steps."""

    elasticity_simulated: tuple[float, float, float]


def scores(hidden: Hidden) -> Scores:
    """Return how well the runs foretell what was observed."""
    seen, runs = np.log(hidden.observed), np.log(hidden.runs)
    middle, (low, high) = np.median(runs, axis=0), np.quantile(runs, BAND, axis=0)
    rank = _rank_correlation(seen, middle)
    climate = np.log(hidden.elsewhere)[:, None, :].repeat(len(seen), axis=1)
    return Scores(
        error=_row(np.median(np.abs(middle - seen), axis=0)),
        rank=_row(rank),
        chance=_row(_chance(seen, middle, rank)),
        skill=_row(1 - ranked_score(seen, runs) / ranked_score(seen, climate)),
        coverage=_row(((low <= seen) & (seen <= high)).mean(axis=0)),
        width=_row(np.median(high - low, axis=0)),
    )


def fall(hidden: Hidden) -> Fall:
    """Return how fees and counts of the dearest hidden steps stand to those of the calmest."""
    every = [hidden.observed, *hidden.runs]
    ordered = [run[np.argsort(run[:, 0], kind="stable")] for run in every]
    ratios = np.array([run[-EXTREME_STEPS:].mean(axis=0) / run[:EXTREME_STEPS].mean(axis=0) for run in ordered])
    slopes = np.array([np.polyfit(np.log(run[:, 0]), np.log(run[:, -1]), 1)[0] for run in every])
    return Fall(
        fees=round(float(ratios[0, 0]), 3),
        fees_simulated=_range(ratios[1:, 0]),
        count=round(float(ratios[0, -1]), 3),
        count_simulated=_range(ratios[1:, -1]),
        elasticity=round(float(slopes[0]), 3),
        elasticity_simulated=_range(slopes[1:]),
    )


def failings(score: Scores, hours: int) -> tuple[str, ...]:
    """Return in what a forecast of some hours fails; nothing if it holds.

    Every price must be foretold better than chance and than the distribution of the fitted hours, and the band must
    hold as much of each statistic as one does that covers nine tenths of independent hours, but for bad luck.
    """
    least = float(binom.ppf(COVERAGE_LEVEL, hours, BAND[1] - BAND[0])) / hours
    count = len(STATISTICS) - 1
    checks = {
        "rank": [chance <= MOST_CHANCE for chance in score.chance[:count]],
        "skill": [skill >= LEAST_SKILL for skill in score.skill[:count]],
        "coverage": [share >= least for share in score.coverage],
    }
    return tuple(
        f"{what} of {name}"
        for what, held in checks.items()
        for name, ok in zip(STATISTICS, held, strict=False)
        if not ok
    )


def fall_failings(found: Fall) -> tuple[str, ...]:
    """Return which observed ratio lies outside the middle 95 % of the runs."""
    ranges = {
        "rise of fees": (found.fees, found.fees_simulated),
        "fall of the count": (found.count, found.count_simulated),
        "elasticity of the count": (found.elasticity, found.elasticity_simulated),
    }
    return tuple(what for what, (value, (low, _, high)) in ranges.items() if not low <= value <= high)


def ranked_score(seen: Floats, runs: Floats) -> Floats:
    """Return the mean continuous ranked probability score of each statistic; less is better, zero is perfect."""
    off = np.asarray(np.abs(runs - seen).mean(axis=(0, 1)), float)
    apart = np.array([np.abs(runs[:, None, :, k] - runs[None, :, :, k]).mean() for k in range(runs.shape[2])])
    return np.asarray(off - apart / 2, float)


def between_observations(seen: Floats, fitted: Sequence[int], hidden: Sequence[int]) -> Floats:
    """Return the hidden rows guessed without a chain: straight lines in logarithms between the fitted ones."""
    columns = [np.interp(hidden, fitted, column[list(fitted)]) for column in np.log(seen).T]
    return np.asarray(np.exp(np.column_stack(columns)), float)


def mean_error(observed: Floats, forecast: Floats) -> tuple[float, ...]:
    """Return the mean absolute logarithm of forecast over observed values; a forecast may be one run or many."""
    off = np.abs(np.log(forecast / observed))
    return _row(off.reshape(-1, off.shape[-1]).mean(axis=0))


def _rank_correlation(one: Floats, other: Floats) -> Floats:
    first, second = (np.asarray(rankdata(values, axis=0), float) - (len(values) + 1) / 2 for values in (one, other))
    return np.asarray((first * second).sum(0) / np.sqrt((first**2).sum(0) * (second**2).sum(0)), float)


def _chance(seen: Floats, middle: Floats, rank: Floats) -> Floats:
    """Return how often hours in random order correlate as well; never below one in all orders tried."""
    rng = generator("fee scores", "orders")
    hours = seen.reshape(-1, STEPS_PER_HOUR, seen.shape[1])
    mixed = (rng.permutation(hours).reshape(seen.shape) for _ in range(PERMUTATIONS))
    as_good = np.array([_rank_correlation(order, middle) >= rank for order in mixed]).sum(axis=0)
    return np.asarray((as_good + 1) / (PERMUTATIONS + 1), float)


def _range(values: Floats) -> tuple[float, float, float]:
    low, middle, high = (round(float(value), 3) for value in np.quantile(values, (0.025, 0.5, 0.975)))
    return low, middle, high


def _row(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
