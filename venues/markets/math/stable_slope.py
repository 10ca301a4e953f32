"""Derivatives of a StableSwap trade in closed form, in floats: what the next unit given brings, fee included.

On the invariant, the balance that goes out is the root of a quadratic equation in the one that comes in, and its slope
is explicit; the fee of the balances half way is differentiated along. What the last unit brings falls with the amount,
so the amount at which it is a given price is found by bisection.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from venues.markets.math.curve_stableswap import AMP_UNIT, FEE_UNIT, Terms, invariant

BISECTIONS: Final = 100


@dataclass(frozen=True, slots=True, init=False)
class Slope:
    """A trade of one token for another in a pool at rest."""

    x: float
    y: float
    others: float
    level: float
    ann: float
    product: float
    """D^(n+1) / (n^n * A n * product of the other balances), so that it divides by the balance that comes in."""

    fee: float
    offpeg: float

    def __init__(self, xp: Sequence[int], sold: int, bought: int, terms: Terms) -> None:
        """Take balances with 18 decimals and rates in."""
        n, level = len(xp), float(invariant(xp, terms.amp))
        rest = [float(x) for i, x in enumerate(xp) if i not in (sold, bought)]
        ann = terms.amp / AMP_UNIT * n
        product = level / (ann * n)
        for other in rest:
            product *= level / (other * n)
        values = {
            "x": float(xp[sold]),
            "y": float(xp[bought]),
            "others": sum(rest),
            "level": level,
            "ann": ann,
            "product": product * level * level / n,
            "fee": terms.fee / FEE_UNIT,
            "offpeg": max(terms.offpeg / FEE_UNIT, 1.0),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        # The balance as the quadratic has it: what floats get wrong in it cancels in differences.
        object.__setattr__(self, "y", self._out(self.x)[0])

    def net(self, amount: float) -> float:
        """Return what an amount brings, the fee taken off."""
        y, _ = self._out(self.x + amount)
        return (1 - self._fee(self.x + amount, y)) * max(self.y - y, 0.0)

    def gain(self, amount: float) -> float:
        """Return the derivative of `net`."""
        x = self.x + amount
        y, slope = self._out(x)
        a, b = (self.x + x) / 2, (self.y + y) / 2
        spread = 4 * (b / 2 + a * slope / 2) / (a + b) ** 2 - 4 * a * b * (1 + slope) / (a + b) ** 3
        under = (self.offpeg - 1) * 4 * a * b / (a + b) ** 2 + 1
        fee_slope = -self.offpeg * self.fee * (self.offpeg - 1) * spread / under**2
        return -(1 - self._fee(x, y)) * slope - fee_slope * (self.y - y)

    def amount_at(self, target: float) -> float:
        """Return the amount whose last unit brings `target`; zero if the first brings less."""
        if self.gain(0.0) <= target:
            return 0.0
        low, high = 0.0, self.x
        while self.gain(high) > target:
            low, high = high, high * 4
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.gain(middle) > target else (low, middle)
        return low

    def amount_for(self, net: float) -> float:
        """Return the amount that brings `net`, which must be less than all there is."""
        low, high = 0.0, self.x
        while self.net(high) < net:
            low, high = high, high * 4
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.net(middle) < net else (low, middle)
        return low

    def _fee(self, x: float, y: float) -> float:
        a, b = (self.x + x) / 2, (self.y + y) / 2
        return self.offpeg * self.fee / ((self.offpeg - 1) * 4 * a * b / (a + b) ** 2 + 1)

    def _out(self, x: float) -> tuple[float, float]:
        """Return the balance that goes out at `x` of the one that comes in, and its slope."""
        c = self.product / x
        b = x + self.others + self.level / self.ann - self.level
        root = math.sqrt(b * b + 4 * c)
        y = (root - b) / 2 if b < 0 else 2 * c / (root + b)
        # From y^2 + b y = c, differentiated by x: (2 y + b) y' = -c / x - y.
        return y, -(c / x + y) / (2 * y + b)
