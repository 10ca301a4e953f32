"""Price and Greeks of many European options at once: Black-76 with zero rate, as in `black76`, in one compiled pass."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from venues.pricing.black76 import Floats


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
    the other three are zero. Where a price is not a number, nothing is.

    Args:
        forward: Forward price, above zero.
        strike: Strike, above zero.
        vol: Annual volatility.
        years: Time to expiry in years.
        call: True for calls.
    """
    # Here, not above: the compiler is slow to load, and most who know of Greeks never ask for many.
    from venues.pricing.greeks_kernel import fill

    rows = [*(np.asarray(x, float) for x in (forward, strike, vol, years)), np.asarray(call, bool)]
    shape = np.broadcast_shapes(*(row.shape for row in rows))
    flat = [_whole(row, shape) for row in rows]
    out = np.empty((5, flat[0].size))
    fill(out, *flat)
    still = ~((flat[2] > 0) & (flat[3] > 0))
    if still.any():
        _fill_still(out, still, flat)
    out[1:, np.isnan(out[0])] = np.nan
    return Greeks(*(row.reshape(shape) for row in out))


def _whole(row: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array of a shape in one line, as the one kind of array that the pass is compiled for."""
    whole = row if row.shape == shape and row.flags.carray else np.array(np.broadcast_to(row, shape))
    return whole.reshape(-1)


def _fill_still(out: Floats, still: NDArray[np.bool_], flat: Sequence[NDArray[Any]]) -> None:
    """Write the values where nothing is left to happen."""
    forward, strike, _, _, call = (row[still] for row in flat)
    sign = np.where(call, 1.0, -1.0)
    inside = sign * (forward - strike)
    out[0, still] = np.maximum(inside, 0.0)
    out[1, still] = sign * np.heaviside(inside, 0.5)
    out[2:, still] = 0.0
