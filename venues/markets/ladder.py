"""What follows from a venue's ladder alone: for venues whose ladder is exact, such as order books.

A venue that has no closed form of its own inherits from `FromLadder` and is done.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from venues.markets.venue import Admission, Arbitrage, Fill, Market, Order, Side, Step, Unfilled, Venue

ANY_COST: Final = 2**200
"""Bound of a purchase at any price."""


class _HasLadder(Protocol):
    def instruments(self) -> tuple[str, ...]:
        """Return the symbols traded here."""

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return the cost curve."""


class FromLadder:
    """Prices, capacity and arbitrage of a venue whose ladder is all there is to it."""

    __slots__ = ()

    def marginal_price(self: _HasLadder, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the first step."""
        steps = self.ladder(instrument, side, market)
        return steps[0].cash / steps[0].quantity if steps else None

    def capacity(self: _HasLadder, instrument: str, side: Side, market: Market) -> int:
        """Return the sum of all steps."""
        return sum(step.quantity for step in self.ladder(instrument, side, market))

    def arbitrage(self: _HasLadder, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the steps that are cheaper, or dearer, than the price elsewhere."""
        listed = [name for name in self.instruments() if name in prices]
        found = (along(self.ladder(name, side, market), name, side, prices[name]) for name, side in both_sides(listed))
        return tuple(trade for trade in found if trade is not None)

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return that the venue is open."""
        return "available"

    def reserves(self) -> dict[str, int]:
        """Return nothing: makers hold what they offer."""
        return {}


def both_sides(instruments: list[str]) -> Iterator[tuple[str, Side]]:
    """Yield each instrument with either side."""
    for name in instruments:
        yield name, "buy"
        yield name, "sell"


def along(steps: tuple[Step, ...], instrument: str, side: Side, price: float) -> Arbitrage | None:
    """Return the best trade along the steps of a ladder at a price elsewhere, or `None` if nothing pays."""
    quantity = cash = 0
    for step in steps:
        worth = step.quantity * price
        if (worth <= step.cash) if side == "buy" else (worth >= step.cash):
            break
        quantity, cash = quantity + step.quantity, cash + step.cash
    return earning(instrument, side, quantity, cash, price)


def earning(instrument: str, side: Side, quantity: float, cash: float, price: float) -> Arbitrage | None:
    """Return a trade with its profit at a price elsewhere, or `None` if it earns nothing."""
    profit = quantity * price - cash if side == "buy" else cash - quantity * price
    return Arbitrage(instrument, side, quantity, cash, profit) if quantity > 0 and profit > 0 else None


def better(one: Step, other: Step, side: Side) -> bool:
    """Return whether a stretch is better for the taker than another, for each unit."""
    difference = one.cash * other.quantity - other.cash * one.quantity
    return difference < 0 if side == "buy" else difference > 0


def quote(venue: Venue, instrument: str, side: Side, quantity: int, market: Market) -> Fill | Unfilled:
    """Return the fill that an order at any price would get, or why it would get none."""
    bound = ANY_COST if side == "buy" else 0
    order = Order(venue=venue.id, instrument=instrument, side=side, quantity=quantity, bound=bound)
    outcome = venue.execute(order, market)
    return outcome if isinstance(outcome, Unfilled) else outcome[1]
