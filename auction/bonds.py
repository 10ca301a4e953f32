"""Bonds: what a winner stakes on its word, priced as what it secures.

The right to settle or to walk away is an option. The bond is the largest change in the value of the package between
the award and the last step, at the 95 % quantile of the underlying's move in either direction under the present
volatility.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.observed import UNOBSERVED
from venues.pricing import listed
from venues.pricing.strip import strip

QUANTILE_95: Final = 1.959964
"""Standard deviations that 95 % of moves stay within, both directions together."""

REDUCED_SLASH_PERCENT: Final = 25
"""Part of the bond that is taken when the fill would have failed anyway."""

_MS_PER_YEAR: Final = 31_536_000_000


def bond(legs: Mapping[str, int], spot: int, vol: float, now_ms: int, duration_ms: int) -> int:
    """Return the bond of a fill, in USDC base units.

    Args:
        legs: What the owner is to receive, in base units.
        spot: Price of ether in dollars times `PRICE_UNIT`.
        vol: Annual volatility.
        now_ms: Time of the award.
        duration_ms: Time until the last step.
    """
    move = QUANTILE_95 * vol * math.sqrt(duration_ms / _MS_PER_YEAR)
    here = _value(legs, spot / PRICE_UNIT, vol, now_ms)
    there = (_value(legs, spot / PRICE_UNIT * math.exp(sign * move), vol, now_ms) for sign in (-1, 1))
    return math.ceil(max(abs(value - here) for value in there) * USDC_UNIT)


def slash(staked: int, *, but_for: bool) -> int:
    """Return what is taken: all of it if the fill would have landed had the solver kept its word, else a part."""
    return staked if but_for else staked * REDUCED_SLASH_PERCENT // 100


def _value(legs: Mapping[str, int], spot: float, vol: float, now_ms: int) -> float:
    names = tuple(sorted(name for name in legs if name != ETH))
    value = legs.get(ETH, 0) / OPTION_UNIT * spot
    if names:
        terms = strip(names)
        prices = listed.prices(spot, terms, np.full(len(names), vol), now_ms, UNOBSERVED)
        value += float(sum(price * legs[name] / OPTION_UNIT for price, name in zip(prices, names, strict=True)))
    return value
