"""Fit of an SVI surface to quotes such that no butterfly and no calendar spread pays for nothing.

Least squares of the volatility, each miss over the width of the quote, of all expiries together, under the rules of
`svi` on a grid of log-moneyness. Together, because two expiries that cross where one of them has no quotes must share
what that costs. The shape is sought over the standardised log-moneyness, where all expiries look alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from venues.pricing.black76 import Floats
from venues.pricing.smile import Slice
from venues.pricing.svi import STEEPEST, RawSvi, Surface

REACH: Final = 12.0
"""The even part of the grid goes out to this many standard deviations of the expiry."""

POINTS: Final = 97
"""Points of the even part."""

BEYOND: Final = (1.3, 1.7, 2.2, 3.0, 5.0)
"""Points of the grid on each side beyond the even part, over its reach: slices may yet cross in straight wings."""

LEAST_DENSITY: Final = 2e-3
"""Margin of `durrleman` on the grid, so that it is not below zero between its points."""

LEAST_RISE: Final = 1e-3
"""Margin by which total variance rises from expiry to expiry, as a share of that at the money."""

LEAST_WIDTH: Final = 0.001
"""Width of a quote, in volatility, below which it does not count for more."""

ITERATIONS: Final = 400

_SIZE: Final = 5
"""Parameters of a slice."""

_STARTS: Final = ((0.5, 0.5, 0.0, 0.0, 1.0), (0.8, 0.2, 0.0, 0.0, 1.0), (0.0, 0.5, 0.0, 0.0, 2.0))
"""Mild smiles, the same for every expiry: such slices do not cross. Each is tried where those before lead nowhere."""

_BOUNDS: Final = ((-8.0, 1.0), (1e-4, 20.0), (-0.999, 0.999), (-4.0, 4.0), (0.1, 8.0))

_STEP: Final = 1e-7
"""Of finite differences."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One expiry: volatilities of the marks, and those of bid and ask."""

    slice: Slice
    bids: Floats
    asks: Floats

    @property
    def widths(self) -> Floats:
        """Width of each quote in volatility."""
        return self.asks - self.bids


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """How well a slice meets the quotes it was fitted to; volatilities in points (percent)."""

    quotes: int
    rms: float
    most: float
    width: float
    """Median width of the quotes."""

    inside: float
    """Share of the quotes that have the fitted volatility between bid and ask."""

    least_density: float
    """Least of `durrleman` on a grid ten times as fine as that of the fit."""

    least_rise: float
    """Least rise of total variance from the expiry before on that grid, as a share of that at the money."""


def fit(quoted: Sequence[Quoted]) -> Surface:
    """Return the surface of some expiries.

    Raises:
        ValueError: if the search ends at slices that break the rules.
    """
    from scipy.optimize import minimize

    problem = _Problem(tuple(sorted(quoted, key=lambda part: part.slice.years)))
    for start in _STARTS:
        found = minimize(
            problem.loss,
            np.tile(start, len(quoted)),
            jac=problem.gradient,
            method="SLSQP",
            bounds=_BOUNDS * len(quoted),
            constraints={"type": "ineq", "fun": problem.margins, "jac": problem.margin_slopes},
            options={"maxiter": ITERATIONS, "ftol": 1e-7},
        )
        if problem.margins(found.x).min() > -LEAST_RISE / 2:
            return Surface(tuple(problem.slices(found.x)))
    raise ValueError(f"no slices without arbitrage were found: {found.message}")


def misfit(part: Quoted, fitted: RawSvi, before: RawSvi | None) -> Misfit:
    """Return how well a slice meets its quotes and the rules."""
    at = part.slice
    vols = np.sqrt(fitted.total_variance(np.log(at.strikes / at.forward)) / at.years)
    miss, grid = 100 * (vols - at.vols), _grid(math.sqrt(fitted.theta), 10 * (POINTS - 1) + 1)
    rise = fitted.total_variance(grid) - (before.total_variance(grid) if before else 0.0)
    return Misfit(
        quotes=len(miss),
        rms=float(np.sqrt(np.mean(miss**2))),
        most=float(np.abs(miss).max()),
        width=float(100 * np.median(part.widths)),
        inside=float(np.mean((vols >= part.bids) & (vols <= part.asks))),
        least_density=float(fitted.durrleman(grid).min()),
        least_rise=float(rise.min() / fitted.theta),
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is minimised, and under what rules; a point is the shapes of all expiries, one after the other."""

    parts: tuple[Quoted, ...]

    def slices(self, point: Floats) -> list[RawSvi]:
        return [self._slice(i, point[_SIZE * i : _SIZE * (i + 1)]) for i in range(len(self.parts))]

    def loss(self, point: Floats) -> float:
        return sum(self._loss(i, shape) for i, shape in enumerate(self.slices(point)))

    def gradient(self, point: Floats) -> Floats:
        losses = [self._loss(i, shape) for i, shape in enumerate(self.slices(point))]
        moved = self._moved(point)
        return np.array([(self._loss(i, shape) - losses[i]) / _STEP for i, shape in moved])

    def margins(self, point: Floats) -> Floats:
        """Return what must not be below zero: by expiry, then by pair of neighbours."""
        shapes = self.slices(point)
        own = [self._own(i, shape) for i, shape in enumerate(shapes)]
        return np.concatenate(own + [self._rise(i, *shapes[i - 1 : i + 1]) for i in range(1, len(shapes))])

    def margin_slopes(self, point: Floats) -> Floats:
        """Return the derivatives of `margins`; a shape moves its own rows and those of its two pairs only."""
        shapes, before = self.slices(point), self.margins(point)
        grid, count = POINTS + 2 * len(BEYOND), len(shapes)
        own, rise = grid + 3, grid + 2
        slopes = np.zeros((len(before), len(point)))
        for column, (i, shape) in enumerate(self._moved(point)):
            after = {own * i: self._own(i, shape)}
            if i > 0:
                after[own * count + rise * (i - 1)] = self._rise(i, shapes[i - 1], shape)
            if i < count - 1:
                after[own * count + rise * i] = self._rise(i + 1, shape, shapes[i + 1])
            for row, values in after.items():
                rows = slice(row, row + len(values))
                slopes[rows, column] = (values - before[rows]) / _STEP
        return slopes

    def _moved(self, point: Floats) -> list[tuple[int, RawSvi]]:
        """Return the slice that each parameter belongs to, with that parameter a step away."""
        moved = []
        for column in range(len(point)):
            i, at = divmod(column, _SIZE)
            shape = point[_SIZE * i : _SIZE * (i + 1)].copy()
            shape[at] += _STEP
            moved.append((i, self._slice(i, shape)))
        return moved

    def _slice(self, i: int, shape: Floats) -> RawSvi:
        a, b, rho, m, s = (float(value) for value in shape)
        deviation = self._deviation(i)
        return RawSvi(a=a * deviation**2, b=b * deviation, rho=rho, m=m * deviation, sigma=s * deviation)

    def _deviation(self, i: int) -> float:
        return self.parts[i].slice.atm_vol * math.sqrt(self.parts[i].slice.years)

    def _loss(self, i: int, fitted: RawSvi) -> float:
        part, at = self.parts[i], self.parts[i].slice
        total = np.maximum(fitted.total_variance(np.log(at.strikes / at.forward)), 1e-12)
        return float(np.sum(((np.sqrt(total / at.years) - at.vols) / np.maximum(part.widths, LEAST_WIDTH)) ** 2))

    def _own(self, i: int, fitted: RawSvi) -> Floats:
        grid = _grid(self._deviation(i), POINTS)
        least = fitted.total_variance(grid).min() / self._deviation(i) ** 2 - LEAST_RISE
        steep = STEEPEST - LEAST_DENSITY - np.array(fitted.slopes)
        return np.concatenate([fitted.durrleman(grid) - LEAST_DENSITY, [least], steep])

    def _rise(self, i: int, before: RawSvi, after: RawSvi) -> Floats:
        grid, deviation = _grid(self._deviation(i), POINTS), self._deviation(i)
        rise = (after.total_variance(grid) - before.total_variance(grid)) / deviation**2
        return np.concatenate([rise - LEAST_RISE, np.subtract(after.slopes, before.slopes) / deviation])


def _grid(deviation: float, points: int) -> Floats:
    far = REACH * deviation * np.array(BEYOND)
    return np.concatenate([-far[::-1], np.linspace(-REACH * deviation, REACH * deviation, points), far])
