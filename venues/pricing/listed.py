"""Prices of listed series of every style: Black-76 for European and American ones, `exotics` for the rest.

Without rates an American option is never worth exercising early, so it costs what a European one does.
"""

import numpy as np

from intents.assets import PRICE_UNIT
from intents.options import BARRIERS, DIGITAL_PAYOUT, OptionSeries
from venues.observed import Observed, fixing_times
from venues.pricing import black76, exotics
from venues.pricing.black76 import MS_PER_YEAR, Floats
from venues.pricing.exotics import TICK_MS, Exotic
from venues.pricing.strip import Strip, years_to


def prices(spot: float, terms: Strip, vols: Floats, time_ms: int, seen: Observed) -> Floats:
    """Return the price of each series, in dollars.

    Args:
        spot: Dollars.
        terms: Of the series.
        vols: Annual volatility of each.
        time_ms: Present.
        seen: What is known of barriers and fixings.

    Raises:
        ModuleNotFoundError: if a series needs QuantLib and it is not installed.
    """
    found = black76.price(spot, terms.strikes, vols, years_to(terms, time_ms), terms.calls > 0)
    if terms.exotics:
        found = np.array(found)
        for i, series in terms.exotics:
            found[i] = _exotic(series, spot, float(vols[i]), time_ms, seen)
    return found


def _exotic(series: OptionSeries, spot: float, vol: float, time_ms: int, seen: Observed) -> float:
    ticks = -(-(series.expiry_ms - time_ms) // TICK_MS)
    if ticks <= 0:
        return seen.payoff(series, round(spot * PRICE_UNIT)) / PRICE_UNIT
    if series.style in BARRIERS:
        return _with_barrier(series, spot, vol, ticks, seen)
    strike, call = series.strike / PRICE_UNIT, series.right == "C"
    if series.style == "digital":
        option = Exotic(style="digital", strike=strike, ticks=ticks, call=call)
        return exotics.value(option, spot, vol) * DIGITAL_PAYOUT / PRICE_UNIT
    known = tuple(price / PRICE_UNIT for price in seen.known(series.expiry_ms))
    ahead = sum(time > time_ms for time in fixing_times(series.expiry_ms)) + 1
    option = Exotic(style="asian", strike=strike, ticks=ticks, call=call, fixings=len(known) + ahead, known=known)
    return exotics.value(option, spot, vol)


def _with_barrier(series: OptionSeries, spot: float, vol: float, ticks: int, seen: Observed) -> float:
    """Return the price of an option that was, or is by the present price, brought into being or ended, or is not."""
    strike, barrier, call = series.strike / PRICE_UNIT, series.barrier / PRICE_UNIT, series.right == "C"
    beyond = spot >= barrier if series.style.startswith("up") else spot <= barrier
    if series.symbol in seen.touched or beyond:
        if series.style.endswith("-out"):
            return 0.0
        return float(black76.price(spot, strike, vol, ticks * TICK_MS / MS_PER_YEAR, call))
    option = Exotic(style=series.style, strike=strike, ticks=ticks, call=call, barrier=barrier)
    return exotics.value(option, spot, vol)
