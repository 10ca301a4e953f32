"""Cost of options whose price rises linearly inside each tick, in the manner of Premia v3.

A curve is a row of adjoining ticks, each with a range of prices and the contracts that change hands over it. Where a
market stands is counted in contracts from the lower end of the row, not as a price, so the price is a quotient that is
never rounded: the cost of `q` contracts inside a tick is exactly `p * q + (upper - lower) / (2 * size) * q^2`, and any
way to split a trade costs the same but for the last unit. Rule read in Premian-Labs/v3-contracts, commit fe3b821
(`Pricing`). Prices have 18 decimals of the notional of a contract.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

PRICE_ONE: Final = 10**18
"""A price of the whole notional."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A stretch of the curve."""

    lower: int
    upper: int
    size: int
    """Contracts, in base units, that take the price from one end to the other."""


def depth(ticks: Sequence[Tick]) -> int:
    """Return the contracts of all ticks."""
    return sum(tick.size for tick in ticks)


def pieces(ticks: Sequence[Tick], start: int, end: int) -> Iterator[tuple[Tick, int, int]]:
    """Yield the ticks between two places of the curve, with the places inside each."""
    offset = 0
    for tick in ticks:
        low, high = max(start - offset, 0), min(end - offset, tick.size)
        if low < high:
            yield tick, low, high
        offset += tick.size


def cost(ticks: Sequence[Tick], start: int, end: int) -> Fraction:
    """Return the exact cost of moving up from `start` to `end`: prices times base units of contracts."""
    total = Fraction(0)
    for tick, low, high in pieces(ticks, start, end):
        total += tick.lower * (high - low) + Fraction(
            (tick.upper - tick.lower) * (high * high - low * low), 2 * tick.size
        )
    return total


def price(ticks: Sequence[Tick], place: int, *, up: bool) -> Fraction | None:
    """Return the price of the next contract upwards or downwards, or `None` at the end of the row."""
    offset = 0
    for tick in ticks:
        inside = place - offset
        if (0 <= inside < tick.size) if up else (0 < inside <= tick.size):
            return tick.lower + Fraction((tick.upper - tick.lower) * inside, tick.size)
        offset += tick.size
    return None


def place_at(ticks: Sequence[Tick], target: float) -> float:
    """Return the place at which the price is `target`, at the nearer end where it is beyond the row."""
    offset = 0.0
    for tick in ticks:
        if target <= tick.lower:
            return offset
        if target < tick.upper:
            return offset + tick.size * (target - tick.lower) / (tick.upper - tick.lower)
        offset += tick.size
    return offset
