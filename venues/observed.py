"""What a clearing house knows of the way of a price: which barriers were touched, and prices fixed on the hour.

Options with a barrier and options on the mean pay by it. An Asian option pays by the plain mean of the hourly fixings
of its last day and of the settlement price, which is the last of them; hours that nobody had recorded are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from intents.options import BARRIERS, OptionSeries

HOUR_MS: Final = 3_600_000
FIXINGS: Final = 24
"""Prices that an Asian option pays by: the settlement price, and that of each hour of the day before it."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Records of one clearing house."""

    touched: Map[str, int] = field(default_factory=Map)
    """Time of the answer that touched the barrier of a series, by symbol."""

    fixings: Map[int, int] = field(default_factory=Map)
    """Price of each hour that was recorded, in dollars times `PRICE_UNIT`, by Unix milliseconds."""

    def lives(self, series: OptionSeries) -> bool:
        """Return whether an option pays at its expiry, as far as its barrier and its style go.

        An American one that was not exercised does not.
        """
        if series.style in BARRIERS:
            return (series.symbol in self.touched) == series.style.endswith("-in")
        return series.style != "american"

    def payoff(self, series: OptionSeries, price: int) -> int:
        """Return what one option pays at an expiry settled at `price`; both are dollars times `PRICE_UNIT`."""
        if not self.lives(series):
            return 0
        return series.intrinsic(self.mean(series.expiry_ms, price) if series.style == "asian" else price)

    def mean(self, expiry_ms: int, price: int) -> int:
        """Return the mean of the fixings of an expiry and its settlement price, rounded down."""
        known = [*self.known(expiry_ms), price]
        return sum(known) // len(known)

    def known(self, expiry_ms: int) -> list[int]:
        """Return the fixings that count for an expiry and were recorded, oldest first."""
        return [self.fixings[time_ms] for time_ms in fixing_times(expiry_ms) if time_ms in self.fixings]

    def with_touch(self, symbol: str, time_ms: int) -> "Observed":
        """Return the records with a barrier touched."""
        return replace(self, touched=self.touched.set(symbol, time_ms))

    def with_fixing(self, time_ms: int, price: int) -> "Observed":
        """Return the records with the price of an hour."""
        return replace(self, fixings=self.fixings.set(time_ms, price))


UNOBSERVED: Final = Observed()
"""Nothing was recorded yet."""


def fixing_times(expiry_ms: int) -> Sequence[int]:
    """Return the hours whose prices an Asian option of an expiry pays by, without the expiry itself, oldest first."""
    return range(expiry_ms - (FIXINGS - 1) * HOUR_MS, expiry_ms, HOUR_MS)


def touches(series: OptionSeries, price: int) -> bool:
    """Return whether a price lies at or beyond the barrier of a series."""
    return price >= series.barrier if series.style.startswith("up") else price <= series.barrier
