"""Terms of several series as arrays."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from intents.assets import PRICE_UNIT
from intents.options import OptionSeries, parse_series
from venues.pricing.black76 import MS_PER_YEAR, Floats


@dataclass(frozen=True, slots=True)
class Strip:
    """Terms of several series as arrays, in the order of their symbols."""

    symbols: tuple[str, ...]
    strikes: Floats
    """Dollars."""

    expiries_ms: Floats
    calls: Floats
    """1 for a call, 0 for a put."""

    exotics: tuple[tuple[int, OptionSeries], ...] = ()
    """Series, with their places, that Black-76 does not price."""


@lru_cache(maxsize=256)
def strip(symbols: tuple[str, ...]) -> Strip:
    """Return the terms of `symbols`."""
    series = [parse_series(symbol) for symbol in symbols]
    return Strip(
        symbols,
        np.array([s.strike / PRICE_UNIT for s in series]),
        np.array([s.expiry_ms for s in series], float),
        np.array([1.0 if s.right == "C" else 0.0 for s in series]),
        tuple((i, s) for i, s in enumerate(series) if s.style not in {"european", "american"}),
    )


def years_to(terms: Strip, time_ms: int) -> Floats:
    """Return the time to expiry of each series, in years, not below zero."""
    return np.asarray(np.maximum(terms.expiries_ms - time_ms, 0.0) / MS_PER_YEAR)
