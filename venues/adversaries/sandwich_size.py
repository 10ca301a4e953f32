"""The best sandwich around an order: how much to trade before it, so that its bound just holds.

The searcher trades ahead in the victim's direction, the victim trades at the price that leaves, and the searcher trades
back. The more it trades, the worse for the victim, up to the bound: the most that the bound bears is found by
bisection in whole units. The fee makes small gains per unit go negative before that for large trades, so the best size
lies between one unit and the most, and is found by a search that ends in trying every unit of a short stretch.

Both searches need no more of a venue than its `execute`, so they are exact wherever it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from intents.assets import ETH, OPTION_UNIT
from venues.markets.kinds import AnyVenue
from venues.markets.ladder import ANY_COST
from venues.markets.venue import Market, Order, Side, Unfilled

OPTION_STEP: Final = OPTION_UNIT // 100
"""Options are traded in hundredths, ether in wei."""

SHORT: Final = 64
"""Stretch of sizes that are all tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What a searcher may put into the first leg."""

    cash: int
    """USDC base units."""

    ether: int
    """Wei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandwich:
    """A trade before the victim's, and the opposite one after it."""

    instrument: str
    side: Side
    """Of the first leg, and of the victim."""

    quantity: int
    first_cash: int
    """USDC that the first leg costs (a purchase) or brings (a sale)."""

    last_cash: int
    """USDC that the second leg brings or costs."""

    @property
    def profit(self) -> int:
        """USDC base units before gas."""
        return self.last_cash - self.first_cash if self.side == "buy" else self.first_cash - self.last_cash

    @property
    def bound(self) -> int:
        """Bound of both legs: what the first was foreseen to come to; for options, which change with time, some more.

        At their bounds the legs earn nothing together.
        """
        return self.first_cash + (0 if self.instrument == ETH else self.profit // 10)


def opposite(side: Side) -> Side:
    """Return the other side."""
    return "sell" if side == "buy" else "buy"


def open_bound(side: Side) -> int:
    """Return the bound of an order at any price."""
    return ANY_COST if side == "buy" else 0


def best_sandwich(venue: AnyVenue, victims: Sequence[Order], market: Market, purse: Purse) -> Sandwich | None:
    """Return the sandwich around orders of one call that earns most before gas, if any earns something.

    Ether is sandwiched from both sides. Options only where the victim buys: to sell them first would need collateral.
    """
    found = [_best(venue, victims, order, market, purse) for order in victims]
    good = [sandwich for sandwich in found if sandwich is not None and sandwich.profit > 0]
    return max(good, key=lambda sandwich: sandwich.profit, default=None)


def _best(venue: AnyVenue, victims: Sequence[Order], order: Order, market: Market, purse: Purse) -> Sandwich | None:
    """Return the best sandwich with the instrument and side of one of the victim's orders."""
    if order.instrument != ETH and order.side == "sell":
        return None
    step = 1 if order.instrument == ETH else OPTION_STEP

    @cache
    def tried(steps: int) -> Sandwich | None:
        return _try(venue, victims, order, market, steps * step)

    def bears(steps: int) -> bool:
        sandwich = tried(steps)
        return sandwich is not None and _affordable(sandwich, purse)

    most = largest(bears, venue.capacity(order.instrument, order.side, market) // step)
    if most == 0:
        return None

    def profit(steps: int) -> int:
        sandwich = tried(steps)
        return sandwich.profit if sandwich is not None else 0

    return tried(best_within(profit, most))


def _try(venue: AnyVenue, victims: Sequence[Order], order: Order, market: Market, quantity: int) -> Sandwich | None:
    """Return what a sandwich of a size comes to, or `None` if one of its trades, or the victim's, does not fill."""
    side, back = order.side, opposite(order.side)
    first = _open(venue, order.instrument, side, quantity, market)
    if first is None:
        return None
    moved, first_cash = first
    for victim in victims:
        outcome = moved.execute(victim, market)
        if isinstance(outcome, Unfilled):
            return None
        moved = outcome[0]
    last = _open(moved, order.instrument, back, quantity, market)
    if last is None:
        return None
    return Sandwich(instrument=order.instrument, side=side, quantity=quantity, first_cash=first_cash, last_cash=last[1])


def _open(venue: AnyVenue, instrument: str, side: Side, quantity: int, market: Market) -> tuple[AnyVenue, int] | None:
    order = Order(venue=venue.id, instrument=instrument, side=side, quantity=quantity, bound=open_bound(side))
    outcome = venue.execute(order, market)
    return None if isinstance(outcome, Unfilled) else (outcome[0], outcome[1].cash)


def _affordable(sandwich: Sandwich, purse: Purse) -> bool:
    return sandwich.first_cash <= purse.cash if sandwich.side == "buy" else sandwich.quantity <= purse.ether


def largest(holds: Callable[[int], bool], most: int) -> int:
    """Return the largest whole number up to `most` at which something holds that stops to hold once; zero if none."""
    if most < 1 or not holds(1):
        return 0
    low, high = 1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def best_within(value: Callable[[int], int], most: int) -> int:
    """Return where between one and `most` a value is largest that rises, then falls."""
    low, high = 1, most
    while high - low > SHORT:
        left, right = low + (high - low) * 382 // 1000, low + (high - low) * 618 // 1000
        low, high = (low, right) if value(left) >= value(right) else (left, high)
    return max(range(low, high + 1), key=value)
