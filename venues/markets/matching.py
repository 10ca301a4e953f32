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

    traded: int = 0
    trades: list[Trade] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)


class MatchingBook:
    """A book of one instrument."""

    def __init__(self, *, self_trades: SelfTradeRule = "cancel_newest", allocation: Allocation = "time") -> None:
        self._rule = self_trades
        self._allocation = allocation
        self._bids, self._asks = BookSide(), BookSide()
        self._orders: dict[int, BookOrder] = {}
        self._open: dict[int, int] = {}

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
            return self._leave(order)
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
        return self._open.pop(order_id)

    def best(self, side: Side) -> int | None:
        """Return the best price of the resting orders that buy or sell."""
        key = self._side(side).best
        return None if key == NO_LEVEL else abs(key)

    def depth(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return price and open size of each level, best first."""
        levels = self._side(side).levels
        return tuple((abs(key), sum(self._open[i] for i in levels[key])) for key in self._side(side).keys())  # noqa: SIM118

    def queue(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return id and open size of each resting order, in the order in which they trade."""
        levels = self._side(side).levels
        return tuple((i, self._open[i]) for key in self._side(side).keys() for i in levels[key])  # noqa: SIM118

    def open_size(self, order_id: int) -> int:
        """Return what is left of a resting order; zero if no such order rests."""
        return self._open.get(order_id, 0)

    def _side(self, side: Side) -> BookSide:
        return self._bids if side == "buy" else self._asks

    def _leave(self, order: BookOrder) -> Report:
        """Return the report on an order that met nobody."""
        if order.kind in _RESTING:
            self._rest(order, order.size)
            return _RESTS
        return Report("killed" if order.kind == "fok" else "withdrawn", withdrawn=order.size)

    def _rest(self, order: BookOrder, size: int) -> None:
        assert order.price is not None
        side, key = (self._bids, -order.price) if order.side == "buy" else (self._asks, order.price)
        order_id = order.id
        level = side.levels.get(key)
        if level is None:
            level = side.open_level(key)
        level[order_id] = order
        self._orders[order_id] = order
        self._open[order_id] = size

    def _conclude(self, incoming: _Incoming) -> Report:
        """Let the rest of an order rest if it may, and return the report."""
        order, left, traded = incoming.order, incoming.left, incoming.traded
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
        level, owner = theirs.levels[theirs.best], incoming.order.owner
        while level and incoming.left and not incoming.stopped:
            maker = next(iter(level.values()))
            if maker.owner == owner:
                self._meet_own(incoming, maker)
            else:
                self._trade(incoming, maker, min(incoming.left, self._open[maker.id]))

    def _take_in_proportion(self, incoming: _Incoming, theirs: BookSide) -> None:
        """Trade with all orders of the best level at once, once the owner's own have been dealt with."""
        makers, owner = tuple(theirs.levels[theirs.best].values()), incoming.order.owner
        for maker in makers:
            if maker.owner == owner and incoming.left and not incoming.stopped:
                self._meet_own(incoming, maker)
        if incoming.stopped:
            return
        others = [maker for maker in makers if maker.owner != owner]
        parts = pro_rata([self._open[maker.id] for maker in others], incoming.left)
        for maker, part in zip(others, parts, strict=True):
            if part:
                self._trade(incoming, maker, part)

    def _trade(self, incoming: _Incoming, maker: BookOrder, size: int) -> None:
        assert maker.price is not None
        incoming.trades.append(Trade(maker.id, incoming.order.id, maker.price, size))
        incoming.left -= size
        incoming.traded += size
        self._shrink(maker, size)

    def _meet_own(self, incoming: _Incoming, maker: BookOrder) -> None:
        """Apply the rule against self-trades to a pair of orders."""
        rule, size = self._rule, self._open[maker.id]
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
        left = self._open[maker.id] - size
        if left:
            self._open[maker.id] = left
        else:
            self.cancel(maker.id)

    def _fills(self, order: BookOrder, theirs: BookSide, reach: int) -> bool:
        """Return whether all of an order would trade with orders of others."""
        needed = order.size
        for key in theirs.keys():  # noqa: SIM118  levels, not a mapping
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
                found += self._open[maker.id]
            elif not passes_own:
                return None
            if found >= needed and self._allocation == "time":
                return found
        return found
