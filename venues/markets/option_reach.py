"""How far others may move an option market maker before it refuses an order.

Flow in an order's own direction takes the price through its bound. Flow against it makes it cheaper, but takes the
volatility down (or up), until the series is too far from the money or outside the bounds of the venue. Both limits are
found by bisection. They are independent of each other: within both, any mixture leaves the volatility between its ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from venues.markets.venue import Claim, Side

Keeps = Callable[[int, int], bool]
"""Whether an order would fill after up to so much in its direction, and up to so much against it."""

MOST_PRIOR: Final = 4
"""Largest flow before an order that is looked at, in largest trades of the venue."""

STEPS: Final = 100
"""Steps of a search in a standard size of the venue."""


@dataclass(frozen=True, slots=True)
class Search:
    """The search for how far others may go before one order."""

    quantity: int
    """Of the order, in base units."""

    max_trade: int
    """Largest trade of the venue; zero for an order that does not fill even alone."""

    standard_size: int

    def of_side(self, board: str, side: Side, keeps: Keeps) -> Claim:
        """Return the claim on one direction of a board, with its condition on the other where others can go so far."""
        resource = f"{board}:{side}"
        if not self.max_trade:
            return Claim(resource, self.quantity, 0)
        reach = self.quantity + self._largest(MOST_PRIOR * self.max_trade, lambda prior: keeps(prior, 0))
        # Winners against it keep to reaches of their own, none of which is above this.
        most = (MOST_PRIOR + 1) * self.max_trade
        if keeps(0, most):
            return Claim(resource, self.quantity, reach)
        against = Claim(f"{board}:{other_side(side)}", 0, self._largest(most, lambda prior: keeps(0, prior)))
        return Claim(resource, self.quantity, reach, (against,))

    def of_all(self, resource: str, keeps: Keeps) -> Claim:
        """Return the claim on a resource that flow in both directions takes of."""
        if not self.max_trade:
            return Claim(resource, self.quantity, 0)
        prior = self._largest(MOST_PRIOR * self.max_trade, lambda prior: keeps(prior, prior))
        return Claim(resource, self.quantity, self.quantity + prior)

    def _largest(self, most: int, holds: Callable[[int], bool]) -> int:
        """Return nearly the largest flow below `most` that holds; what is smaller holds as well."""
        low, high = 0, most
        tolerance = max(self.standard_size // STEPS, 1)
        while high - low > tolerance:
            middle = (low + high) // 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return low


def other_side(side: Side) -> Side:
    """Return the direction against an order's."""
    return "sell" if side == "buy" else "buy"
