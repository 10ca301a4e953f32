"""Bonds: what a winner stakes on its word, priced as what it secures.

The right to settle or to walk away is an option. By `ends` the bond is the larger change in the value of the package
when the underlying moves by its 95 % quantile up or down, all volatilities equal: exact for what only rises or only
falls with the price. By `quantile` it is the 95 % quantile of the change itself, whatever the shape of the package,
with the smile, and with the time that passes until the last step.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import ndtri

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.observed import UNOBSERVED
from venues.pricing import listed
from venues.pricing.strip import strip, years_to
from venues.truth import Truth

QUANTILE_95: Final = 1.959964
"""Standard deviations that 95 % of moves stay within, both directions together."""

REDUCED_SLASH_PERCENT: Final = 25
"""Part of the bond that is taken when the fill would have failed anyway."""

STAKE: Final = "stake"
"""Stands for the place of a solver's free stake where its free cash is told by chain."""

BondRule = Literal["ends", "quantile"]

POINTS: Final = 401
"""Equally likely moves over which a quantile is taken."""

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


def quantile_bond(legs: Mapping[str, int], truth: Truth, now_ms: int, until_ms: int) -> int:
    """Return the 95 % quantile of what a package changes in value, either way, in USDC base units, rounded up.

    The price is lognormal without drift at the present volatility level; the smile moves with it. The quantile is
    taken over `POINTS` equally likely moves, which for a 95 % quantile is exact to a few parts in a thousand.

    Args:
        legs: What the owner is to receive, in base units.
        truth: The market.
        now_ms: Time of the award.
        until_ms: Last instant of delivery.
    """
    deviation = truth.level.at(now_ms) * math.sqrt((until_ms - now_ms) / _MS_PER_YEAR)
    moves = ndtri((np.arange(POINTS) + 0.5) / POINTS) * deviation - deviation**2 / 2
    spot = truth.price(now_ms) / PRICE_UNIT
    here = _smiled(legs, truth, spot, now_ms, now_ms)
    changes = [abs(_smiled(legs, truth, spot * math.exp(move), now_ms, until_ms) - here) for move in moves]
    return math.ceil(float(np.quantile(changes, 0.95, method="hazen")) * USDC_UNIT)


@dataclass(frozen=True, slots=True)
class Bonds:
    """Where bonds are staked, and how large they are."""

    chain: str
    rule: BondRule = "ends"

    def amount(self, legs: Mapping[str, int], truth: Truth, now_ms: int, until_ms: int) -> int:
        """Return the bond of a fill that is awarded now and delivered by `until_ms`, in USDC base units."""
        if self.rule == "quantile":
            return quantile_bond(legs, truth, now_ms, until_ms)
        return bond(legs, truth.price(now_ms), truth.level.at(now_ms), now_ms, until_ms - now_ms)


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


def _smiled(legs: Mapping[str, int], truth: Truth, spot: float, now_ms: int, at_ms: int) -> float:
    """Return the value of a package at a price and an instant, at the volatility level of the award."""
    names = tuple(sorted(name for name in legs if name != ETH))
    value = legs.get(ETH, 0) / OPTION_UNIT * spot
    if names:
        terms = strip(names)
        years = years_to(terms, at_ms)
        vols = truth.smile.vol(spot, terms.strikes, years, np.full(len(names), truth.level.at(now_ms)))
        prices = listed.prices(spot, terms, vols, at_ms, UNOBSERVED)
        value += float(sum(price * legs[name] / OPTION_UNIT for price, name in zip(prices, names, strict=True)))
    return value
