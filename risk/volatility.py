"""Volatility from prices: what has been, and the level that option makers ask for.

Realised volatility is an exponentially weighted mean of squared log returns. There was no public record of option
quotes for the day to be replayed, so the level at the money is an assumption: makers look at the last hours and at
the last day, ask a premium over both, and quote neither below a floor nor above a cap.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MS_PER_YEAR: Final = 365 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRules:
    """How makers turn realised volatility into the implied one they quote around."""

    fast_half_life_ms: int
    slow_half_life_ms: int
    fast_weight: float
    """Share of the fast variance; the rest is the slow one."""

    premium: float
    """Quoted over realised."""

    floor: float
    cap: float
    calm: float
    """Annual volatility taken to have prevailed before the first bar."""


ASSUMED_LEVEL: Final = LevelRules(
    fast_half_life_ms=3 * 3_600_000,
    slow_half_life_ms=48 * 3_600_000,
    fast_weight=0.4,
    premium=1.1,
    floor=0.6,
    cap=4.0,
    calm=0.6,
)
"""Assumed; chosen for a level of 60 to 80 % before the fall, and a cap that binds only in its worst hours."""

BRIDGE_HALF_LIFE_MS: Final = 30 * 60_000
"""Half-life with which `between` looks at the returns around a segment."""


def realised(prices: ArrayLike, step_ms: int, half_life_ms: int, start: float) -> Floats:
    """Return the annual volatility known at each bar, from the returns up to it.

    Args:
        prices: Bars at equal steps, any unit.
        step_ms: Time between bars.
        half_life_ms: Age at which a return counts half.
        start: Annual volatility before the first return.
    """
    squares = np.diff(np.log(np.asarray(prices, float))) ** 2 * (MS_PER_YEAR / step_ms)
    return np.sqrt(_smoothed(np.concatenate([[start**2], squares]), 0.5 ** (step_ms / half_life_ms)))


def level(prices: ArrayLike, step_ms: int, rules: LevelRules) -> Floats:
    """Return the implied volatility at the money at each bar: a premium over a fast and a slow realised one."""
    fast = realised(prices, step_ms, rules.fast_half_life_ms, rules.calm)
    slow = realised(prices, step_ms, rules.slow_half_life_ms, rules.calm)
    blend = np.sqrt(rules.fast_weight * fast**2 + (1 - rules.fast_weight) * slow**2)
    return np.asarray(np.clip(rules.premium * blend, rules.floor, rules.cap))


def between(prices: ArrayLike, step_ms: int, half_life_ms: int = BRIDGE_HALF_LIFE_MS, scale: float = 1.0) -> Floats:
    """Return, for each segment between two bars, the annual volatility of the path inside it.

    Nobody trades on it, so it looks both ways: the root mean of the variance known after the segment and of the one
    that the reversed path knows, times `scale`.
    """
    squares = np.diff(np.log(np.asarray(prices, float))) ** 2 * (MS_PER_YEAR / step_ms)
    decay = 0.5 ** (step_ms / half_life_ms)
    both = (_smoothed(squares, decay) + _smoothed(squares[::-1], decay)[::-1]) / 2
    return np.asarray(scale * np.sqrt(both))


def _smoothed(values: Floats, decay: float) -> Floats:
    """Return exponentially weighted means, the first value standing for all before it."""
    out = np.empty(len(values))
    mean = float(values[0])
    for i, value in enumerate(values.tolist()):
        mean = decay * mean + (1 - decay) * value
        out[i] = mean
    return out
