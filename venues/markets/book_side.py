"""One side of a matching book: orders by price level, in each level by arrival.

Levels are kept under keys of which the lowest is the best: the price on the ask side, its negative on the bid side.
A heap knows which is the next best. A level that empties stays in the heap until it comes up, so that a cancellation
never searches; the heap is made anew when most of it is such remains.

A level is a plain dict, the fastest there is to add to and to remove from. Its weakness is that finding the first entry
passes over those removed in front, so after every `WORN` searches of a side the level at hand is copied: a copy holds
what is there and no more.
"""

from heapq import heapify, heappop, heappush
from typing import Final, Literal, NamedTuple

from venues.markets.book_order import BookOrder


class Remainder(NamedTuple):
    """What is left of a resting order that has traded; it stands in the order's place."""

    id: int
    owner: str
    price: int | None
    size: int


Resting = BookOrder | Remainder

Level = dict[int, Resting]
"""Orders by id, the earliest first. Most come and go whole, so that they are kept as they came."""

WORN: Final = 64
"""Searches for the first order of a level after which the level at hand is copied; a power of two."""

NO_LEVEL: Final = 2**201
"""Key of the best level while there is none: worse than any price reaches."""

_SPARE: Final = 64
"""Remains that the heap may hold whatever its size."""


class BookSide:
    """Orders of one side."""

    __slots__ = ("_heap", "_sign", "best", "levels", "searches")

    def __init__(self, levels: dict[int, Level], sign: Literal[1, -1]) -> None:
        """Begin an empty side.

        Args:
            levels: The levels of both sides: prices are above zero, so the sign of a key says whose it is.
            sign: Of this side's keys.
        """
        self.levels = levels
        """By key, those of the other side too."""

        self._sign = sign

        self.best = NO_LEVEL
        """Key of the best level."""

        self._heap: list[int] = []
        self.searches = 0
        """Searches for the first order of a level so far."""

    def open_level(self, key: int) -> Level:
        """Return a new, empty level, which the caller fills at once."""
        level: Level = {}
        self.levels[key] = level
        heappush(self._heap, key)
        if key < self.best:
            self.best = key
        if len(self._heap) > 2 * len(self.levels) + _SPARE:
            self._heap = self.by_rank()
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

    def mend(self) -> Level:
        """Return the best level once it is copied."""
        level = self.levels[self.best] = self.levels[self.best].copy()
        return level

    def by_rank(self) -> list[int]:
        """Return the keys of all levels, best first."""
        return sorted(key for key in self.levels if key * self._sign > 0)
