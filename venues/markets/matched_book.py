"""Central limit order book on a chain: orders of many owners, matched by `matching.MatchingBook`.

Makers add and cancel orders by transactions, each of which costs gas and waits for its block; a crowded chain leaves
their orders stale. A taker who comes through a solver trades fill-or-kill. Owners who trade for themselves may send
orders of any kind, and the book's rules say who gives way to whom: price-time or pro-rata, and one of four ways to
prevent self-trades. The book is a value: a matching book is set up from it, used, and read back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from intents.boundary import Amount
from intents.lifecycle import Cause
from intents.options import parse_series
from venues.markets.clob import charge
from venues.markets.ladder import FromLadder
from venues.markets.matching import Allocation, MatchingBook, SelfTradeRule
from venues.markets.standing import NEXT, TAKER, NewOrder, Standing, against, by_level, settled
from venues.markets.venue import (
    Admission,
    Claim,
    Fill,
    Market,
    Order,
    Side,
    Status,
    Step,
    Unfilled,
    slippage,
    within_bound,
)


@dataclass(frozen=True, slots=True)
class Met:
    """A trade between two owners in a book."""

    maker: str
    order: Order
    """What the incoming order traded with the maker, at the price of `bound`."""

    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrders(FromLadder):
    """What books that keep every order have in common; a value."""

    id: str
    chain: str
    fee_account: str
    orders: dict[str, tuple[Standing, ...]]
    """By series; those that are listed have an entry."""

    next_id: Amount = 1
    gas: int = 95_000
    status: Status = "available"

    def instruments(self) -> tuple[str, ...]:
        """Return the listed series."""
        return tuple(self.orders)

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return whether the venue takes orders."""
        return self.status

    def without(self, owner: str, numbers: Iterable[int]) -> Self:
        """Return the book without some orders of an owner."""
        gone = set(numbers)
        kept = {
            name: tuple(order for order in orders if order.owner != owner or order.id not in gone)
            for name, orders in self.orders.items()
        }
        return replace(self, orders=kept)

    def own(self, owner: str) -> list[tuple[str, Standing]]:
        """Return the orders of an owner with their series."""
        return [(name, order) for name, orders in self.orders.items() for order in orders if order.owner == owner]

    def open_against(self, instrument: str, side: Side, market: Market) -> list[Standing]:
        """Return the orders that a taker may meet now, best first."""
        if self.status != "available" or instrument not in self.orders:
            return []
        if market.now_ms >= parse_series(instrument).expiry_ms:
            return []
        return against(self.orders[instrument], side)

    def reach(self, order: Order, market: Market) -> int:
        """Return the size at prices that, paid throughout, would still keep an order's bound."""
        resting, total = self.open_against(order.instrument, order.side, market), 0
        rounding = 2 * len(resting)
        for each in resting:
            premium, fee = charge(each.price, order.quantity, order.side, market.spot)
            worst = premium + fee + rounding if order.side == "buy" else premium - fee - rounding
            if not within_bound(order, worst):
                break
            total += each.quantity
        return total

    def refusal(self, order: Order, resting: list[Standing]) -> Unfilled | None:
        """Return why an order cannot have its quantity."""
        if self.status != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {self.status}")
        if sum(each.quantity for each in resting) < order.quantity or order.quantity <= 0:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: the book is thinner than {order.quantity}")
        return None

    def left_of(self, instrument: str, sizes: dict[int, int]) -> dict[str, tuple[Standing, ...]]:
        """Return all orders once those of a series have the sizes stated; what has none is gone."""
        kept = tuple(
            order if sizes[order.id] == order.quantity else replace(order, quantity=sizes[order.id])
            for order in self.orders[instrument]
            if sizes.get(order.id)
        )
        return self.orders | {instrument: kept}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedBook(StandingOrders):
    """Books of many series, matched continuously."""

    self_trades: SelfTradeRule = "cancel_newest"
    allocation: Allocation = "time"
    kind: Literal["matched_book"] = field(default="matched_book")

    def execute(self, order: Order, market: Market) -> tuple["MatchedBook", Fill] | Unfilled:
        """Return the venue after a fill-or-kill order."""
        resting = self.open_against(order.instrument, order.side, market)
        refused = self.refusal(order, resting)
        if refused is not None:
            return refused
        worst = resting[-1].price
        new = NewOrder(instrument=order.instrument, side=order.side, price=worst, quantity=order.quantity, kind="fok")
        after, met, _ = self.matched(new, TAKER)
        takes = [(each.maker, each.price, each.order.quantity) for each in met]
        cash, fee, shares = settled(order, takes, market.spot, self.fee_account)
        if not within_bound(order, cash):
            return slippage(order, cash)
        return after, Fill(order, cash, fee, shares)

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return one step for each price, fees included."""
        sign = 1 if side == "buy" else -1
        steps = []
        for level in by_level(self.open_against(instrument, side, market)):
            charges = [charge(order.price, order.quantity, side, market.spot) for order in level]
            cash = sum(premium + sign * fee for premium, fee in charges)
            steps.append(Step(sum(order.quantity for order in level), cash))
        return tuple(steps)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: what stands at prices that, paid throughout, would still keep the bound."""
        alone = 0 if isinstance(self.execute(order, market), Unfilled) else order.quantity
        resource = f"{self.id}:{order.instrument}:{order.side}"
        return Claim(resource, order.quantity, max(self.reach(order, market), alone))

    def matched(self, new: NewOrder, owner: str) -> tuple["MatchedBook", tuple[Met, ...], int]:
        """Return the book after an order of an owner, the trades it made, and how much of it rests."""
        orders = {order.id: order for order in self.orders[new.instrument]}
        book = MatchingBook(self_trades=self.self_trades, allocation=self.allocation)
        for order in orders.values():
            book.submit(order.as_book_order())
        report = book.submit(new.as_book_order(NEXT, owner))
        met = tuple(
            Met(orders[trade.maker].owner, self._order(new, trade.size), trade.price) for trade in report.trades
        )
        after = self.left_of(new.instrument, dict(book.queue("buy") + book.queue("sell")))
        rests = book.open_size(NEXT)
        if rests:
            mine = Standing(self.next_id, owner, new.side, new.price, rests)
            after = after | {new.instrument: (*after[new.instrument], mine)}
        return replace(self, orders=after, next_id=self.next_id + bool(rests)), met, rests

    def _order(self, new: NewOrder, size: int) -> Order:
        return Order(venue=self.id, instrument=new.instrument, side=new.side, quantity=size, bound=0)
