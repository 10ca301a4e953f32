"""A trader between two pools on chains with one sequencer: it buys here and sells there, in a bundle or not at all.

Being in both blocks does not make the trade safe. Whoever is ahead in one of them may have moved its pool, and then one
side reverts and the other does not: the trader is left with the ether, or short of it.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from intents.assets import ETH_UNIT, PRICE_UNIT
from venues.calls.upkeep import Trade
from venues.chains.transaction import Transaction
from venues.markets.arbitrage import pool_opportunity
from venues.markets.cpmm import SpotPool
from venues.markets.venue import Order
from venues.view import Offer, View

HEADROOM: Final = 3
"""The base fee may rise so many times before the trade gets in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairArbitrageur:
    """One trader on two chains."""

    name: str
    pools: tuple[tuple[str, str], tuple[str, str]]
    """Chain and pool, twice."""

    period_ms: int
    offset_ms: int
    tip_wei: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Trade the same quantity both ways towards the price between the two pools, if that pays for the gas."""
        venues = [view.state(chain).venues[pool] for chain, pool in self.pools]
        pools = [venue for venue in venues if isinstance(venue, SpotPool)]
        if len(pools) != len(venues):
            return ()
        middle = math.isqrt(pools[0].spot * pools[1].spot)
        orders = []
        for (chain, _), pool in zip(self.pools, pools, strict=True):
            price_wei = view.chain(chain).base_fee_wei + self.tip_wei
            gas_usd = pool.gas * price_wei / ETH_UNIT * view.truth.price(now_ms) / PRICE_UNIT
            orders.append(pool_opportunity(pool, middle, gas_usd))
        one, other = orders
        if one is None or other is None or one.side == other.side:
            return ()
        quantity = min(one.quantity, other.quantity)
        offers = [
            self._offer(view, place, _smaller(order, quantity), now_ms) for place, order in enumerate((one, other))
        ]
        return (replace(offers[0], beside=(offers[1],)),)

    def _offer(self, view: View, place: int, order: Order, now_ms: int) -> Offer:
        chain = self.pools[place][0]
        gas = view.state(chain).venues[order.venue].gas
        transaction = Transaction(
            id=f"{self.name}:{place}:{now_ms}",
            sender=self.name,
            call=Trade(trader=self.name, orders=(order,), venue_gas=gas),
            max_fee_wei=view.chain(chain).base_fee_wei * HEADROOM + self.tip_wei,
            tip_wei=self.tip_wei,
            submitted_ms=now_ms,
        )
        return Offer(chain, transaction)


def _smaller(order: Order, quantity: int) -> Order:
    """Return an order for less, at no worse a price: rounded up for a seller, down for a buyer."""
    product = order.bound * quantity
    bound = product // order.quantity if order.side == "buy" else -(-product // order.quantity)
    return replace(order, quantity=quantity, bound=bound)
