"""Order book that matches: price-time priority or pro-rata, five kinds of orders, four ways to prevent self-trades.

An incoming order trades at the prices of resting ones, best price first. At one price the earliest order comes first,
or, pro-rata, all share in proportion to their size. Where an order meets one of its own owner, no trade happens and
the book's rule says which of the two gives way. Pro-rata a whole level is met at once, so there the owner's orders at
a level are dealt with before the others share.

The book is mutable and made for simulations of many events; `clob.OrderBook`, a value, is what chains keep.
"""

from typing import Final, Literal

from venues.markets.book_order import BookOrder, Ending, Removal, Report, Trade
from venues.markets.book_side import NO_LEVEL, WORN, BookSide, Level, Remainder, Resting
from venues.markets.pro_rata import pro_rata
from venues.markets.venue import Side

SelfTradeRule = Literal["cancel_newest", "cancel_oldest", "cancel_both", "decrement_and_cancel"]
"""Which order gives way: the incoming, the resting, both, or both by the smaller size of the two."""

Allocation = Literal["time", "pro_rata"]

ANY_PRICE: Final = 2**200
"""Reach of a market order, as a key of levels."""

_RESTING: Final = frozenset({"limit", "post_only"})
_RESTS: Final = Report("rests")

_new: Final = tuple.__new__
"""Makes a named tuple of a plain one, in half the time of naming its fields."""


class _Incoming:
    """An order while it is being matched."""

    __slots__ = ("left", "order", "removals", "stopped", "trades")

    def __init__(self, order: BookOrder, trades: list[Trade]) -> None:
        self.order = order
        self.left = order.size
        self.stopped = False
        """Whether a self-trade rule took out the rest of it."""

        self.trades = trades
        self.removals: list[Removal] = []


class MatchingBook:
    """A book of one instrument."""

    def __init__(self, *, self_trades: SelfTradeRule = "cancel_newest", allocation: Allocation = "time") -> None:
        self._rule = self_trades
        self._allocation = allocation
        self._take = self._take_in_turn if allocation == "time" else self._take_in_proportion
        # One dict of levels for both sides, and the key of each order's level: that is all a cancellation looks up.
        self._levels: dict[int, Level] = {}
        self._bids, self._asks = BookSide(self._levels, -1), BookSide(self._levels, 1)
        self._keys: dict[int, int] = {}

    def submit(self, order: BookOrder) -> Report:
        """Match an order, let rest what may, and return what became of it.

        Raises:
            ValueError: if an order with its id rests in the book.
        """
        order_id, price = order.id, order.price
        if order_id in self._keys:
            raise ValueError(f"order {order_id} rests in the book already")
        if order.side == "buy":
            ours, theirs, reach = self._bids, self._asks, ANY_PRICE if price is None else price
            key = -reach
        else:
            ours, theirs, key = self._asks, self._bids, -ANY_PRICE if price is None else price
            reach = -key
        if theirs.best > reach:
            if order.kind not in _RESTING:
                return Report("killed" if order.kind == "fok" else "withdrawn", withdrawn=order.size)
            # As `_rest` does; most orders end here.
            level = self._levels.get(key)
            if level is None:
                level = ours.open_level(key)
            level[order_id] = order
            self._keys[order_id] = key
            return _RESTS
        if order.kind == "post_only":
            return Report("would_take", withdrawn=order.size)
        if order.kind == "fok" and not self._fills(order, theirs, reach):
            return Report("killed", withdrawn=order.size)
        return self._take(order, theirs, reach)

    def cancel(self, order_id: int) -> int:
        """Take a resting order out and return its open size; zero if no such order rests."""
        key = self._keys.pop(order_id, None)
        if key is None:
            return 0
        level = self._levels[key]
        order = level.pop(order_id)
        if not level:
            (self._bids if key < 0 else self._asks).close_level(key)
        return order.size

    def best(self, side: Side) -> int | None:
        """Return the best price of the resting orders that buy or sell."""
        key = self._side(side).best
        return None if key == NO_LEVEL else abs(key)

    def depth(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return price and open size of each level, best first."""
        ours = self._side(side)
        return tuple((abs(key), sum(order.size for order in ours.levels[key].values())) for key in ours.by_rank())

    def queue(self, side: Side) -> tuple[tuple[int, int], ...]:
        """Return id and open size of each resting order, in the order in which they trade."""
        ours = self._side(side)
        return tuple((order.id, order.size) for key in ours.by_rank() for order in ours.levels[key].values())

    def open_size(self, order_id: int) -> int:
        """Return what is left of a resting order; zero if no such order rests."""
        key = self._keys.get(order_id)
        return 0 if key is None else self._levels[key][order_id].size

    def _side(self, side: Side) -> BookSide:
        return self._bids if side == "buy" else self._asks

    def _rest(self, order: BookOrder, size: int) -> None:
        assert order.price is not None
        side, key = (self._bids, -order.price) if order.side == "buy" else (self._asks, order.price)
        level = self._levels.get(key)
        if level is None:
            level = side.open_level(key)
        level[order.id] = order if size == order.size else Remainder(order.id, order.owner, order.price, size)
        self._keys[order.id] = key

    def _conclude(self, incoming: _Incoming) -> Report:
        """Let the rest of an order rest if it may, and return the report."""
        order, left = incoming.order, incoming.left
        traded = sum(trade.size for trade in incoming.trades)
        rested = left if order.kind == "limit" and not incoming.stopped else 0
        ending: Ending = "done"
        if rested:
            self._rest(order, rested)
            ending = "rests"
        elif traded < order.size:
            ending = "self_trade" if incoming.stopped or left == 0 else "withdrawn"
        return Report(ending, traded, order.size - traded - rested, tuple(incoming.trades), tuple(incoming.removals))

    def _take_in_turn(self, order: BookOrder, theirs: BookSide, reach: int) -> Report:
        """Trade with resting orders one by one, the earliest of the best level first."""
        taker, owner, left, levels, keys = order.id, order.owner, order.size, self._levels, self._keys
        trades: list[Trade] = []
        incoming: _Incoming | None = None
        while left and theirs.best <= reach:
            key = theirs.best
            theirs.searches += 1
            level = theirs.mend() if theirs.searches % WORN == 0 else levels[key]
            price, gone = (key if key > 0 else -key), []
            for number, maker in level.items():
                if maker.owner == owner:
                    break
                size = maker.size
                if left < size:
                    trades.append(_new(Trade, (number, taker, price, left)))
                    level[number] = _new(Remainder, (number, maker.owner, maker.price, size - left))
                    left = 0
                    break
                trades.append(_new(Trade, (number, taker, price, size)))
                gone.append(number)
                left -= size
                if not left:
                    break
            for number in gone:
                del level[number], keys[number]
            if not level:
                theirs.close_level(key)
            elif left:
                incoming = incoming or _Incoming(order, trades)
                incoming.left = left
                self._meet_own(incoming, maker)
                left = incoming.left
                if incoming.stopped:
                    break
        if not left and incoming is None:
            return _new(Report, ("done", order.size, 0, tuple(trades), ()))
        incoming = incoming or _Incoming(order, trades)
        incoming.left = left
        return self._conclude(incoming)

    def _take_in_proportion(self, order: BookOrder, theirs: BookSide, reach: int) -> Report:
        """Trade with whole levels at once, the best first."""
        incoming = _Incoming(order, [])
        while theirs.best <= reach and incoming.left and not incoming.stopped:
            self._share_level(incoming, theirs)
        return self._conclude(incoming)

    def _share_level(self, incoming: _Incoming, theirs: BookSide) -> None:
        """Trade with all orders of the best level at once, once the owner's own have been dealt with."""
        makers, owner = tuple(theirs.levels[theirs.best].values()), incoming.order.owner
        for maker in makers:
            if maker.owner == owner and incoming.left and not incoming.stopped:
                self._meet_own(incoming, maker)
        if incoming.stopped:
            return
        others = [maker for maker in makers if maker.owner != owner]
        parts = pro_rata([maker.size for maker in others], incoming.left)
        for maker, part in zip(others, parts, strict=True):
            if part:
                self._trade(incoming, maker, part)

    def _trade(self, incoming: _Incoming, maker: Resting, size: int) -> None:
        assert maker.price is not None
        incoming.trades.append(Trade(maker.id, incoming.order.id, maker.price, size))
        incoming.left -= size
        self._shrink(maker, size)

    def _meet_own(self, incoming: _Incoming, maker: Resting) -> None:
        """Apply the rule against self-trades to a pair of orders."""
        rule, size = self._rule, maker.size
        if rule in {"cancel_newest", "cancel_both"}:
            incoming.stopped = True
        if rule == "cancel_newest":
            return
        if rule == "decrement_and_cancel":
            size = min(size, incoming.left)
            incoming.left -= size
        incoming.removals.append(Removal(maker.id, size))
        self._shrink(maker, size)

    def _shrink(self, maker: Resting, size: int) -> None:
        """Take size out of a resting order; the order goes when nothing is left."""
        if size < maker.size:
            self._levels[self._keys[maker.id]][maker.id] = Remainder(
                maker.id, maker.owner, maker.price, maker.size - size
            )
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
                found += maker.size
            elif not passes_own:
                return None
            if found >= needed and self._allocation == "time":
                return found
        return found
