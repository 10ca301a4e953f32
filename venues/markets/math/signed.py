"""Signed numbers with 18 and with 38 decimals, as Gyroscope's elliptic pools multiply and divide them.

`down` rounds towards zero and `up` away from it. The suffix `x` marks 38 decimals; `down_x` and `up_x` multiply a
number with 18 decimals by one with 38 and return 18. The two halves of the long factor are multiplied apart, as the
contract must, which shows in the last digit.
"""

from typing import Final

from venues.markets.math.fixed18 import WAD, truncated

ONE_X: Final = 10**38
"""The number one with 38 decimals."""

_HALF: Final = 10**19


def mul_down(a: int, b: int) -> int:
    """Return the product."""
    return truncated(a * b, WAD)


def mul_up(a: int, b: int) -> int:
    """Return the product."""
    return _away(a * b, WAD)


def div_down(a: int, b: int) -> int:
    """Return the quotient."""
    return truncated(a * WAD, b)


def div_up(a: int, b: int) -> int:
    """Return the quotient."""
    return _away(a * WAD, b) if b > 0 else _away(-a * WAD, -b)


def mul_x(a: int, b: int) -> int:
    """Return the product of two long numbers, rounded towards zero."""
    return truncated(a * b, ONE_X)


def div_x(a: int, b: int) -> int:
    """Return the quotient of two long numbers, rounded towards zero."""
    return truncated(a * ONE_X, b)


def down_x(a: int, b: int) -> int:
    """Return `a` times the long number `b`, rounded towards minus infinity."""
    high, low = _parts(a, b)
    total = high + truncated(low, _HALF)
    return total // _HALF if high >= 0 and low >= 0 else truncated(total + 1, _HALF) - 1


def up_x(a: int, b: int) -> int:
    """Return `a` times the long number `b`, rounded towards plus infinity."""
    high, low = _parts(a, b)
    total = high + truncated(low, _HALF)
    return truncated(total, _HALF) if high <= 0 and low <= 0 else truncated(total - 1, _HALF) + 1


def root(x: int) -> int:
    """Return the square root of a number with 18 decimals by seven rounds of Newton's method.

    Raises:
        ValueError: if seven rounds do not settle it.
    """
    if x <= 0:
        return 0
    guess = _first_guess(x)
    for _ in range(7):
        guess = (guess + x * WAD // guess) // 2
    if abs(guess * guess // WAD - x) > -(-guess * 5 // WAD):
        raise ValueError(f"the root of {x} does not settle")
    return guess


def _first_guess(x: int) -> int:
    if x >= WAD:
        return (1 << ((x // WAD).bit_length() - 1) // 2) * WAD
    decade = next((d for d in range(1, 18) if x <= 10**d), None)
    if decade is None:
        return x
    # The root of 10^(decade - 18), cut to whole digits.
    half_powers = (316227766016837933, WAD)
    return half_powers[(decade + 1) % 2] // int(10 ** ((18 - decade) // 2))


def _away(a: int, b: int) -> int:
    return -(-a // b) if a > 0 else a // b


def _parts(a: int, b: int) -> tuple[int, int]:
    high = truncated(b, _HALF)
    return a * high, a * (b - high * _HALF)
