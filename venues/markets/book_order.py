"""What goes into a matching book or a batch auction, and what comes back. Prices are in ticks, sizes in lots."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from venues.markets.venue import Side

OrderKind = Literal["limit", "market", "ioc", "fok", "post_only"]
"""What happens to what does not trade at once: it rests; it is withdrawn (market, immediate or cancel); nothing may be
left, or nothing trades (fill or kill); nothing may trade, or nothing rests (post only)."""

Ending = Literal["done", "rests", "withdrawn", "self_trade", "killed", "would_take"]
"""How an order left the gate: traded in full; part or all of it rests; the rest found nobody and was withdrawn; the
rest was taken out because it met its owner's own order; fill or kill that could not be filled; post only that would
have traded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOrder:
    """An order on its way into a book.

    Raises:
        ValueError: if the size or the price is not above zero, or a price is missing or too many.
    """

    id: int
    owner: str
    side: Side
    size: int
    """Lots."""

    price: int | None = None
    """Worst price in ticks; `None` for market orders, and only for them."""

    kind: OrderKind = "limit"

    def __post_init__(self) -> None:
        if self.size <= 0:
            raise ValueError(f"order {self.id}: size {self.size} is not above zero")
        if (self.price is None) != (self.kind == "market"):
            raise ValueError(f"order {self.id}: a market order has no price, every other kind has one")
        if self.price is not None and self.price <= 0:
            raise ValueError(f"order {self.id}: price {self.price} is not above zero")


# Tuples, not dataclasses: a book makes one for every event, and frozen dataclasses take twice the time.
class Trade(NamedTuple):
    """A resting order met by an incoming one, at the price of the resting one."""

    maker: int
    """Id of the resting order."""

    taker: int
    price: int
    size: int


class Removal(NamedTuple):
    """Size taken out of a resting order because its owner's own order met it."""

    order: int
    size: int


class Report(NamedTuple):
    """What became of an order. What was neither traded nor withdrawn rests."""

    ending: Ending
    traded: int = 0
    withdrawn: int = 0
    trades: tuple[Trade, ...] = ()
    removals: tuple[Removal, ...] = ()
