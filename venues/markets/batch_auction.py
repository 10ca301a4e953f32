"""Frequent batch auction: orders gather, then all trade at one price.

The price is the one at which most trades; among several, the one that leaves the smallest imbalance; among several of
those, the nearest to the last price (their middle if there was none). Better prices come first, then earlier batches,
and orders of one batch at one price share pro-rata, so that being faster inside a batch earns nothing. What is left of
a limit order stays for the next batch. The counterparty is the auction, not an owner, so nobody trades with himself
and no order gives way for that. The design is that of [Budish, Cramton and Shim].

[Budish, Cramton and Shim]: https://doi.org/10.1093/qje/qjv027
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

from venues.markets.book_order import BookOrder
from venues.markets.pro_rata import pro_rata
from venues.markets.venue import Side

_BEYOND: Final = 2**200
"""Stands for the price of a market order."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """The result of one batch."""

    price: int | None
    """Ticks; `None` if nothing traded."""

    fills: dict[int, int]
    """Lots traded, by order."""

    withdrawn: dict[int, int]
    """Lots of market and immediate-or-cancel orders that found nobody, by order."""

    @property
    def volume(self) -> int:
        """Lots bought, which are the lots sold."""
        return sum(self.fills.values()) // 2


@dataclass(slots=True)
class _Waiting:
    """An order in the auction."""

    order: BookOrder
    left: int
    batch: int
    """Number of the batch it came in for."""


class BatchAuction:
    """Auctions of one instrument, one after the other."""

    def __init__(self, last_price: int | None = None) -> None:
        self._waiting: dict[int, _Waiting] = {}
        self._last_price = last_price
        self._batch = 0

    def submit(self, order: BookOrder, batch: int | None = None) -> None:
        """Take an order into the present batch; `batch` is the one it came in for, if it has waited elsewhere.

        Raises:
            ValueError: if an order with its id waits, or it is of a kind that has no meaning in a batch.
        """
        if order.id in self._waiting:
            raise ValueError(f"order {order.id} waits in the auction already")
        if order.kind in {"fok", "post_only"}:
            raise ValueError(f"order {order.id}: {order.kind} has no meaning in a batch; send a limit order")
        self._waiting[order.id] = _Waiting(order, order.size, self._batch if batch is None else batch)

    def cancel(self, order_id: int) -> int:
        """Take an order out and return its open size; zero if no such order waits."""
        waiting = self._waiting.pop(order_id, None)
        return 0 if waiting is None else waiting.left

    def open_size(self, order_id: int) -> int:
        """Return what is left of a waiting order; zero if no such order waits."""
        waiting = self._waiting.get(order_id)
        return 0 if waiting is None else waiting.left

    def clear(self) -> Clearing:
        """End the batch: trade at one price, withdraw what must not wait, and begin the next."""
        buys, sells = self._of("buy"), self._of("sell")
        price = clearing_price(
            [(_limit(w.order), w.left) for w in buys], [(_limit(w.order), w.left) for w in sells], self._last_price
        )
        fills: dict[int, int] = {}
        if price is not None:
            reach_buys = [w for w in buys if _limit(w.order) >= price]
            reach_sells = [w for w in sells if _limit(w.order) <= price]
            volume = min(sum(w.left for w in reach_buys), sum(w.left for w in reach_sells))
            for side in (reach_buys, reach_sells):
                fills |= _allocate(side, volume)
            self._last_price = price
        withdrawn = self._settle(fills)
        self._batch += 1
        return Clearing(price, fills, withdrawn)

    def _of(self, side: Side) -> list[_Waiting]:
        return [waiting for waiting in self._waiting.values() if waiting.order.side == side]

    def _settle(self, fills: dict[int, int]) -> dict[int, int]:
        """Take out what traded and what must not wait, and return the latter."""
        withdrawn = {}
        for order_id, waiting in list(self._waiting.items()):
            waiting.left -= fills.get(order_id, 0)
            if waiting.left and waiting.order.kind != "limit":
                withdrawn[order_id] = waiting.left
            if not waiting.left or waiting.order.kind != "limit":
                del self._waiting[order_id]
        return withdrawn


def clearing_price(
    buys: Sequence[tuple[int, int]], sells: Sequence[tuple[int, int]], last_price: int | None
) -> int | None:
    """Return the price at which a batch clears, or `None` if nothing can trade.

    Args:
        buys: Limit in ticks and size of each order that buys.
        sells: The same of each order that sells.
        last_price: Price of the batch before.
    """
    demand, supply = _Curve(buys), _Curve(sells)
    limits = {limit for limit, _ in (*buys, *sells) if 0 < limit < _BEYOND}
    if last_price is not None:
        limits.add(last_price)
    # Between two limits demand and supply are flat, so a tick beside each limit stands for all ticks between.
    ticks = sorted({tick for limit in limits for tick in (limit - 1, limit, limit + 1) if tick > 0})
    ranked = [(_rank(demand.at_or_above(tick), supply.at_or_below(tick)), tick) for tick in ticks]
    best = min((rank for rank, _ in ranked), default=(0, 0))
    if best[0] == 0:
        return None
    found = [tick for rank, tick in ranked if rank == best]
    low, high = found[0], found[-1]
    return (low + high) // 2 if last_price is None else min(max(last_price, low), high)


def _rank(demand: int, supply: int) -> tuple[int, int]:
    """Return what makes a price worse than another: less volume, then more imbalance."""
    return -min(demand, supply), abs(demand - supply)


class _Curve:
    """Sizes by limit, summed up."""

    def __init__(self, orders: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(orders)
        self._limits = [limit for limit, _ in ordered]
        self._sums = [0, *accumulate(size for _, size in ordered)]

    def at_or_above(self, price: int) -> int:
        """Return the size with a limit of `price` or more."""
        return self._sums[-1] - self._sums[bisect_left(self._limits, price)]

    def at_or_below(self, price: int) -> int:
        """Return the size with a limit of `price` or less."""
        return self._sums[bisect_right(self._limits, price)]


def _limit(order: BookOrder) -> int:
    if order.price is None:
        return _BEYOND if order.side == "buy" else -_BEYOND
    return order.price


def _allocate(side: Sequence[_Waiting], volume: int) -> dict[int, int]:
    """Return what each order of a side gets of the volume."""
    fills: dict[int, int] = {}
    for _, group in groupby(sorted(side, key=_priority), key=_priority):
        members = list(group)
        parts = pro_rata([waiting.left for waiting in members], volume)
        fills |= {w.order.id: part for w, part in zip(members, parts, strict=True) if part}
        volume -= sum(parts)
    return fills


def _priority(waiting: _Waiting) -> tuple[int, int]:
    limit = _limit(waiting.order)
    return (-limit if waiting.order.side == "buy" else limit), waiting.batch
