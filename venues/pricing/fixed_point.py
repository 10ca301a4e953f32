"""Exponential, logarithm and normal distribution in integers.

A venue that moves value computes its prices the way a contract does: in whole numbers, so that every machine gets
the same last digit. Arguments and results are scaled by `ONE`; the work is done with guard digits, and the error of
each function is below `ERROR` units of the result's scale.
"""

import math
from functools import lru_cache
from typing import Final

ONE: Final = 10**18
"""The number one."""

ERROR: Final = 8
"""Bound of the absolute error of each function, in units of 1 / `ONE`; of `exp`, up to `EXP_MOST`."""

EXP_MOST: Final = 36 * ONE
"""Largest argument at which `exp` keeps `ERROR`; beyond it the error grows with the result."""

_GUARD: Final = 10**18
_WORK: Final = ONE * _GUARD
"""The number one inside the functions."""

_LN2: Final = 693147180559945309417232121458176568
_INV_SQRT_2PI: Final = 398942280401432677939946059934381868
_FAR: Final = 9 * ONE
"""Beyond nine standard deviations the distribution is zero or one at this scale."""


def exp(x: int) -> int:
    """Return e to the power `x`."""
    return _exp(x * _GUARD) // _GUARD


def ln(x: int) -> int:
    """Return the natural logarithm of `x`.

    Raises:
        ValueError: if `x` is not positive.
    """
    if x <= 0:
        raise ValueError(f"no logarithm of {x}")
    return _ln(x * _GUARD) // _GUARD


def sqrt(x: int) -> int:
    """Return the square root of `x`, rounded down."""
    return math.isqrt(x * ONE)


@lru_cache(maxsize=65536)
def normal_cdf(x: int) -> int:
    """Return the standard normal distribution function at `x`."""
    if x >= _FAR:
        return ONE
    if x <= -_FAR:
        return 0
    tail = _density(x) * _mills_sum(abs(x)) // _WORK
    half = _WORK // 2
    return (half + tail if x >= 0 else half - tail) // _GUARD


def normal_pdf(x: int) -> int:
    """Return the standard normal density at `x`."""
    return _density(x) // _GUARD


def _density(x: int) -> int:
    return _INV_SQRT_2PI * _exp(-(x * x * _GUARD) // (2 * ONE)) // _WORK


def _mills_sum(x: int) -> int:
    """Return the sum of x^(2n+1) / (1 * 3 * ... * (2n+1)): (cdf(x) - 1/2) / pdf(x)."""
    square = x * x * _GUARD // ONE
    term = total = x * _GUARD
    odd = 3
    while term > 0:
        term = term * square // (_WORK * odd)
        total += term
        odd += 2
    return total


def _exp(x: int) -> int:
    doublings, rest = divmod(x, _LN2)
    term = total = _WORK
    n = 1
    while term:
        term = term * rest // (_WORK * n)
        total += term
        n += 1
    return total << doublings if doublings >= 0 else total >> -doublings


def _ln(x: int) -> int:
    doublings = x.bit_length() - _WORK.bit_length()
    mantissa = x >> doublings if doublings >= 0 else x << -doublings
    ratio = (mantissa - _WORK) * _WORK // (mantissa + _WORK)
    square = ratio * ratio // _WORK
    term = total = ratio
    odd = 3
    while term:
        term = term * square // _WORK
        total += term // odd
        odd += 2
        if abs(term) < odd:
            break
    return 2 * total + doublings * _LN2
