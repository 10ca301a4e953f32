"""Implied volatility: the volatility at which Black-76 gives a price.

The equation is solved for the logarithm of the time value, scaled by the root of forward times strike, in the total
deviation `vol * sqrt(years)`. In this form, due to Jäckel ("Let's be rational", 2015), it neither underflows far from
the money nor cancels, and Newton's method kept inside a bracket converges everywhere.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx

from venues.pricing.black76 import Floats

MOST_DEVIATION: Final = 24.0
"""Total deviations beyond this are not told apart."""

ITERATIONS: Final = 80
TOLERANCE: Final = 1e-8
"""Newton's step, over the deviation, after which the error is the square of it."""

_SQRT_HALF: Final = np.sqrt(0.5)
_SQRT_TAU: Final = np.sqrt(2 * np.pi)


def implied_vol(price: ArrayLike, forward: ArrayLike, strike: ArrayLike, years: ArrayLike, call: ArrayLike) -> Floats:
    """Return annual implied volatilities; all arguments broadcast.

    Zero where the price is the intrinsic value; not a number where no volatility gives the price: below the intrinsic
    value, at or above the forward (a call) or the strike (a put), or without time to expiry.
    """
    price, forward, strike, years, call = np.broadcast_arrays(price, forward, strike, years, call)
    x = np.log(forward / strike)
    intrinsic = np.maximum(np.where(call, forward - strike, strike - forward), 0.0)
    value = (price - intrinsic) / np.sqrt(forward * strike)
    x = -np.abs(x)
    solvable = (value > 0) & (value < np.exp(x / 2)) & (years > 0)
    deviation = np.full(x.shape, np.nan)
    deviation[(value == 0) & (years > 0)] = 0.0
    deviation[solvable] = deviation_of(np.log(value[solvable]), x[solvable])
    return np.asarray(deviation / np.sqrt(np.where(years > 0, years, 1.0)))


def deviation_of(target: Floats, x: Floats) -> Floats:
    """Return the total deviation at which the logarithm of the scaled value is `target`; `x` as in `log_time_value`."""
    found = np.clip(np.sqrt(2 * np.abs(x)), 1e-3, 10.0)
    low, high = np.zeros_like(x), np.full_like(x, MOST_DEVIATION)
    left, guess = np.arange(x.size), found.copy()
    for _ in range(ITERATIONS):
        value, slope = log_time_value(x, guess)
        miss = value - target
        low, high = np.where(miss < 0, guess, low), np.where(miss < 0, high, guess)
        step = guess - miss / slope
        # So small a step is as good as the numbers get, and rounding may put it outside the bracket.
        open_ = np.abs(step - guess) > TOLERANCE * guess
        following = np.where(((step > low) & (step < high)) | ~open_, step, (low + high) / 2)
        found[left] = following
        if not open_.any():
            break
        left, x, target, low, high, guess = (each[open_] for each in (left, x, target, low, high, following))
    return np.asarray(found)


def log_time_value(x: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Return the logarithm of the scaled time value at total deviation `s`, and its derivative by `s`.

    Args:
        x: Logarithm of forward over strike, or of strike over forward: whichever is not above zero.
        s: Total deviation, above zero.
    """
    h, t = x / s, s / 2
    difference = erfcx(-(h + t) * _SQRT_HALF) - erfcx(-(h - t) * _SQRT_HALF)
    difference = np.maximum(difference, 1e-300)
    return -(h * h + t * t) / 2 + np.log(difference / 2), 2 / (_SQRT_TAU * difference)
