"""Arbitrageurs who bring pools and option makers back to the market when that pays for the gas.

They are what keeps a venue that moves only by trades from staying wrong, and what a slow oracle costs its liquidity
providers.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.markets.concentrated import ConcentratedPool
from venues.markets.cpmm import FEE_DENOMINATOR, FEE_NUMERATOR, SpotPool
from venues.markets.curve_arbitrage import Threshold, curve_opportunity
from venues.markets.hybrid import Hybrid
from venues.markets.kinds import AnyVenue
from venues.markets.option_amm import OptionAmm
from venues.markets.order_gas import order_gas
from venues.markets.tick_option_amm import TickOptionAmm
from venues.markets.venue import Market, Order, Side, Unfilled
from venues.pricing import black76
from venues.pricing.fixed_point import ONE
from venues.pricing.strip import strip, years_to
from venues.truth import Truth
from venues.view import Offer, View

TIP_WEI: Final = 100_000_000
BASE_FEE_HEADROOM: Final = 3
LEAST_EDGE_OVER_GAS: Final = 1.5
OPTION_MARGIN: Final = 0.02
"""Least edge on an option trade, as a fraction of its fair value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arbitrageur:
    """One trader on one chain."""

    name: str
    chain: str
    venues: tuple[str, ...]
    period_ms: int
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Trade where the edge pays for the gas, one order a venue."""
        chain, state = view.chain(self.chain), view.state(self.chain)
        price_wei = chain.fee_quantile(0.5, 10) if chain.rules.base_fee is None else chain.base_fee_wei + TIP_WEI
        offers = []
        for venue_id in self.venues:
            venue = state.seen(venue_id, now_ms)
            gas_usd = venue.gas * price_wei / ETH_UNIT * view.truth.price(now_ms) / PRICE_UNIT
            order = opportunity(venue, state, view.truth, now_ms, gas_usd)
            if order is not None:
                # A base fee may rise before the order gets in; a gas price is paid as it is offered.
                most_wei = price_wei if chain.rules.base_fee is None else price_wei * BASE_FEE_HEADROOM
                offers.append(self._offer(order, order_gas(venue, order), most_wei, now_ms))
        return tuple(offers)

    def _offer(self, order: Order, gas: int, max_fee_wei: int, now_ms: int) -> Offer:
        transaction = Transaction(
            id=f"{self.name}:{order.venue}:{now_ms}",
            sender=self.name,
            call=Trade(trader=self.name, orders=(order,), venue_gas=gas),
            max_fee_wei=max_fee_wei,
            tip_wei=TIP_WEI,
            submitted_ms=now_ms,
        )
        return Offer(self.chain, transaction)


def opportunity(venue: AnyVenue, state: ChainState, truth: Truth, now_ms: int, gas_usd: float) -> Order | None:
    """Return the trade at a venue that earns most against the true price, if it earns enough beyond its gas."""
    if isinstance(venue, SpotPool):
        return pool_opportunity(venue, truth.price(now_ms), gas_usd)
    if isinstance(venue, OptionAmm):
        return option_opportunity(venue, state.market(now_ms), truth, gas_usd)
    if isinstance(venue, ConcentratedPool | Hybrid | TickOptionAmm):
        threshold = Threshold(usd=LEAST_EDGE_OVER_GAS * gas_usd + 1, margin=OPTION_MARGIN)
        return curve_opportunity(venue, state.market(now_ms), truth, threshold)
    return None


def pool_opportunity(pool: SpotPool, true_price: int, gas_usd: float) -> Order | None:
    """Return the trade that brings a pool's price, fee included, to the true one, if it earns more than its gas."""
    if pool.status != "available":
        return None
    price = true_price / PRICE_UNIT * USDC_UNIT / ETH_UNIT
    gamma = FEE_NUMERATOR / FEE_DENOMINATOR
    product = pool.ether * pool.cash
    bought = pool.ether - math.sqrt(product / (gamma * price))
    sold = (math.sqrt(product * gamma / price) - pool.ether) / gamma
    if bought > 0:
        quantity = int(bought)
        cash, side = pool.cost(quantity) if quantity else 0, "buy"
        edge = quantity * price - cash
    else:
        quantity = max(int(sold), 0)
        cash, side = pool.proceeds(quantity), "sell"
        edge = cash - quantity * price
    if edge / USDC_UNIT < LEAST_EDGE_OVER_GAS * gas_usd + 1:
        return None
    slack = int(edge / 2)
    bound = cash + slack if side == "buy" else cash - slack
    return Order(venue=pool.id, instrument=ETH, side="buy" if side == "buy" else "sell", quantity=quantity, bound=bound)


def option_opportunity(venue: OptionAmm, market: Market, truth: Truth, gas_usd: float) -> Order | None:
    """Return the order of one standard size with the largest edge over fair value that earns more than its gas.

    Series that the venue lists but does not trade, near expiry or far from the money, are passed over.
    """
    if market.spot <= 0:
        return None
    symbols, quantity = venue.instruments(), venue.rules.standard_size
    worths = truth.fair(symbols, market.now_ms) * quantity / OPTION_UNIT
    edges = worths - _marginal_prices(venue, symbols, market) * quantity / OPTION_UNIT
    for best in np.argsort(-np.abs(edges), kind="stable"):
        side: Side = "buy" if edges[best] > 0 else "sell"
        least = LEAST_EDGE_OVER_GAS * gas_usd + OPTION_MARGIN * worths[best]
        limit = worths[best] - least if side == "buy" else worths[best] + least
        if limit <= 0 or abs(edges[best]) < least:
            continue
        bound = int(limit * USDC_UNIT)
        order = Order(venue=venue.id, instrument=symbols[best], side=side, quantity=quantity, bound=bound)
        if not isinstance(venue.execute(order, market), Unfilled):
            return order
    return None


def _marginal_prices(venue: OptionAmm, symbols: tuple[str, ...], market: Market) -> black76.Floats:
    terms = strip(symbols)
    vols = np.array(
        [
            board.base_iv / ONE * skew / ONE
            for board in venue.boards.values()
            for skew in board.skews.values()
            for _ in "CP"
        ]
    )
    return black76.price(market.spot / PRICE_UNIT, terms.strikes, vols, years_to(terms, market.now_ms), terms.calls > 0)
