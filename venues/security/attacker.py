"""Whoever bribed the nodes of a feed: trades on the wrong answer while it stands, and closes when it is right again.

The bribe is a fault of the schedule; this is the trader who knows of it. It keeps no state: it looks at how far the
answer in force is from the market, and at what it holds.
"""

from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, USDC_UNIT
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.markets.venue import Order
from venues.oracles.posting import most_fee_wei
from venues.security.plunder import Raid, plunder
from venues.truth import Truth
from venues.view import Offer, View

MILLION: Final = 1_000_000
TIP_WEI: Final = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacker:
    """One trader on one chain."""

    name: str
    chain: str
    venues: tuple[str, ...]
    period_ms: int
    offset_ms: int
    trigger_ppm: int
    """How far the answer must be from the market before it trades on it."""

    give_up_ppm: int
    """What it gives up of the fair value to be rid of a position."""

    most_orders: int
    """Orders it sends at once."""

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Trade on a wrong answer, or close what is held at a right one."""
        state, true = view.state(self.chain), view.truth.price(now_ms)
        if abs(state.answer.price - true) * MILLION >= self.trigger_ppm * true:
            raid = Raid(account=self.name, venues=self.venues, most_orders=self.most_orders)
            orders = plunder(state, view.truth, now_ms, raid).orders
        else:
            orders = closing(state, view.truth, now_ms, self)
        return tuple(self._offer(view, order, now_ms, place) for place, order in enumerate(orders))

    def _offer(self, view: View, order: Order, now_ms: int, place: int) -> Offer:
        transaction = Transaction(
            id=f"{self.name}:{now_ms}:{place}",
            sender=self.name,
            call=Trade(trader=self.name, orders=(order,), venue_gas=view.state(self.chain).venues[order.venue].gas),
            max_fee_wei=most_fee_wei(view.chain(self.chain), TIP_WEI),
            tip_wei=TIP_WEI,
            submitted_ms=now_ms,
        )
        return Offer(self.chain, transaction)


def closing(state: ChainState, truth: Truth, now_ms: int, attacker: Attacker) -> tuple[Order, ...]:
    """Return the orders that close positions at little loss: one a position, at the first venue that takes it."""
    held = state.clearing.account(attacker.name).positions
    symbols = sorted(held)
    if not symbols:
        return ()
    orders: list[Order] = []
    fair = truth.fair(symbols, now_ms) * USDC_UNIT / OPTION_UNIT
    for symbol, price in zip(symbols, fair.tolist(), strict=True):
        order = _closing(state, symbol, held[symbol], price, now_ms, attacker)
        if order is not None:
            orders.append(order)
    return tuple(orders[: attacker.most_orders])


def _closing(
    state: ChainState, symbol: str, quantity: int, price: float, now_ms: int, attacker: Attacker
) -> Order | None:
    """Return the order that closes a position, or the part of it that a venue takes at an acceptable price."""
    side = "sell" if quantity > 0 else "buy"
    sign = -1 if quantity > 0 else 1
    acceptable = price * (1 + sign * attacker.give_up_ppm / MILLION)
    for name in attacker.venues:
        venue = state.seen(name, now_ms)
        if symbol not in venue.instruments():
            continue
        for chance in venue.arbitrage({symbol: acceptable}, state.market(now_ms)):
            size = min(int(chance.quantity), abs(quantity))
            if chance.side == side and size:
                bound = int(acceptable * size)
                return Order(venue=name, instrument=symbol, side=chance.side, quantity=size, bound=bound)
    return None
