"""Dutch decay: a limit that moves with time, so that a round ends when somebody is willing.

As a reserve, the curve is the least that an owner accepts at the instant of the award; as a payment, whoever takes an
intent first is paid what the curve says then. Two published curves, both in whole numbers: a line, rounded for the
owner (`DutchDecayLib` of UniswapX at 52299e91, read 3 June 2026), and a premium in ten-millionths over the least
amount, piecewise linear and less the price of gas (1inch Fusion, fusion-sdk at 1152c9c4, read 21 August 2026).
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

BUMP_ONE: Final = 10_000_000
"""A premium of 100 %."""

GAS_PRICE_ONE: Final = 1_000_000
"""Unit of gas price estimates, in wei: 1,000 of them are a gwei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearDecay:
    """A straight line between two amounts; constant before it and after."""

    start: int
    end: int
    from_s: int
    until_s: int

    def __post_init__(self) -> None:
        """Refuse a line that ends before it starts.

        Raises:
            ValueError: if it does and its amounts differ.
        """
        if self.until_s < self.from_s and self.start != self.end:
            raise ValueError(f"a decay from {self.from_s} cannot end at {self.until_s}")

    def at(self, now_s: int) -> int:
        """Return the amount at an instant; what has changed since the start is rounded down."""
        if self.start == self.end or now_s <= self.from_s:
            return self.start
        if now_s >= self.until_s:
            return self.end
        elapsed, duration = now_s - self.from_s, self.until_s - self.from_s
        change = abs(self.end - self.start) * elapsed // duration
        return self.start + change if self.end > self.start else self.start - change


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBump:
    """A premium that falls to nothing, over points of the auctioneer's choice."""

    from_s: int
    duration_s: int
    first: int
    """Premium at the start, in parts of `BUMP_ONE`."""

    points: tuple[tuple[int, int], ...] = ()
    """Seconds since the point before, and the premium there."""

    gas_bump: int = 0
    """Premium that the gas of a fill is worth at `gas_price`."""

    gas_price: int = 0
    """In parts of `GAS_PRICE_ONE` wei; zero if gas does not count."""

    _curve: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out the curve in absolute time."""
        curve, now_s = [(self.from_s, self.first)], self.from_s
        for delay_s, premium in self.points:
            now_s += delay_s
            curve.append((now_s, premium))
        object.__setattr__(self, "_curve", (*curve, (self.from_s + self.duration_s, 0)))

    def at(self, now_s: int, base_fee_wei: int = 0) -> int:
        """Return the premium at an instant, less what gas costs then; rounded down, never below zero."""
        cost = self.gas_bump * base_fee_wei // self.gas_price // GAS_PRICE_ONE if self.gas_price else 0
        return max(0, self._on_curve(now_s) - cost)

    def taking(self, least: int, now_s: int, base_fee_wei: int = 0) -> int:
        """Return what the owner gets at an instant, at least `least`, rounded up."""
        return -(-least * (BUMP_ONE + self.at(now_s, base_fee_wei)) // BUMP_ONE)

    def _on_curve(self, now_s: int) -> int:
        if now_s <= self.from_s:
            return self.first
        for (start_s, start), (end_s, end) in pairwise(self._curve):
            if now_s <= end_s:
                return ((now_s - start_s) * end + (end_s - now_s) * start) // (end_s - start_s)
        return 0
