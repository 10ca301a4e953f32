"""Orders that stand in a book kept on a chain, order by order, and what a trade against them comes to.

Prices are USDC base units for one option, on a grid of ticks; sizes are base units of the option. Orders are kept in
the order of their arrival.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from intents.boundary import Amount
from venues.markets.book_order import BookOrder, OrderKind
from venues.markets.clob import charge
from venues.markets.venue import Order, Share, Side

TICK: Final = 10_000
"""Smallest step of a price: a cent."""

TAKER: Final = ""
"""Name in the book of takers who trade through a solver; nobody can have it."""

NEXT: Final = 2**62
"""Number in the book of an order that has none yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An order in the book."""

    id: int
    owner: str
    side: Side
    price: Amount
    quantity: Amount
    batch: int = 0
    """Number of the batch it came in for, where orders are matched in batches."""

    def as_book_order(self) -> BookOrder:
        """Return the order as matching takes it."""
        return BookOrder(id=self.id, owner=self.owner, side=self.side, size=self.quantity, price=self.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order on its way to a book by a transaction of its owner."""

    instrument: str
    side: Side
    price: Amount
    quantity: Amount
    kind: OrderKind = "post_only"

    def is_sound(self) -> bool:
        """Return whether it has a size, and a price on the grid."""
        return self.quantity > 0 and self.price > 0 and self.price % TICK == 0

    def as_book_order(self, number: int, owner: str) -> BookOrder:
        """Return the order as matching takes it."""
        return BookOrder(id=number, owner=owner, side=self.side, size=self.quantity, price=self.price, kind=self.kind)


def against(orders: Iterable[Standing], side: Side) -> list[Standing]:
    """Return the orders that a taker on a side meets, best price first, then the earliest."""
    sign = 1 if side == "buy" else -1
    return sorted((o for o in orders if o.side != side), key=lambda o: (sign * o.price, o.id))


def by_level(orders: Sequence[Standing]) -> list[list[Standing]]:
    """Return orders in groups of one price, in the order given."""
    levels: list[list[Standing]] = []
    for order in orders:
        if levels and levels[-1][0].price == order.price:
            levels[-1].append(order)
        else:
            levels.append([order])
    return levels


def settled(
    order: Order, takes: Iterable[tuple[str, int, int]], spot: int, fee_account: str
) -> tuple[int, int, tuple[Share, ...]]:
    """Return what a taker pays or receives, fees included, the fees, and the other side.

    Args:
        order: What the taker sent.
        takes: Owner, price and quantity of each trade.
        spot: Answer of the oracle.
        fee_account: Who gets the fees.
    """
    sign = -1 if order.side == "buy" else 1
    shares, total, fees = [], 0, 0
    for owner, price, quantity in takes:
        premium, fee = charge(price, quantity, order.side, spot)
        total, fees = total + premium, fees + fee
        shares.append(Share(owner, sign * quantity, -sign * premium))
    return total - sign * fees, fees, (*shares, Share(fee_account, 0, fees))
