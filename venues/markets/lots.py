"""Venues that also make offers which are taken whole or not at all.

Such an offer has no place on a convex ladder. A venue that makes them states them as lots beside it: its ladder says
what the rest of it sells, an order of the size of a lot costs no more than the lot, and routers treat a lot as a yes or
a no.
"""

from typing import Protocol, Self, runtime_checkable

from venues.markets.venue import Market, Side, Step


@runtime_checkable
class OffersLots(Protocol):
    """A venue with lots."""

    def lots(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return the offers that are taken whole or not at all: the size of an order, and what all of it costs."""

    def divisible(self) -> Self:
        """Return the venue without them."""


def lots_of(venue: object, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
    """Return the lots of a venue; none at most kinds."""
    return venue.lots(instrument, side, market) if isinstance(venue, OffersLots) else ()
