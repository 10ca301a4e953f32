"""Shape of the implied-volatility smile, and its fit to quotes.

The shape is the ratio of a strike's variance to the variance at the money, as a function of the standardised
log-moneyness `z = ln(K / F) / (atm * sqrt(T))`, in the five-parameter form known as SVI (Gatheral 2004):
`a + b * (rho * (z - m) + sqrt((z - m)**2 + s**2))`. The level is left to the scenario. The wings go on as straight
lines: holding them constant anywhere would leave a kink, and a kink is a butterfly below zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from venues.pricing.black76 import Floats

WIDEST: Final = 4.0
"""Standardised moneyness beyond which quotes are too coarse to be fitted."""

MOST_CURVED: Final = 5.0
"""Largest `s` of a fit: beyond it the form is a parabola in `z`, and far wings break the butterfly rule."""


@dataclass(frozen=True, slots=True)
class Smile:
    """Parameters of the shape."""

    a: float
    b: float
    rho: float
    m: float
    s: float

    def variance_ratio(self, z: Floats) -> Floats:
        """Return the variance of strikes at standardised moneyness `z`, relative to the one at the money."""
        shifted = z - self.m
        shape = self.a + self.b * (self.rho * shifted + np.sqrt(shifted**2 + self.s**2))
        return np.maximum(shape / self._at_the_money(), 1e-4)

    def vol(self, forward: float, strikes: Floats, years: Floats, atm_vol: Floats) -> Floats:
        """Return the implied volatility of each strike, given the volatility at the money."""
        deviation = np.maximum(atm_vol * np.sqrt(years), 1e-9)
        return np.asarray(atm_vol * np.sqrt(self.variance_ratio(np.log(strikes / forward) / deviation)))

    def _at_the_money(self) -> float:
        return self.a + self.b * (-self.rho * self.m + math.hypot(self.m, self.s))


FLAT: Final = Smile(1.0, 0.0, 0.0, 0.0, 1.0)
"""No smile: every strike has the volatility at the money."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Implied volatilities of one expiry, strikes rising."""

    forward: float
    years: float
    strikes: Floats
    vols: Floats

    @property
    def atm_vol(self) -> float:
        """Volatility at the forward, on the line between the two strikes around it."""
        return float(np.interp(0.0, np.log(self.strikes / self.forward), self.vols))

    def moneyness(self) -> Floats:
        """Return the standardised moneyness of each strike."""
        return np.asarray(np.log(self.strikes / self.forward) / (self.atm_vol * math.sqrt(self.years)))


def fit(slices: Sequence[Slice]) -> Smile:
    """Return the shape that all expiries share best: least squares in volatility, not in variance.

    The scale of `a` and `b` is free and chosen such that the shape is one at the money.
    """
    from scipy.optimize import least_squares

    z = np.concatenate([part.moneyness() for part in slices])
    atm = np.concatenate([np.full(len(part.vols), part.atm_vol) for part in slices])
    vols = np.concatenate([part.vols for part in slices])
    near = np.abs(z) <= WIDEST

    def misses(parameters: Floats) -> Floats:
        ratio = _shape(parameters).variance_ratio(z[near])
        return np.asarray(atm[near] * np.sqrt(ratio) - vols[near])

    bounds = ([0.0, -0.99, -3.0, 0.05], [5.0, 0.99, 3.0, MOST_CURVED])
    found = least_squares(misses, [0.5, 0.0, 0.0, 2.0], bounds=bounds, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return _shape(found.x)


def misfit(smile: Smile, part: Slice) -> Floats:
    """Return fitted less quoted volatility of an expiry, where the fit looks."""
    near = np.abs(part.moneyness()) <= WIDEST
    fitted = smile.vol(part.forward, part.strikes[near], np.asarray(part.years), np.asarray(part.atm_vol))
    return np.asarray(fitted - part.vols[near])


def butterfly(smile: Smile, z: Floats, total_variance: float) -> Floats:
    """Return what must not be below zero for the density at `z` to be one, with `total_variance` at the money.

    It is the function g of Gatheral and Jacquier ("Arbitrage-free SVI volatility surfaces", 2014), lemma 2.2, with
    the derivatives taken by `z` instead of by the log-moneyness.
    """
    root = np.sqrt((z - smile.m) ** 2 + smile.s**2)
    scale = smile.b / smile._at_the_money()  # noqa: SLF001  same module
    shape = smile.variance_ratio(z)
    first = scale * (smile.rho + (z - smile.m) / root)
    second = scale * smile.s**2 / root**3
    return np.asarray((1 - z * first / (2 * shape)) ** 2 - first**2 / 4 * (1 / shape + total_variance / 4) + second / 2)


def _shape(parameters: Floats) -> Smile:
    b, rho, m, s = (float(value) for value in parameters)
    return Smile(1 - b * (-rho * m + math.hypot(m, s)), b, rho, m, s)
