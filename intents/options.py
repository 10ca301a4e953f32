"""Option series: symbols as on Deribit, expiry at 08:00 UTC, settled in cash; European unless the symbol says more.

A suffix names another style: `-A` American, `-D` digital, `-M` on the mean (Asian), and `-UI`, `-UO`, `-DI`, `-DO`
with a price for a barrier that lies above (up) or below (down) and brings the option into being (in) or ends it (out).
"""

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
_SYMBOL = re.compile(
    r"([A-Z]{2,6})-([1-9][0-9]?)([A-Z]{3})([0-9]{2})-([1-9][0-9]{0,6})-([CP])(?:-(A|D|M|[UD][IO])([1-9][0-9]{0,6})?)?\Z"
)

DIGITAL_PAYOUT: Final = 100 * PRICE_UNIT
"""What one digital option pays in the money, in dollars times `PRICE_UNIT`."""

Right = Literal["C", "P"]
Style = Literal["european", "american", "digital", "asian", "up-in", "up-out", "down-in", "down-out"]

BARRIERS: Final[frozenset[Style]] = frozenset({"up-in", "up-out", "down-in", "down-out"})
"""Styles that depend on whether a price was touched."""

_STYLES: Final[dict[str, Style]] = {
    "": "european",
    "A": "american",
    "D": "digital",
    "M": "asian",
    "UI": "up-in",
    "UO": "up-out",
    "DI": "down-in",
    "DO": "down-out",
}
_SUFFIXES: Final = {style: suffix for suffix, style in _STYLES.items()}


@dataclass(frozen=True, slots=True, order=True)
class OptionSeries:
    """One listed option, settled in USDC."""

    underlying: str
    """Symbol of the asset it is written on."""

    expiry_ms: int
    """Expiry, in Unix milliseconds."""

    strike: int
    """Strike in dollars times `PRICE_UNIT`."""

    right: Right
    """`C` for a call, `P` for a put."""

    style: Style = "european"
    barrier: int = 0
    """Price that counts as touched, in dollars times `PRICE_UNIT`; zero for styles without one."""

    @property
    def symbol(self) -> str:
        """Name as on Deribit, such as `ETH-27MAR20-130-P`, with a suffix for other styles."""
        plain = f"{self.underlying}-{self.expiry}-{self.strike // PRICE_UNIT}-{self.right}"
        if self.style == "european":
            return plain
        return f"{plain}-{_SUFFIXES[self.style]}{self.barrier // PRICE_UNIT if self.barrier else ''}"

    @property
    def is_european(self) -> bool:
        """Return whether it pays by the settlement price of its expiry alone, piecewise linearly."""
        return self.style == "european"

    @property
    def expiry(self) -> str:
        """Expiry day as in the symbol, such as `27MAR20`."""
        return expiry_label(self.expiry_ms)

    def intrinsic(self, price: int) -> int:
        """Return what one option pays at `price`, if it lives; both are dollars times `PRICE_UNIT`.

        The price is the one its style asks for: of the exercise, of the mean, of the settlement.
        """
        if self.style == "digital":
            return DIGITAL_PAYOUT if (price > self.strike if self.right == "C" else price < self.strike) else 0
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
        InvalidSymbolError: if the text is not such a symbol, its day does not exist, a barrier is missing or too much,
            or it is a call on the mean: the mean may end above the price, so that no ether covers it.
    """
    match = _SYMBOL.match(symbol)
    if match is None:
        raise InvalidSymbolError(symbol, "an option symbol such as ETH-27MAR20-130-P")
    underlying, day, month, year, strike, right, suffix, barrier = match.groups()
    style = _STYLES[suffix or ""]
    if (style in BARRIERS) != (barrier is not None):
        raise InvalidSymbolError(symbol, "an option symbol with a barrier after -UI, -UO, -DI or -DO and nowhere else")
    if style == "asian" and right == "C":
        raise InvalidSymbolError(symbol, "an option that can be covered: a call on the mean cannot, a put can")
    return OptionSeries(
        underlying,
        parse_expiry(f"{day}{month}{year}"),
        int(strike) * PRICE_UNIT,
        "C" if right == "C" else "P",
        style,
        int(barrier or 0) * PRICE_UNIT,
    )


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
