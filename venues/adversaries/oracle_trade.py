"""What an update of an oracle is worth to somebody who trades just before it.

A market maker that prices by its oracle sells at the old price until the update is in, and buys back at the new one.
A purchase of `q` options that raises the maker's volatility from `v` to `v'` and is sold back after the update earns

    q * (P(new spot, v) - P(old spot, v')) less both fees,

because each trade is priced at the volatility it leads to, and the sale leads back to where the purchase began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from venues.adversaries.sandwich_size import OPTION_STEP, best_within, largest, open_bound
from venues.markets.kinds import AnyVenue
from venues.markets.venue import Market, Order, Unfilled

CANDIDATES: Final = 3
"""Series whose size is searched for: those whose first option earns most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """A purchase before an update and the sale after it."""

    venue: str
    instrument: str
    quantity: int
    paid: int
    """USDC base units that the purchase costs."""

    got: int
    """USDC base units that the sale brings."""

    @property
    def profit(self) -> int:
        """USDC base units before gas."""
        return self.got - self.paid

    @property
    def bound(self) -> int:
        """Most to pay and least to get: what was foreseen and a tenth of the profit, for options change with time."""
        return self.paid + self.profit // 10


def best_round_trip(venue: AnyVenue, now: Market, then: Market, cash: int) -> RoundTrip | None:
    """Return the purchase that earns most if the venue sees `now` at first and `then` when it is sold back."""
    found = []
    for name in _promising(venue, now, then):
        trip = _best_size(venue, name, (now, then), cash)
        if trip is not None and trip.profit > 0:
            found.append(trip)
    return max(found, key=lambda trip: trip.profit, default=None)


def round_trip(venue: AnyVenue, instrument: str, quantity: int, markets: tuple[Market, Market]) -> RoundTrip | None:
    """Return what a purchase before and a sale after an update come to, or `None` if one of them does not fill."""
    now, then = markets
    bought = venue.execute(
        Order(venue=venue.id, instrument=instrument, side="buy", quantity=quantity, bound=open_bound("buy")), now
    )
    if isinstance(bought, Unfilled):
        return None
    sold = bought[0].execute(
        Order(venue=venue.id, instrument=instrument, side="sell", quantity=quantity, bound=open_bound("sell")), then
    )
    if isinstance(sold, Unfilled):
        return None
    return RoundTrip(venue=venue.id, instrument=instrument, quantity=quantity, paid=bought[1].cash, got=sold[1].cash)


def _promising(venue: AnyVenue, now: Market, then: Market) -> Sequence[str]:
    """Return the series that a single option earns most on, best first."""
    gains: list[tuple[float, str]] = []
    for name in venue.instruments():
        ask, bid = venue.marginal_price(name, "buy", now), venue.marginal_price(name, "sell", then)
        if ask is not None and bid is not None and bid > ask:
            gains.append((ask - bid, name))
    return [name for _, name in sorted(gains)[:CANDIDATES]]


def _best_size(venue: AnyVenue, instrument: str, markets: tuple[Market, Market], cash: int) -> RoundTrip | None:
    def tried(steps: int) -> RoundTrip | None:
        return round_trip(venue, instrument, steps * OPTION_STEP, markets)

    def bears(steps: int) -> bool:
        trip = tried(steps)
        return trip is not None and trip.paid <= cash

    def profit(steps: int) -> int:
        trip = tried(steps)
        return trip.profit if trip is not None else 0

    most = largest(bears, venue.capacity(instrument, "buy", markets[0]) // OPTION_STEP)
    return tried(best_within(profit, most)) if most else None
