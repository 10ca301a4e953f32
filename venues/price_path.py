"""The true price of ether through time: observed bars, joined by seeded Brownian bridges.

A segment's bridge depends on the seed and the segment alone, so a price does not depend on what was asked before.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from venues.seeds import SeedPath, generator

POINTS: Final = 30
"""Points of the bridge between two bars."""

TICK: Final = 10_000
"""Prices are rounded to this many units of 1e-8 dollars: a hundredth of a cent."""

MS_PER_YEAR: Final = 31_536_000_000


class PricePath:
    """Prices at equal intervals and the volatility between them."""

    def __init__(
        self, *, start_ms: int, step_ms: int, bars: Sequence[int], vols: Sequence[float], seed: SeedPath
    ) -> None:
        """Take the bars in dollars times `PRICE_UNIT` and, for each segment between two, its annual volatility.

        The path passes through each bar, rounded down to the tick.
        """
        if len(vols) != len(bars) - 1:
            raise ValueError(f"{len(bars)} bars need {len(bars) - 1} volatilities, not {len(vols)}")
        self.start_ms = start_ms
        self.step_ms = step_ms
        self._bars = tuple(bar // TICK * TICK for bar in bars)
        self._vols = tuple(vols)
        self._seed = seed
        self._bridges: dict[int, tuple[int, ...]] = {}

    @property
    def end_ms(self) -> int:
        """Last instant at which the path is known."""
        return self.start_ms + self.step_ms * (len(self._bars) - 1)

    def at(self, time_ms: int) -> int:
        """Return the price at an instant, in dollars times `PRICE_UNIT`; constant beyond either end."""
        index, offset = divmod(time_ms - self.start_ms, self.step_ms)
        if index < 0:
            return self._bars[0]
        if index >= len(self._vols):
            return self._bars[-1]
        points = self._bridge(index)
        position, rest = divmod(offset * POINTS, self.step_ms)
        low, high = points[position], points[position + 1]
        price = low + (high - low) * rest // self.step_ms
        return price // TICK * TICK

    def _bridge(self, index: int) -> tuple[int, ...]:
        """Return the points of one segment, both bars included."""
        if index not in self._bridges:
            start, end = self._bars[index], self._bars[index + 1]
            deviation = self._vols[index] * math.sqrt(self.step_ms / MS_PER_YEAR / POINTS)
            steps = generator(*self._seed, index).standard_normal(POINTS)
            walk = np.concatenate([[0.0], np.cumsum(steps)]) * deviation
            share = np.arange(POINTS + 1) / POINTS
            logs = math.log(start) + share * math.log(end / start) + walk - share * walk[-1]
            inner = (round(value / TICK) * TICK for value in np.exp(logs[1:-1]))
            self._bridges[index] = (start, *inner, end)
        return self._bridges[index]
