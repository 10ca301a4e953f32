"""Who takes the quotes of ladders that the market has left behind: one order at a time, where it earns most."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.options import parse_series
from venues.calls.upkeep import Trade
from venues.errand import Errand, gas_dollars
from venues.markets.book_agents import sent
from venues.markets.clob import OrderBook
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order, Side, Step
from venues.view import Offer, View

_SIDES: Final[tuple[Side, Side]] = ("buy", "sell")


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderSniper:
    """A trader at one order book; its order is bounded by what the quotes it saw come to."""

    name: str
    chain: str
    venue: str
    margin: float
    """Least edge over fair value, as a fraction of it, fees paid."""

    period_ms: int
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send the order that earns most, if it earns more than its gas."""
        state, chain = view.state(self.chain), view.chain(self.chain)
        venue = state.venues[self.venue]
        if not isinstance(venue, OrderBook) or venue.status != "available":
            return ()
        edge, order = max(self._stale(view, venue, now_ms), key=lambda found: found[0], default=(0.0, None))
        if order is None:
            return ()
        call = Trade(trader=self.name, orders=(order,), venue_gas=order_gas(venue, order))
        gas = gas_dollars(call, chain, view, now_ms)
        if edge <= gas:
            return ()
        return sent(self.name, view, Errand(name=venue.id, chain=self.chain, call=call), self.period_ms, now_ms)

    def _stale(self, view: View, venue: OrderBook, now_ms: int) -> Iterator[tuple[float, Order]]:
        """Yield what taking all stale quotes of a series and side earns in dollars, and the order that does it."""
        names, market = venue.instruments(), view.state(self.chain).market(now_ms)
        for name, fair in zip(names, view.truth.fair(names, now_ms), strict=True):
            if now_ms >= parse_series(name).expiry_ms:
                continue
            for side in _SIDES:
                steps = [step for step in venue.ladder(name, side, market) if self._edge(step, side, float(fair)) > 0]
                if steps:
                    quantity, cash = sum(step.quantity for step in steps), sum(step.cash for step in steps)
                    edge = sum(self._edge(step, side, float(fair)) for step in steps)
                    # Fees are rounded down quote by quote, and once more for the order.
                    bound = cash + len(steps) if side == "buy" else max(cash - len(steps), 0)
                    yield edge, Order(venue=venue.id, instrument=name, side=side, quantity=quantity, bound=bound)

    def _edge(self, step: Step, side: Side, fair: float) -> float:
        """Return what a step earns against fair value less the margin, in dollars."""
        sign = 1 if side == "buy" else -1
        worth = (fair - sign * self.margin * fair) * step.quantity / OPTION_UNIT
        return sign * (worth - step.cash / USDC_UNIT)
