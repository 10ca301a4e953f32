"""Price and Greeks of many European options at once: Black-76 with zero rate, as in `black76`, in one pass.

The pass goes through the options in blocks that fit the processor's cache, each step of the formula written into memory
that is there already: most of what numpy would spend otherwise goes to memory, not to arithmetic.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from venues.pricing.black76 import Floats

BLOCK: Final = 4096
"""Options in a block: some twenty arrays of them stay in a second-level cache."""

_DENSITY: Final = 1 / np.sqrt(2 * np.pi)


class Greeks(NamedTuple):
    """Price and its derivatives, an array each, in the units of the forward."""

    price: Floats
    delta: Floats
    """By the forward."""

    gamma: Floats
    """By the forward, twice."""

    vega: Floats
    """By the volatility, for a change of one, not of one percent."""

    theta: Floats
    """By time as it passes, for a year: what the option gains, which is never above zero."""


def greeks(forward: ArrayLike, strike: ArrayLike, vol: ArrayLike, years: ArrayLike, call: ArrayLike) -> Greeks:
    """Return price, delta, gamma, vega and theta; all arguments broadcast.

    Where volatility or time is zero the price is the intrinsic value, delta its slope (half of it at the strike), and
    the other three are zero.

    Args:
        forward: Forward price, above zero.
        strike: Strike, above zero.
        vol: Annual volatility.
        years: Time to expiry in years.
        call: True for calls.
    """
    sign = np.where(np.asarray(call, bool), 1.0, -1.0)
    inputs = np.broadcast_arrays(*(np.asarray(x, float) for x in (forward, strike, vol, years)), sign)
    shape = inputs[0].shape
    flat = [np.ascontiguousarray(x).reshape(-1) for x in inputs]
    out = np.empty((5, flat[0].size))
    for start in range(0, flat[0].size, BLOCK):
        _fill(out[:, start : start + BLOCK], *(x[start : start + BLOCK] for x in flat))
    return Greeks(*(row.reshape(shape) for row in out))


def _fill(out: NDArray[np.float64], *inputs: Floats) -> None:
    """Write price and Greeks of one block: forward, strike, volatility, years, and 1 for calls, -1 for puts."""
    forward, strike, vol, years, sign = inputs
    price, delta, gamma, vega, theta = out
    root = np.sqrt(np.maximum(years, 0.0))
    deviation = vol * root
    flat = ~(deviation > 0)
    has_flat = bool(flat.any())
    if has_flat:
        deviation[flat] = 1.0
    d1 = np.log(forward / strike)
    d1 /= deviation
    d1 += 0.5 * deviation
    np.multiply(d1, d1, out=gamma)
    gamma *= -0.5
    np.exp(gamma, out=gamma)
    gamma *= _DENSITY
    np.multiply(forward, gamma, out=vega)
    np.multiply(vega, root, out=vega)
    gamma /= forward
    gamma /= deviation
    d1 *= sign
    ndtr(d1, out=delta)
    d1 -= sign * deviation
    ndtr(d1, out=price)
    price *= strike
    np.subtract(forward * delta, price, out=price)
    price *= sign
    delta *= sign
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(vega * vol, years, out=theta)
    theta *= -0.5
    np.maximum(price, np.maximum(sign * (forward - strike), 0.0), out=price)
    if has_flat:
        _fill_flat(out, flat, sign * (forward - strike), sign)


def _fill_flat(out: NDArray[np.float64], flat: NDArray[np.bool_], inside: Floats, sign: Floats) -> None:
    """Write the values where nothing is left to happen."""
    out[0][flat] = np.maximum(inside[flat], 0.0)
    out[1][flat] = (sign * np.heaviside(inside, 0.5))[flat]
    out[2:, flat] = 0.0
