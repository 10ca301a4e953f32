"""What is true of the market whether or not any chain knows it: price, volatility level, smile.

Makers and arbitrageurs see it with their own delay; oracles report it; stability is measured against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from intents.assets import PRICE_UNIT
from intents.options import parse_series
from venues.price_path import PricePath
from venues.pricing import black76
from venues.pricing.black76 import MS_PER_YEAR, Floats
from venues.pricing.smile import Smile
from venues.pricing.svi import Surface


@dataclass(frozen=True, slots=True)
class StepPath:
    """A value that changes at equal intervals."""

    start_ms: int
    step_ms: int
    values: tuple[float, ...]

    def at(self, time_ms: int) -> float:
        """Return the value in force; the first and the last extend beyond their ends."""
        index = (time_ms - self.start_ms) // self.step_ms
        return self.values[min(max(index, 0), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Strip:
    """Terms of several series as arrays, in the order of their symbols."""

    symbols: tuple[str, ...]
    strikes: Floats
    """Dollars."""

    expiries_ms: Floats
    calls: Floats
    """1 for a call, 0 for a put."""


@lru_cache(maxsize=256)
def strip(symbols: tuple[str, ...]) -> Strip:
    """Return the terms of `symbols`."""
    series = [parse_series(symbol) for symbol in symbols]
    return Strip(
        symbols,
        np.array([s.strike / PRICE_UNIT for s in series]),
        np.array([s.expiry_ms for s in series], float),
        np.array([1.0 if s.right == "C" else 0.0 for s in series]),
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """The market itself."""

    path: PricePath
    level: StepPath
    """Annual implied volatility at the money."""

    smile: Smile | Surface

    def price(self, time_ms: int) -> int:
        """Return the price of ether, in dollars times `PRICE_UNIT`."""
        return self.path.at(time_ms)

    def vols(self, symbols: Sequence[str], time_ms: int, seen_ms: int | None = None) -> tuple[float, Strip, Floats]:
        """Return the spot in dollars, the terms, and the implied volatility of each series.

        Args:
            symbols: Series to look at.
            time_ms: Present: sets the time to expiry.
            seen_ms: When spot and level were seen; the present if left out.
        """
        terms = strip(tuple(symbols))
        seen = time_ms if seen_ms is None else seen_ms
        spot = self.price(seen) / PRICE_UNIT
        years = years_to(terms, time_ms)
        level = np.full(len(terms.strikes), self.level.at(seen))
        return spot, terms, self.smile.vol(spot, terms.strikes, years, level)

    def fair(self, symbols: Sequence[str], time_ms: int, seen_ms: int | None = None) -> Floats:
        """Return the fair price of each series, in dollars."""
        spot, terms, vols = self.vols(symbols, time_ms, seen_ms)
        return black76.price(spot, terms.strikes, vols, years_to(terms, time_ms), terms.calls > 0)


def years_to(terms: Strip, time_ms: int) -> Floats:
    """Return the time to expiry of each series, in years, not below zero."""
    return np.asarray(np.maximum(terms.expiries_ms - time_ms, 0.0) / MS_PER_YEAR)
