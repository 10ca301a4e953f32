"""What is true of the market whether or not any chain knows it: price, volatility level, smile.

Makers and arbitrageurs see it with their own delay; oracles report it; stability is measured against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intents.assets import PRICE_UNIT
from venues.observed import UNOBSERVED, Observed
from venues.price_path import PricePath
from venues.pricing import listed
from venues.pricing.black76 import Floats
from venues.pricing.smile import Smile
from venues.pricing.strip import Strip, strip, years_to
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

    def fair(
        self, symbols: Sequence[str], time_ms: int, seen_ms: int | None = None, observed: Observed = UNOBSERVED
    ) -> Floats:
        """Return the fair price of each series, in dollars.

        Args:
            symbols: Series to look at.
            time_ms: Present.
            seen_ms: When spot and level were seen; the present if left out.
            observed: What is known of barriers and fixings.
        """
        spot, terms, vols = self.vols(symbols, time_ms, seen_ms)
        return listed.prices(spot, terms, vols, time_ms, observed)
