"""The best trade with an option market maker whose volatility moves with the trade.

A trade of `q` is priced at the volatility it leads to, so it costs `q * P(vol(q))` and fees. With plain fees the
derivative is explicit and rises with `q`; its zero is found by bisection in floats. Fees for vega and variance have
kinks, so with them the best size is searched for on the exact cost.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import OptionSeries
from venues.markets.ladder import earning
from venues.markets.venue import Arbitrage, Market, Side
from venues.pricing.black76 import MS_PER_YEAR

BISECTIONS: Final = 80
SEARCH_PRECISION: Final = 10**8
"""The search ends when the bracket is one part of the capacity in this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Cost of one series in one direction under plain fees, in floats and dollars."""

    forward: float
    strike: float
    years: float
    call: bool
    base_vol: float
    skew: float
    vol_move: float
    """Move of the base volatility for each option, negative for sales."""

    skew_move: float
    price_fee: float
    spot_fee: float

    def each(self, options: float) -> float:
        """Return what one of so many options costs or brings, fees included."""
        sign = 1.0 if self.vol_move >= 0 else -1.0
        return self._price(self._vol(options)) * (1 + sign * self.price_fee) + sign * self.forward * self.spot_fee

    def last(self, options: float) -> float:
        """Return the derivative of the whole cost: what the last one of so many options costs or brings."""
        sign = 1.0 if self.vol_move >= 0 else -1.0
        slope = self.vol_move * (self.skew + self.skew_move * options) + self.skew_move * (
            self.base_vol + self.vol_move * options
        )
        return self.each(options) + (1 + sign * self.price_fee) * options * self._vega(self._vol(options)) * slope

    def _vol(self, options: float) -> float:
        return max(self.base_vol + self.vol_move * options, 0.0) * max(self.skew + self.skew_move * options, 0.0)

    def _price(self, vol: float) -> float:
        sign = 1.0 if self.call else -1.0
        deviation = vol * math.sqrt(self.years)
        if deviation <= 0:
            return max(sign * (self.forward - self.strike), 0.0)
        d1 = math.log(self.forward / self.strike) / deviation + deviation / 2
        return sign * (self.forward * _normal(sign * d1) - self.strike * _normal(sign * (d1 - deviation)))

    def _vega(self, vol: float) -> float:
        deviation = vol * math.sqrt(self.years)
        if deviation <= 0:
            return 0.0
        d1 = math.log(self.forward / self.strike) / deviation + deviation / 2
        return self.forward * math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) * math.sqrt(self.years)


def years_left(series: OptionSeries, market: Market) -> float:
    """Return the time to expiry in years."""
    return max(series.expiry_ms - market.now_ms, 0) / MS_PER_YEAR


def best_on_curve(curve: Curve, name: str, side: Side, price: float, capacity: int) -> Arbitrage | None:
    """Return the best trade under plain fees, where `price` is USDC base units for a base unit elsewhere."""
    target = price * OPTION_UNIT / USDC_UNIT
    sign = 1 if side == "buy" else -1
    low, high = 0.0, capacity / OPTION_UNIT
    if sign * curve.last(high) <= sign * target:
        low = high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if sign * curve.last(middle) < sign * target else (low, middle)
    cash = max(low * curve.each(low), 0.0) * USDC_UNIT
    return earning(name, side, low * OPTION_UNIT, cash, price)


def best_by_search(
    cash_of: Callable[[int], int | None], name: str, side: Side, price: float, capacity: int
) -> Arbitrage | None:
    """Return the best trade on the exact cost, found by search; `cash_of` is `None` where nothing fills."""

    def trade(size: int) -> Arbitrage | None:
        cash = cash_of(size) if size > 0 else None
        return None if cash is None else earning(name, side, size, cash, price)

    def profit(size: int) -> float:
        found = trade(size)
        return found.profit if found is not None else 0.0

    low, high = 0, capacity
    best = max((0, capacity), key=profit)
    while high - low > max(capacity // SEARCH_PRECISION, 2):
        left, right = low + (high - low) * 382 // 1000, low + (high - low) * 618 // 1000
        low, high = (low, right) if profit(left) >= profit(right) else (left, high)
        best = max((best, left, right), key=profit)
    return trade(best)


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def curve_of(
    series: OptionSeries,
    market: Market,
    vols: tuple[float, float],
    moves: tuple[float, float],
    fees: tuple[float, float],
) -> Curve:
    """Return the curve of a series from its volatilities (base, skew), their moves for each option, and its fees."""
    return Curve(
        forward=market.spot / PRICE_UNIT,
        strike=series.strike / PRICE_UNIT,
        years=years_left(series, market),
        call=series.right == "C",
        base_vol=vols[0],
        skew=vols[1],
        vol_move=moves[0],
        skew_move=moves[1],
        price_fee=fees[0],
        spot_fee=fees[1],
    )
