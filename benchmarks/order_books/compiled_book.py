"""A book on the C library `order-book` of PyPI, where it is installed: price levels sorted in C, nothing matched."""

import importlib
from typing import Any

from benchmarks.order_books.sorted_books import SortedLevels
from venues.markets.book_order import BookOrder


class CompiledLevels(SortedLevels):
    """Price levels as in `SortedLevels`, kept in order by the C library."""

    def __init__(self) -> None:
        self.book: Any = importlib.import_module("order_book").OrderBook()
        self.bids, self.asks = self.book.bids, self.book.asks
        self.index: dict[int, tuple[Any, int]] = {}

    def add(self, order: BookOrder) -> None:
        """Keep an order."""
        assert order.price is not None
        side, key = self.bids if order.side == "buy" else self.asks, order.price
        if key in side:
            side[key][order.id] = order.size
        else:
            side[key] = {order.id: order.size}
        self.index[order.id] = (side, key)

    def take(self, order: BookOrder) -> None:
        """Remove size at the best prices."""
        side, left = self.asks if order.side == "buy" else self.bids, order.size
        while left and len(side):
            key, level = side.index(0)
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
        return {
            i: size for side in self.book.to_dict().values() for level in side.values() for i, size in level.items()
        }
