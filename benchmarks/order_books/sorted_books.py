"""Plain books on `sortedcontainers`: they keep orders in order and match nothing.

Both know no owners, kinds, trades or reports. A take removes size at the best price, order by order.
"""

from typing import Any

from sortedcontainers import SortedDict

from venues.markets.book_order import BookOrder


class SortedLevels:
    """Sorted price levels, each a dict of sizes."""

    def __init__(self) -> None:
        self.bids, self.asks = SortedDict(), SortedDict()
        self.index: dict[int, tuple[Any, int]] = {}

    def add(self, order: BookOrder) -> None:
        """Keep an order."""
        assert order.price is not None
        side, key = (self.bids, -order.price) if order.side == "buy" else (self.asks, order.price)
        level = side.get(key)
        if level is None:
            level = side[key] = {}
        level[order.id] = order.size
        self.index[order.id] = (side, key)

    def cancel(self, order_id: int) -> None:
        """Take an order out, if it is there."""
        found = self.index.pop(order_id, None)
        if found is not None:
            side, key = found
            level = side[key]
            del level[order_id]
            if not level:
                del side[key]

    def take(self, order: BookOrder) -> None:
        """Remove size at the best prices."""
        side, left = self.asks if order.side == "buy" else self.bids, order.size
        while left and side:
            key, level = side.peekitem(0)
            first = next(iter(level))
            taken = min(left, level[first])
            left -= taken
            level[first] -= taken
            if not level[first]:
                del level[first], self.index[first]
                if not level:
                    del side[key]

    def left(self) -> dict[int, int]:
        """Return the open size of each order."""
        return {i: size for side in (self.bids, self.asks) for level in side.values() for i, size in level.items()}


class SortedOrders:
    """One sorted dict of sizes a side, by price and arrival."""

    def __init__(self) -> None:
        self.bids, self.asks = SortedDict(), SortedDict()
        self.index: dict[int, tuple[Any, tuple[int, int]]] = {}

    def add(self, order: BookOrder) -> None:
        """Keep an order."""
        assert order.price is not None
        side, price = (self.bids, -order.price) if order.side == "buy" else (self.asks, order.price)
        side[price, order.id] = order.size
        self.index[order.id] = (side, (price, order.id))

    def cancel(self, order_id: int) -> None:
        """Take an order out, if it is there."""
        found = self.index.pop(order_id, None)
        if found is not None:
            del found[0][found[1]]

    def take(self, order: BookOrder) -> None:
        """Remove size at the best prices."""
        side, left = self.asks if order.side == "buy" else self.bids, order.size
        while left and side:
            key, size = side.peekitem(0)
            taken = min(left, size)
            left -= taken
            if taken < size:
                side[key] = size - taken
            else:
                del side[key], self.index[key[1]]

    def left(self) -> dict[int, int]:
        """Return the open size of each order."""
        return {key[1]: size for side in (self.bids, self.asks) for key, size in side.items()}
