"""Frequent batch auctions on a chain: orders wait for the end of an interval, then all trade at one price.

Makers send limit orders; at the end of an interval a keeper's transaction clears every series with
`batch_auction.BatchAuction`. A taker who comes through a solver must settle at once and cannot wait, so its order is a
batch of its own with all that stands: it pays one price for the whole, that of the last unit it needs. The ladder is
therefore the best price alone; more can be had by execution, at a price that goes up for all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from intents.boundary import Amount
from venues.markets.batch_auction import BatchAuction
from venues.markets.clob import charge
from venues.markets.ladder import both_sides, earning
from venues.markets.matched_book import Met, StandingOrders
from venues.markets.standing import NEXT, TAKER, NewOrder, Standing, by_level, settled
from venues.markets.venue import Arbitrage, Claim, Fill, Market, Order, Side, Step, Unfilled, slippage, within_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBook(StandingOrders):
    """Orders of many series that wait for the end of a batch."""

    interval_ms: int
    ends_ms: Amount
    """When the present batch may be cleared."""

    batch: Amount = 0
    last_prices: dict[str, Amount] = field(default_factory=dict)
    """Price of the last batch that traded, by series."""

    kind: Literal["batch_book"] = field(default="batch_book")

    def execute(self, order: Order, market: Market) -> tuple["BatchBook", Fill] | Unfilled:
        """Return the venue after an order that is a batch of its own; all or nothing."""
        resting = self.open_against(order.instrument, order.side, market)
        refused = self.refusal(order, resting)
        if refused is not None:
            return refused
        price = _price_of(resting, order.quantity)
        auction = BatchAuction()
        for each in resting:
            auction.submit(each.as_book_order(), each.batch)
        new = NewOrder(instrument=order.instrument, side=order.side, price=price, quantity=order.quantity, kind="ioc")
        auction.submit(new.as_book_order(NEXT, TAKER), self.batch)
        fills = auction.clear().fills
        takes = [(each.owner, price, fills[each.id]) for each in resting if fills.get(each.id)]
        cash, fee, shares = settled(order, takes, market.spot, self.fee_account)
        if not within_bound(order, cash):
            return slippage(order, cash)
        sizes = {each.id: each.quantity - fills.get(each.id, 0) for each in self.orders[order.instrument]}
        return replace(self, orders=self.left_of(order.instrument, sizes)), Fill(order, cash, fee, shares)

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return what stands at the best price."""
        levels = by_level(self.open_against(instrument, side, market))
        if not levels:
            return ()
        sign = 1 if side == "buy" else -1
        charges = [charge(order.price, order.quantity, side, market.spot) for order in levels[0]]
        return (Step(sum(o.quantity for o in levels[0]), sum(premium + sign * fee for premium, fee in charges)),)

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        """Return all that stands."""
        return sum(order.quantity for order in self.open_against(instrument, side, market))

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the best order: it ends where a price does, since more at the same price is worth as much for each."""
        found = []
        for name, side in both_sides([name for name in self.orders if name in prices]):
            trades = [earning(name, side, size, cash, prices[name]) for size, cash in self._ends(name, side, market)]
            found.append(max((trade for trade in trades if trade), key=lambda trade: trade.profit, default=None))
        return tuple(trade for trade in found if trade is not None)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: what stands at prices that would still keep the bound for all of the order."""
        alone = 0 if isinstance(self.execute(order, market), Unfilled) else order.quantity
        resource = f"{self.id}:{order.instrument}:{order.side}"
        return Claim(resource, order.quantity, max(self.reach(order, market), alone))

    def waiting(self, new: NewOrder, owner: str) -> "BatchBook":
        """Return the book with one more order for the present batch."""
        order = Standing(self.next_id, owner, new.side, new.price, new.quantity, self.batch)
        standing = (*self.orders[new.instrument], order)
        return replace(self, orders=self.orders | {new.instrument: standing}, next_id=self.next_id + 1)

    def cleared(self, now_ms: int) -> tuple["BatchBook", list[tuple[str, Met]]]:
        """Return the book after a batch, and its trades: who bought, and of whom."""
        orders, prices, trades = dict(self.orders), dict(self.last_prices), []
        for name, standing in self.orders.items():
            auction = BatchAuction(prices.get(name))
            for order in standing:
                auction.submit(order.as_book_order(), order.batch)
            clearing = auction.clear()
            if clearing.price is None:
                continue
            prices[name] = clearing.price
            trades += _pairs(self.id, name, standing, clearing.fills, clearing.price)
            sizes = {order.id: order.quantity - clearing.fills.get(order.id, 0) for order in standing}
            orders = replace(self, orders=orders).left_of(name, sizes)
        ends_ms = now_ms - now_ms % self.interval_ms + self.interval_ms
        after = replace(self, orders=orders, last_prices=prices, batch=self.batch + 1, ends_ms=ends_ms)
        return after, trades

    def _ends(self, instrument: str, side: Side, market: Market) -> list[tuple[int, int]]:
        """Return size and cash of the orders that take all up to a price, for each price."""
        resting, ends, size = self.open_against(instrument, side, market), [], 0
        for level in by_level(resting):
            size += sum(order.quantity for order in level)
            fill = self._quote(instrument, side, size, market)
            if fill is not None:
                ends.append((size, fill.cash))
        return ends

    def _quote(self, instrument: str, side: Side, size: int, market: Market) -> Fill | None:
        bound = 2**200 if side == "buy" else 0
        order = Order(venue=self.id, instrument=instrument, side=side, quantity=size, bound=bound)
        outcome = self.execute(order, market)
        return None if isinstance(outcome, Unfilled) else outcome[1]


def _price_of(resting: list[Standing], quantity: int) -> int:
    """Return the price of the last unit of a quantity."""
    for order in resting:
        quantity -= order.quantity
        if quantity <= 0:
            return order.price
    raise ValueError(f"{quantity} more than there is")


def _pairs(
    venue: str, instrument: str, standing: tuple[Standing, ...], fills: dict[int, int], price: int
) -> list[tuple[str, Met]]:
    """Return trades that make up the fills of a batch: buyers and sellers in the order of their numbers."""
    bought, sold = (
        [(order.owner, fills[order.id]) for order in standing if order.side == side and fills.get(order.id)]
        for side in ("buy", "sell")
    )
    trades: list[tuple[str, Met]] = []
    for owner, wanted in bought:
        left = wanted
        while left:
            seller, there = sold[0]
            size = min(left, there)
            order = Order(venue=venue, instrument=instrument, side="buy", quantity=size, bound=0)
            trades.append((owner, Met(seller, order, price)))
            left -= size
            sold = sold[1:] if size == there else [(seller, there - size), *sold[1:]]
    return trades
