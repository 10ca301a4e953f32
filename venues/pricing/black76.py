"""Black-76 with zero rate: the price of a European option on a forward.

The vectorised functions propose (quotes, routing); `option_price` settles (whole numbers, the same everywhere).
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from intents.assets import PRICE_UNIT
from intents.options import OptionSeries
from venues.pricing import fixed_point as fp

SECONDS_PER_YEAR: Final = 31_536_000
"""Year of 365 days, as Derive and Lyra count it."""

MS_PER_YEAR: Final = SECONDS_PER_YEAR * 1000

_SCALE: Final = fp.ONE // PRICE_UNIT

Floats = NDArray[np.float64]


def price(forward: ArrayLike, strike: ArrayLike, vol: ArrayLike, years: ArrayLike, call: ArrayLike) -> Floats:
    """Return Black-76 prices in units of `forward`; all arguments broadcast.

    Args:
        forward: Forward price, above zero.
        strike: Strike, above zero.
        vol: Annual volatility.
        years: Time to expiry in years. Where volatility or time is zero the price is the intrinsic value.
        call: True for calls.
    """
    forward, strike, call = np.asarray(forward, float), np.asarray(strike, float), np.asarray(call, bool)
    deviation = np.asarray(vol, float) * np.sqrt(np.maximum(years, 0.0))
    safe = np.where(deviation > 0, deviation, 1.0)
    d1 = np.log(forward / strike) / safe + safe / 2
    sign = np.where(call, 1.0, -1.0)
    timed = sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - safe)))
    intrinsic = np.maximum(sign * (forward - strike), 0.0)
    return np.asarray(np.where(deviation > 0, np.maximum(timed, intrinsic), intrinsic))


def delta(forward: ArrayLike, strike: ArrayLike, vol: ArrayLike, years: ArrayLike, call: ArrayLike) -> Floats:
    """Return the derivative of `price` by the forward."""
    deviation = np.maximum(np.asarray(vol, float) * np.sqrt(np.maximum(years, 0.0)), 1e-12)
    d1 = np.log(np.asarray(forward, float) / strike) / deviation + deviation / 2
    return np.asarray(ndtr(d1) - np.where(np.asarray(call, bool), 0.0, 1.0))


def vega(forward: ArrayLike, strike: ArrayLike, vol: ArrayLike, years: ArrayLike) -> Floats:
    """Return the derivative of `price` by the volatility (for a change of one, not of one percent)."""
    root = np.sqrt(np.maximum(years, 0.0))
    deviation = np.maximum(np.asarray(vol, float) * root, 1e-12)
    d1 = np.log(np.asarray(forward, float) / strike) / deviation + deviation / 2
    return np.asarray(forward * np.exp(-d1 * d1 / 2) / np.sqrt(2 * np.pi) * root)


@lru_cache(maxsize=65536)
def option_price(series: OptionSeries, forward: int, vol: int, now_ms: int) -> int:
    """Return the price of one option in whole numbers, in dollars times `fixed_point.ONE`.

    Args:
        series: The option.
        forward: Forward price in dollars times `PRICE_UNIT`, above zero.
        vol: Annual volatility times `fixed_point.ONE`.
        now_ms: Present, in Unix milliseconds.
    """
    years = max(series.expiry_ms - now_ms, 0) * fp.ONE // MS_PER_YEAR
    deviation = vol * fp.sqrt(years) // fp.ONE
    if deviation <= 0:
        return series.intrinsic(forward) * _SCALE
    d1 = fp.ln(forward * fp.ONE // series.strike) * fp.ONE // deviation + deviation // 2
    forward_leg, strike_leg = forward * _SCALE, series.strike * _SCALE
    call = (forward_leg * fp.normal_cdf(d1) - strike_leg * fp.normal_cdf(d1 - deviation)) // fp.ONE
    value = call if series.right == "C" else call - forward_leg + strike_leg
    return max(value, series.intrinsic(forward) * _SCALE)


def option_delta(series: OptionSeries, forward: int, vol: int, now_ms: int) -> int:
    """Return the delta of one option in whole numbers, times `fixed_point.ONE`."""
    years = max(series.expiry_ms - now_ms, 0) * fp.ONE // MS_PER_YEAR
    deviation = max(vol * fp.sqrt(years) // fp.ONE, 1)
    d1 = fp.ln(forward * fp.ONE // series.strike) * fp.ONE // deviation + deviation // 2
    call = fp.normal_cdf(max(min(d1, 10 * fp.ONE), -10 * fp.ONE))
    return call if series.right == "C" else call - fp.ONE
