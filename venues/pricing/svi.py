"""A surface of implied volatility without static arbitrage: one raw SVI slice for each expiry, joined in prices.

A slice gives the total variance (volatility squared times years) of a log-moneyness `k = ln(K / F)` in the raw form
of [Gatheral and Jacquier], `w(k) = a + b * (rho * (k - m) + sqrt((k - m)**2 + sigma**2))`. No butterfly has a negative
price where Durrleman's function `g` is not below zero and the wings are flatter than two; no calendar spread has one
where total variance rises from slice to slice at each `k`.

The surface is read by `theta`, the total variance at the money, and not by time, so that a scenario may give it any
level of volatility, and the same rules hold: more `theta` is a longer life.
Between two slices the *prices* of one `k` are mixed, over the forward; a mixture of convex prices is convex, and it
lies between those it is made of. Before the first slice the total variance shrinks in proportion, and after the last it
grows by a constant.

[Gatheral and Jacquier]: "Arbitrage-free SVI volatility surfaces", 2014 (lemmas 2.1, 2.2 and 5.1)
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from venues.pricing.black76 import Floats
from venues.pricing.implied import deviation_of, log_time_value

STEEPEST: Final = 2.0
"""Slope of total variance in `k` that no wing may reach (Lee's moment formula)."""

LEAST_THETA: Final = 1e-12
"""Total variance at the money below which an option is not told apart from one that expires now."""

_FLATTEST: Final = 1e-14
"""Least total variance of a strike that prices are mixed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSvi:
    """One expiry: the five parameters of the raw form, in total variance over log-moneyness."""

    a: float
    b: float
    rho: float
    m: float
    sigma: float

    @property
    def theta(self) -> float:
        """Total variance at the money."""
        return self.a + self.b * (math.hypot(self.m, self.sigma) - self.rho * self.m)

    @property
    def slopes(self) -> tuple[float, float]:
        """Slope of total variance far down and far up, both counted outwards."""
        return self.b * (1 - self.rho), self.b * (1 + self.rho)

    def total_variance(self, k: ArrayLike) -> Floats:
        """Return the total variance at log-moneyness `k`."""
        shifted = np.asarray(k, float) - self.m
        return np.asarray(self.a + self.b * (self.rho * shifted + np.sqrt(shifted**2 + self.sigma**2)))

    def durrleman(self, k: ArrayLike) -> Floats:
        """Return `g(k)`: the density of the price over that of the normal with the variance of the strike."""
        k = np.asarray(k, float)
        shifted = k - self.m
        root = np.sqrt(shifted**2 + self.sigma**2)
        total = self.total_variance(k)
        first = self.b * (self.rho + shifted / root)
        second = self.b * self.sigma**2 / root**3
        return np.asarray((1 - k * first / (2 * total)) ** 2 - first**2 / 4 * (1 / total + 0.25) + second / 2)


@dataclass(frozen=True, slots=True)
class Surface:
    """Slices with rising total variance."""

    slices: tuple[RawSvi, ...]

    def __post_init__(self) -> None:
        thetas = [part.theta for part in self.slices]
        if not thetas or thetas[0] <= LEAST_THETA or any(a >= b for a, b in pairwise(thetas)):
            raise ValueError(f"total variances at the money must be above zero and rise from slice to slice: {thetas}")

    def total_variance(self, k: ArrayLike, theta: ArrayLike) -> Floats:
        """Return the total variance at log-moneyness `k` where that at the money is `theta`; arguments broadcast."""
        k, theta = np.broadcast_arrays(np.asarray(k, float), np.maximum(theta, LEAST_THETA))
        thetas = np.array([part.theta for part in self.slices])
        after = np.searchsorted(thetas, theta, side="right")
        found = np.array(self.slices[0].total_variance(k) * theta / thetas[0])
        for i in range(1, len(thetas)):
            here = after == i
            found[here] = _between(self.slices[i - 1], self.slices[i], k[here], theta[here])
        beyond = after == len(thetas)
        found[beyond] = self.slices[-1].total_variance(k[beyond]) + theta[beyond] - thetas[-1]
        return found

    def vol(self, forward: float, strikes: Floats, years: Floats, atm_vol: Floats) -> Floats:
        """Return the implied volatility of each strike, given the volatility at the money."""
        theta = np.maximum(atm_vol**2 * years, LEAST_THETA)
        return np.asarray(atm_vol * np.sqrt(self.total_variance(np.log(strikes / forward), theta) / theta))


def _between(short: RawSvi, long: RawSvi, k: Floats, theta: Floats) -> Floats:
    """Return the total variance of mixed prices, with the weight that gives `theta` at the money."""
    zero = np.zeros_like(theta)
    near, far, wanted = (_value(zero, total) for total in (short.theta + zero, long.theta + zero, theta))
    weight = np.clip((wanted - near) / (far - near), 0.0, 1.0)
    x = -np.abs(k)
    with np.errstate(divide="ignore"):
        # In logarithms, because far from the money the prices themselves are below the smallest number.
        logs = np.log1p(-weight), np.log(weight)
    value = np.logaddexp(
        *(log + _log_value(x, part.total_variance(k)) for log, part in zip(logs, (short, long), strict=True))
    )
    return np.asarray(deviation_of(value, x) ** 2)


def _log_value(x: Floats, total: Floats) -> Floats:
    return log_time_value(x, np.sqrt(np.maximum(total, _FLATTEST)))[0]


def _value(x: Floats, total: Floats) -> Floats:
    return np.asarray(np.exp(_log_value(x, total)))
