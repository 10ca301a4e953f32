"""Pyth's moving averages of price and confidence.

Each aggregate counts with one over its confidence, so that a price of which the network is sure moves the average
more. The weights decay by a straight line in the slots that have passed, 117,065 billionths a slot: a half-life of
5,921 slots, about an hour. After a pause of more than 4,145 slots the average begins again.

Source: pyth-network/pyth-client, commit 25dd347e, `program/c/src/oracle/upd_aggregate.h`.
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.oracles.decimals import Decimal

RESET_SLOTS: Final = 4_145
"""Slots without an update after which the average begins again."""

DECAY: Final = Decimal(-117_065, -9)
"""Change of a weight each slot."""

ONE: Final = Decimal(100_000_000, -8)
ZERO: Final = Decimal(0, 0)


@dataclass(frozen=True, slots=True)
class Average:
    """A weighted mean, as numerator and denominator, and its value."""

    value: int = 0
    """At the exponent of the price."""

    numerator: Decimal = ZERO
    denominator: Decimal = ZERO

    def after(self, value: int, confidence: int, exponent: int, slots: int) -> "Average":
        """Return the average after one more aggregate, `slots` after the one before."""
        seen, spread = Decimal(value, exponent).cut(), Decimal(confidence, exponent).cut()
        weight = ONE.over(spread) if spread.mantissa else ONE
        if slots > RESET_SLOTS:
            numerator, denominator, mean = seen.times(weight), weight, seen
        else:
            kept = DECAY.times(Decimal(slots, 0)).plus(ONE)
            numerator, denominator, mean = self._mixed(seen, weight, kept)
        stored = numerator.stored(), denominator.stored()
        if stored[0] is None or stored[1] is None:
            return replace(self, value=mean.at(exponent))
        return Average(mean.at(exponent), stored[0], stored[1])

    def _mixed(self, seen: Decimal, weight: Decimal, kept: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """Return numerator, denominator and mean of what is kept and what is new."""
        numerator, denominator = self.numerator.cut(), self.denominator.cut()
        if numerator.mantissa < 0 or denominator.mantissa < 0:
            return seen, ONE, seen
        numerator = numerator.times(kept).plus(seen.times(weight))
        denominator = denominator.times(kept).plus(weight)
        return numerator, denominator, numerator.over(denominator)


@dataclass(frozen=True, slots=True)
class Averages:
    """The averages that a feed publishes beside its price."""

    price: Average = Average()
    confidence: Average = Average()

    def after(self, price: int, confidence: int, exponent: int, slots: int) -> "Averages":
        """Return the averages after one more aggregate, `slots` after the one before."""
        return Averages(
            self.price.after(price, confidence, exponent, slots),
            self.confidence.after(confidence, confidence, exponent, slots),
        )
