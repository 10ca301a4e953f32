"""Option series: symbols as on Deribit, expiry at 08:00 UTC, European and settled in cash."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.errors import InvalidSymbolError

EXPIRY_HOUR_UTC: Final = 8
"""Hour of the expiry day at which a series settles."""

PAYOFF_SCALE: Final = OPTION_UNIT * PRICE_UNIT // USDC_UNIT
"""Quantity times price, divided by this, is USDC base units."""

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SYMBOL = re.compile(r"([A-Z]{2,6})-([1-9][0-9]?)([A-Z]{3})([0-9]{2})-([1-9][0-9]{0,6})-([CP])\Z")

Right = Literal["C", "P"]


@dataclass(frozen=True, slots=True, order=True)
class OptionSeries:
    """One listed European option, settled in USDC."""

    underlying: str
    """Symbol of the asset it is written on."""

    expiry_ms: int
    """Expiry, in Unix milliseconds."""

    strike: int
    """Strike in dollars times `PRICE_UNIT`."""

    right: Right
    """`C` for a call, `P` for a put."""

    @property
    def symbol(self) -> str:
        """Name as on Deribit, such as `ETH-27MAR20-130-P`."""
        return f"{self.underlying}-{self.expiry}-{self.strike // PRICE_UNIT}-{self.right}"

    @property
    def expiry(self) -> str:
        """Expiry day as in the symbol, such as `27MAR20`."""
        return expiry_label(self.expiry_ms)

    def intrinsic(self, price: int) -> int:
        """Return what one option pays at settlement `price`; both are dollars times `PRICE_UNIT`."""
        return max(price - self.strike, 0) if self.right == "C" else max(self.strike - price, 0)

    def payoff(self, price: int, quantity: int) -> int:
        """Return what `quantity` base units pay, in USDC base units.

        Rounding: towards minus infinity, so a long position receives no more and a short one pays no less than exact.
        """
        return quantity * self.intrinsic(price) // PAYOFF_SCALE


@lru_cache(maxsize=4096)
def parse_series(symbol: str) -> OptionSeries:
    """Return the series that a Deribit symbol names.

    Raises:
        InvalidSymbolError: if the text is not such a symbol or its day does not exist.
    """
    match = _SYMBOL.match(symbol)
    if match is None:
        raise InvalidSymbolError(symbol, "an option symbol such as ETH-27MAR20-130-P")
    underlying, day, month, year, strike, right = match.groups()
    expiry_ms = parse_expiry(f"{day}{month}{year}")
    return OptionSeries(underlying, expiry_ms, int(strike) * PRICE_UNIT, "C" if right == "C" else "P")


@lru_cache(maxsize=256)
def parse_expiry(label: str) -> int:
    """Return the expiry of a label such as `27MAR20`, in Unix milliseconds.

    Raises:
        InvalidSymbolError: if the label is malformed or names a day that does not exist.
    """
    match = re.match(r"([1-9][0-9]?)([A-Z]{3})([0-9]{2})\Z", label)
    if match is None or match[2] not in _MONTHS:
        raise InvalidSymbolError(label, "an expiry such as 27MAR20")
    try:
        day = dt.datetime(
            2000 + int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]), EXPIRY_HOUR_UTC, tzinfo=dt.UTC
        )
    except ValueError as error:
        raise InvalidSymbolError(label, f"an expiry: {error}") from None
    return round(day.timestamp()) * 1000


@lru_cache(maxsize=256)
def expiry_label(expiry_ms: int) -> str:
    """Return the label of an expiry, such as `27MAR20`."""
    day = dt.datetime.fromtimestamp(expiry_ms // 1000, tz=dt.UTC)
    return f"{day.day}{_MONTHS[day.month - 1]}{day.year % 100:02d}"
