"""One side of a matching book: orders by price level, in each level by arrival.

Levels are kept under keys of which the lowest is the best: the price on the ask side, its negative on the bid side.
A heap knows which is the next best. A level that empties stays in the heap until it comes up, so that a cancellation
never searches; the heap is made anew when most of it is such remains.
"""

from collections import OrderedDict
from heapq import heapify, heappop, heappush
from typing import Final

from venues.markets.book_order import BookOrder

# A plain dict would do but for one thing: finding its first entry gets slow after many were removed in front.
Level = OrderedDict[int, BookOrder]

NO_LEVEL: Final = 2**201
"""Key of the best level while there is none: worse than any price reaches."""

_SPARE: Final = 64
"""Remains that the heap may hold whatever its size."""


class BookSide:
    """Orders of one side."""

    __slots__ = ("_heap", "best", "levels")

    def __init__(self) -> None:
        self.levels: dict[int, Level] = {}
        """By key."""

        self.best = NO_LEVEL
        """Key of the best level."""

        self._heap: list[int] = []

    def open_level(self, key: int) -> Level:
        """Return a new, empty level, which the caller fills at once."""
        level = self.levels[key] = OrderedDict()
        heappush(self._heap, key)
        if key < self.best:
            self.best = key
        if len(self._heap) > 2 * len(self.levels) + _SPARE:
            self._heap = list(self.levels)
            heapify(self._heap)
        return level

    def close_level(self, key: int) -> None:
        """Take out a level that has become empty."""
        heap, levels = self._heap, self.levels
        del levels[key]
        if key == self.best:
            while heap and heap[0] not in levels:
                heappop(heap)
            self.best = heap[0] if heap else NO_LEVEL

    def by_rank(self) -> list[int]:
        """Return the keys of all levels, best first."""
        return sorted(self.levels)
