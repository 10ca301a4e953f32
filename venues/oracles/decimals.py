"""Decimal numbers of 28 bits: the arithmetic of Pyth's moving averages.

A number is a whole mantissa times a power of ten. After every operation the mantissa is cut, digit by digit and
towards zero, until it is below 2**28; what is kept between updates has 59 bits and an exponent of five. The averages
depend on each of these cuts.

Source: pyth-network/pyth-client, commit 25dd347e, `program/c/src/oracle/pd.h`.
"""

from dataclasses import dataclass
from typing import Final

MANTISSA_LIMIT: Final = 1 << 28
STORED_LIMIT: Final = 1 << 58
LEAST_EXPONENT: Final = -16
MOST_EXPONENT: Final = 15
GUARD_DIGITS: Final = 9
"""Digits that a quotient gains, and that a sum keeps of the larger of two numbers far apart."""

FAR_DIGITS: Final = 27
"""Difference of exponents at which the smaller number is lost."""


@dataclass(frozen=True, slots=True)
class Decimal:
    """A mantissa times a power of ten."""

    mantissa: int
    exponent: int

    def cut(self) -> "Decimal":
        """Return the number with a mantissa below `MANTISSA_LIMIT`, digits dropped towards zero."""
        mantissa, exponent = self.mantissa, self.exponent
        while abs(mantissa) >= MANTISSA_LIMIT:
            mantissa, exponent = _towards_zero(mantissa, 10), exponent + 1
        return Decimal(mantissa, exponent)

    def times(self, other: "Decimal") -> "Decimal":
        """Return the product."""
        return Decimal(self.mantissa * other.mantissa, self.exponent + other.exponent).cut()

    def over(self, other: "Decimal") -> "Decimal":
        """Return the quotient."""
        if self.mantissa == 0:
            return self
        mantissa, shift = abs(self.mantissa), 0
        while mantissa < MANTISSA_LIMIT:
            mantissa, shift = mantissa * 10, shift + 1
        mantissa = mantissa * 10**GUARD_DIGITS // abs(other.mantissa)
        sign = 1 if (self.mantissa < 0) == (other.mantissa < 0) else -1
        return Decimal(sign * mantissa, self.exponent - other.exponent - shift - GUARD_DIGITS).cut()

    def plus(self, other: "Decimal") -> "Decimal":
        """Return the sum."""
        high, low = (self, other) if self.exponent >= other.exponent else (other, self)
        apart = high.exponent - low.exponent
        if apart >= FAR_DIGITS:
            return high.cut()
        if apart < GUARD_DIGITS:
            return Decimal(high.mantissa * 10**apart + low.mantissa, low.exponent).cut()
        rest = _towards_zero(low.mantissa, 10 ** (apart - GUARD_DIGITS))
        return Decimal(high.mantissa * 10**GUARD_DIGITS + rest, high.exponent - GUARD_DIGITS).cut()

    def at(self, exponent: int) -> int:
        """Return the mantissa at another exponent, digits dropped towards zero."""
        shift = self.exponent - exponent
        return self.mantissa * 10**shift if shift >= 0 else _towards_zero(self.mantissa, 10**-shift)

    def stored(self) -> "Decimal | None":
        """Return the number as it is kept between updates, or `None` if it is too large."""
        mantissa, exponent = self.mantissa, self.exponent
        while not -STORED_LIMIT <= mantissa < STORED_LIMIT or exponent < LEAST_EXPONENT:
            mantissa, exponent = _towards_zero(mantissa, 10), exponent + 1
        while exponent > MOST_EXPONENT:
            mantissa, exponent = mantissa * 10, exponent - 1
            if not -STORED_LIMIT <= mantissa < STORED_LIMIT:
                return None
        return Decimal(mantissa, exponent)


def _towards_zero(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)
