"""A venue under test, and the trades that are tried on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from venues.markets.ladder import ANY_COST, quote
from venues.markets.lots import OffersLots
from venues.markets.venue import Fill, Market, Order, Side, Unfilled, Venue

OPTIMAL: Final = 1e-9
"""Part of the turnover by which floats may miss the exact amount."""

SIDES: Final[tuple[Side, Side]] = ("buy", "sell")

SIZES: Final = (997, 89, 13, 3, 1)
"""Trades are the depth of the ladder divided by these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A venue, one of its instruments, and what it sees."""

    venue: Venue
    instrument: str
    market: Market
    rounding: int = 4
    """USDC base units by which the prices of parts may differ from the price of the whole, for each part."""

    def order(self, side: Side, quantity: int, bound: int | None = None) -> Order:
        """Return an order; at any price if no bound is given."""
        limit = bound if bound is not None else (ANY_COST if side == "buy" else 0)
        return Order(venue=self.venue.id, instrument=self.instrument, side=side, quantity=quantity, bound=limit)

    def quote(self, side: Side, quantity: int) -> Fill | None:
        """Return the fill of an order at any price, if it fills."""
        outcome = quote(self.venue, self.instrument, side, quantity, self.market)
        return None if isinstance(outcome, Unfilled) else outcome

    def after(self, order: Order) -> "Stage | None":
        """Return the stage once an order has been executed, if it fills."""
        outcome = self.venue.execute(order, self.market)
        return None if isinstance(outcome, Unfilled) else replace(self, venue=outcome[0])

    def divisible(self) -> "Stage":
        """Return the stage without offers that are taken whole or not at all."""
        return replace(self, venue=self.venue.divisible()) if isinstance(self.venue, OffersLots) else self

    def depth(self, side: Side) -> int:
        """Return the quantity that the ladder spans."""
        return sum(step.quantity for step in self.venue.ladder(self.instrument, side, self.market))

    def sizes(self, side: Side) -> list[int]:
        """Return quantities within the ladder that fill, rising."""
        depth = self.depth(side)
        wanted = sorted({depth // part for part in SIZES} - {0})
        return [size for size in wanted if self.quote(side, size) is not None]


def fills(stage: Stage) -> Iterator[tuple[Side, int, Fill]]:
    """Yield the trades that fill, smallest first."""
    for side in SIDES:
        for size in stage.sizes(side):
            fill = stage.quote(side, size)
            if fill is not None:
                yield side, size, fill


def worse(side: Side, one: float, other: float) -> float:
    """Return by how much `one` is worse for the taker than `other`."""
    return one - other if side == "buy" else other - one
