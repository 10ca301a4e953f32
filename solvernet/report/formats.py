"""How the report writes numbers: dollars, shares, times in UTC, and words that programs join by underscores."""

import datetime as dt
import html
from collections.abc import Iterable
from typing import Final

CENTS_BELOW_USD: Final = 100
"""Amounts smaller than this are written with cents."""

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_MS: Final = 86_400_000
SHORT_FROM: Final = 0.001
SHORT_BELOW: Final = 10_000
"""Numbers outside of these are written as multiples of a power of ten."""

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MINUS: Final = "\u2212"


def plain(text: str) -> str:
    """Return text that plotly shows as it is."""
    return html.escape(text, quote=False)


def dollars(usd: float) -> str:
    """Return an amount such as `$18,173` or `−$4.46`; cents only where they matter."""
    digits = 2 if 0 < abs(usd) < CENTS_BELOW_USD and round(usd, 2) else 0
    text = f"${abs(usd):,.{digits}f}"
    return _MINUS + text if usd < 0 and round(usd, digits) else text


def share(value: float | None) -> str:
    """Return a part of one in percent, or a dash if there is none."""
    return "\u2013" if value is None else f"{value * 100:.1f}%"


def ees(value: float | None) -> str:
    """Return a figure of stability with three decimals; never 1.000 for what is less."""
    if value is None:
        return "none due"
    return f"{min(value, 0.999) if value < 1 else value:.3f}"


def power(value: float) -> str:
    """Return a number that may be very large or small: as a multiple of a power of ten where that is shorter."""
    if value == 0 or SHORT_FROM <= abs(value) < SHORT_BELOW:
        return f"{value:,.3g}" if abs(value) < SHORT_BELOW / 10 else f"{value:,.0f}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    return f"{digits} × 10{str(int(exponent)).translate(_RAISED)}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def words(name: str) -> str:
    """Return a program's name in words: `solver_fault` is `solver fault`."""
    return name.replace("_", " ")


def listed(items: Iterable[str]) -> str:
    """Return items as a list in a sentence."""
    *head, last = list(items) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def clock(time_ms: int) -> str:
    """Return the hour and minute of an instant, UTC."""
    return _moment(time_ms).strftime("%H:%M")


def day(time_ms: int) -> str:
    """Return the date of an instant, UTC, such as `12 March 2020`."""
    moment = _moment(time_ms)
    return f"{moment.day} {moment:%B %Y}"


def day_clock(time_ms: int) -> str:
    """Return a short date and the time of an instant, UTC, such as `12 Mar 14:05`."""
    moment = _moment(time_ms)
    return f"{moment.day} {moment:%b %H:%M}"


def stretch(start_ms: int, end_ms: int) -> str:
    """Return a stretch of time, UTC, with the date once if it is one day."""
    if day(start_ms) == day(end_ms - 1):
        until = "24:00" if end_ms % DAY_MS == 0 else clock(end_ms)
        return f"{day(start_ms)}, {clock(start_ms)} to {until} UTC"
    return f"{day(start_ms)}, {clock(start_ms)} to {day(end_ms)}, {clock(end_ms)} UTC"


def duration(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 3 * HOUR_S:
        return f"{seconds / MINUTE_S:.0f} min"
    return f"{seconds / HOUR_S:.1f} h"


def _moment(time_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ms / 1000, tz=dt.UTC)
