"""Order book that matches: price-time priority or pro-rata, five kinds of orders, four ways to prevent self-trades.

An incoming order trades at the prices of resting ones, best price first. At one price the earliest order comes first,
or, pro-rata, all share in proportion to their size. Where an order meets one of its own owner, no trade happens and
the book's rule says which of the two gives way. Pro-rata a whole level is met at once, so there the owner's orders at
a level are dealt with before the others share.

The book is mutable and made for simulations of many events; `clob.OrderBook`, a value, is what chains keep.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from venues.markets.book_order import BookOrder, Ending, Removal, Report, Trade
from venues.markets.book_side import NO_LEVEL, BookSide, Level
from venues.markets.pro_rata import pro_rata
from venues.markets.venue import Side

SelfTradeRule = Literal["cancel_newest", "cancel_oldest", "cancel_both", "decrement_and_cancel"]
"""Which order gives way: the incoming, the resting, both, or both by the smaller size of the two."""

Allocation = Literal["time", "pro_rata"]

ANY_PRICE: Final = 2**200
"""Reach of a market order, as a key of levels."""

_RESTING: Final = frozenset({"limit", "post_only"})
_RESTS: Final = Report("rests")


@dataclass(slots=True)
class _Incoming:
    """An order while it is being matched."""

    order: BookOrder
    left: int
    stopped: bool = False
    """Whether a self-trade rule took out the rest of it."""

    trades: list[Trade] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)


class MatchingBook:
    """A book of one instrument."""

    def __init__(self, *, self_trades: SelfTradeRule = "cancel_newest", allocation: Allocation = "time") -> None:
        self._rule = self_trades
        self._allocation = allocation
        self._bids, self._asks = BookSide(), BookSide()
        self._orders: dict[int, BookOrder] = {}
        # Open sizes of the orders that are no longer whole: most come and go without a trade.
        self._parts: dict[int, int] = {}

    def submit(self, order: BookOrder) -> Report:
        """Match an order, let rest what may, and return what became of it.

        Raises:
            ValueError: if an order with its id rests in the book.
        """
        if order.id in self._orders:
            raise ValueError(f"order {order.id} rests in the book already")
        price = order.price
        if order.side == "buy":
            theirs, reach = self._asks, ANY_PRICE if price is None else price
        else:
            theirs, reach = self._bids, ANY_PRICE if price is None else -price
        if theirs.best > reach:
            if order.kind in _RESTING:
                self._rest(order, order.size)
                return _RESTS
            return Report("killed" if order.kind == "fok" else "withdrawn", withdrawn=order.size)
        if order.kind == "post_only":
            return Report("would_take", withdrawn=order.size)
        if order.kind == "fok" and not self._fills(order, theirs, reach):
            return Report("killed", withdrawn=order.size)
        incoming = _Incoming(order, order.size)
        take = self._take_in_turn if self._allocation == "time" else self._take_in_proportion
        while theirs.best <= reach and incoming.left and not incoming.stopped:
            take(incoming, theirs)
        return self._conclude(incoming)

    def cancel(self, order_id: int) -> int:
        """Take a resting order out and return its open size; zero if no such order rests."""
        order = self._orders.pop(order_id, None)
        if order is None or order.price is None:
            return 0
        side, key = (self._bids, -order.price) if order.side == "buy" else (self._asks, order.price)
        level = side.levels[key]
        del level[order_id]
        if not level:
            side.close_level(key)
        return self._parts.pop(order_id, order.size)

    def best(self, side: Side) -> int | None:
        """Return the best price of the resting orders that buy or sell."""
        key = self._side(side).best
        return None if key == NO_LEVEL else abs(key)

    def depth(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return price and open size of each level, best first."""
        ours = self._side(side)
        return tuple((abs(key), sum(map(self._left, ours.levels[key].values()))) for key in ours.by_rank())

    def queue(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return id and open size of each resting order, in the order in which they trade."""
        ours = self._side(side)
        return tuple((order.id, self._left(order)) for key in ours.by_rank() for order in ours.levels[key].values())

    def open_size(self, order_id: int) -> int:
        """Return what is left of a resting order; zero if no such order rests."""
        order = self._orders.get(order_id)
        return 0 if order is None else self._left(order)

    def _left(self, order: BookOrder) -> int:
        return self._parts.get(order.id, order.size)

    def _side(self, side: Side) -> BookSide:
        return self._bids if side == "buy" else self._asks

    def _rest(self, order: BookOrder, size: int) -> None:
        assert order.price is not None
        side, key = (self._bids, -order.price) if order.side == "buy" else (self._asks, order.price)
        order_id = order.id
        level = side.levels.get(key)
        if level is None:
            level = side.open_level(key)
        level[order_id] = order
        self._orders[order_id] = order
        if size < order.size:
            self._parts[order_id] = size

    def _conclude(self, incoming: _Incoming) -> Report:
        """Let the rest of an order rest if it may, and return the report."""
        order, left, traded = incoming.order, incoming.left, sum(trade.size for trade in incoming.trades)
        rested = left if order.kind == "limit" and not incoming.stopped else 0
        ending: Ending = "done"
        if rested:
            self._rest(order, rested)
            ending = "rests"
        elif traded < order.size:
            ending = "self_trade" if incoming.stopped or left == 0 else "withdrawn"
        return Report(ending, traded, order.size - traded - rested, tuple(incoming.trades), tuple(incoming.removals))

    def _take_in_turn(self, incoming: _Incoming, theirs: BookSide) -> None:
        """Trade with the orders of the best level, the earliest first."""
        key, order = theirs.best, incoming.order
        level, parts, left = theirs.levels[key], self._parts, incoming.left
        while level and left:
            number, maker = next(iter(level.items()))
            if maker.owner == order.owner:
                incoming.left = left
                self._meet_own(incoming, maker)
                left = incoming.left
                if incoming.stopped:
                    return
                continue
            there = parts.get(number, maker.size)
            size = min(there, left)
            left -= size
            incoming.trades.append(Trade(number, order.id, abs(key), size))
            if size < there:
                parts[number] = there - size
            else:
                # As `cancel` does, but here most of what it looks up is at hand.
                del level[number], self._orders[number]
                parts.pop(number, None)
        incoming.left = left
        if not level and key in theirs.levels:
            theirs.close_level(key)

    def _take_in_proportion(self, incoming: _Incoming, theirs: BookSide) -> None:
        """Trade with all orders of the best level at once, once the owner's own have been dealt with."""
        makers, owner = tuple(theirs.levels[theirs.best].values()), incoming.order.owner
        for maker in makers:
            if maker.owner == owner and incoming.left and not incoming.stopped:
                self._meet_own(incoming, maker)
        if incoming.stopped:
            return
        others = [maker for maker in makers if maker.owner != owner]
        parts = pro_rata([self._left(maker) for maker in others], incoming.left)
        for maker, part in zip(others, parts, strict=True):
            if part:
                self._trade(incoming, maker, part)

    def _trade(self, incoming: _Incoming, maker: BookOrder, size: int) -> None:
        assert maker.price is not None
        incoming.trades.append(Trade(maker.id, incoming.order.id, maker.price, size))
        incoming.left -= size
        self._shrink(maker, size)

    def _meet_own(self, incoming: _Incoming, maker: BookOrder) -> None:
        """Apply the rule against self-trades to a pair of orders."""
        rule, size = self._rule, self._left(maker)
        if rule in {"cancel_newest", "cancel_both"}:
            incoming.stopped = True
        if rule == "cancel_newest":
            return
        if rule == "decrement_and_cancel":
            size = min(size, incoming.left)
            incoming.left -= size
        incoming.removals.append(Removal(maker.id, size))
        self._shrink(maker, size)

    def _shrink(self, maker: BookOrder, size: int) -> None:
        """Take size out of a resting order; the order goes when nothing is left."""
        left = self._left(maker) - size
        if left:
            self._parts[maker.id] = left
        else:
            self.cancel(maker.id)

    def _fills(self, order: BookOrder, theirs: BookSide, reach: int) -> bool:
        """Return whether all of an order would trade with orders of others."""
        needed = order.size
        for key in theirs.by_rank():
            if key > reach:
                return False
            found = self._available(order.owner, theirs.levels[key], needed)
            if found is None:
                return False
            needed -= found
            if needed <= 0:
                return True
        return False

    def _available(self, owner: str, level: Level, needed: int) -> int | None:
        """Return what others offer at a level, or `None` if an own order would be in the way of what is needed."""
        passes_own = self._rule == "cancel_oldest"
        found = 0
        for maker in level.values():
            if maker.owner != owner:
                found += self._left(maker)
            elif not passes_own:
                return None
            if found >= needed and self._allocation == "time":
                return found
        return found
