"""Arbitrage at venues that say themselves which order earns most against a price elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.markets.concentrated import ConcentratedPool
from venues.markets.hybrid import Hybrid
from venues.markets.tick_option_amm import TickOptionAmm
from venues.markets.venue import Market, Order, Unfilled
from venues.truth import Truth

OPTION_STEP: Final = OPTION_UNIT // 100
"""Options are traded in hundredths."""

CurveVenue = ConcentratedPool | Hybrid | TickOptionAmm


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What an order must earn to be worth sending."""

    usd: float
    margin: float
    """Edge on options, as a fraction of their fair value."""


def curve_opportunity(venue: CurveVenue, market: Market, truth: Truth, threshold: Threshold) -> Order | None:
    """Return the order that earns most against the true price, if it earns enough.

    The bound gives up half of what it earns.
    """
    fair = _fair(venue, market, truth)
    found = sorted(venue.arbitrage(_tempting(venue, market, fair, threshold), market), key=lambda trade: -trade.profit)
    for trade in found:
        step = 1 if trade.instrument == ETH else OPTION_STEP
        quantity = int(trade.quantity) // step * step
        worth, sign = fair[trade.instrument] * quantity, 1 if trade.side == "buy" else -1
        deal = venue.admitted(trade.instrument, trade.side, quantity, market)
        if isinstance(deal, Unfilled):
            continue
        edge = sign * (worth - deal.cash)
        margin = 0.0 if trade.instrument == ETH else threshold.margin
        if edge > threshold.usd * USDC_UNIT + margin * worth:
            bound = deal.cash + sign * int(edge / 2)
            return Order(
                venue=venue.id, instrument=trade.instrument, side=trade.side, quantity=quantity, bound=max(bound, 0)
            )
    return None


def _fair(venue: CurveVenue, market: Market, truth: Truth) -> dict[str, float]:
    """Return what a base unit of each instrument is worth, in USDC base units."""
    names = venue.instruments()
    if names == (ETH,):
        return {ETH: truth.price(market.now_ms) * USDC_UNIT / (PRICE_UNIT * ETH_UNIT)}
    prices = truth.fair(names, market.now_ms)
    return {name: float(price) * USDC_UNIT / OPTION_UNIT for name, price in zip(names, prices, strict=True)}


def _tempting(
    venue: CurveVenue, market: Market, fair: Mapping[str, float], threshold: Threshold
) -> Mapping[str, float]:
    """Return the prices of the instruments whose first unit beats the margin: the search for the best is dear."""
    found = {}
    for name, price in fair.items():
        margin = 0.0 if name == ETH else threshold.margin
        ask, bid = venue.marginal_price(name, "buy", market), venue.marginal_price(name, "sell", market)
        if (ask is not None and ask < price * (1 - margin)) or (bid is not None and bid > price * (1 + margin)):
            found[name] = price
    return found
