"""Powers of numbers with 18 decimals by logarithm and exponential, digit for digit as Balancer computes them.

A factor is taken out for each power of two in the exponent, with the exponentials of the powers of two tabulated; what
is left goes into a short series. Near one the logarithm is taken with 36 decimals. The result is off by at most
`RELATIVE_ERROR`; `pow_up` and `pow_down` move it by that much to the safe side. Signed quotients are rounded towards
zero. Checked through the weighted, LBP and ReClamm vectors of balancer/balancer-maths, commit 63436f4e.
"""

from typing import Final

from venues.markets.math.fixed18 import WAD, mul_down, mul_up, truncated

RELATIVE_ERROR: Final = 10_000
"""Bound of the relative error of `power`, with 18 decimals."""

LARGEST_EXPONENT: Final = 130 * WAD
SMALLEST_EXPONENT: Final = -41 * WAD
"""Range of natural exponents that the contract accepts."""

_ONE_20: Final = 10**20
_ONE_36: Final = 10**36
_NEAR_ONE: Final = WAD // 10

_WHOLE_FACTORS: Final = (
    (128 * WAD, 38877084059945950922200000000000000000000000000000000000),
    (64 * WAD, 6235149080811616882910000000),
)
"""Exponents with 18 decimals, and e to their power without any."""

_FACTORS: Final = (
    (3200000000000000000000, 7896296018268069516100000000000000),
    (1600000000000000000000, 888611052050787263676000000),
    (800000000000000000000, 298095798704172827474000),
    (400000000000000000000, 5459815003314423907810),
    (200000000000000000000, 738905609893065022723),
    (100000000000000000000, 271828182845904523536),
    (50000000000000000000, 164872127070012814685),
    (25000000000000000000, 128402541668774148407),
    (12500000000000000000, 113314845306682631683),
    (6250000000000000000, 106449445891785942956),
)
"""Exponents 32, 16, ... 1/16 and e to their power, with 20 decimals."""

_EXP_FACTORS: Final = 8
"""The exponential leaves the last two factors to its series."""

_EXP_TERMS: Final = 12


def power(base: int, exponent: int) -> int:
    """Return `base` to the power `exponent`.

    Raises:
        ValueError: if the natural exponent of the result is out of the contract's range.
    """
    if exponent == 0:
        return WAD
    if base == 0:
        return 0
    if abs(base - WAD) < _NEAR_ONE:
        fine = _ln_36(base)
        whole = truncated(fine, WAD)
        product = whole * exponent + truncated((fine - whole * WAD) * exponent, WAD)
    else:
        product = _ln(base) * exponent
    return exp(truncated(product, WAD))


def pow_up(base: int, exponent: int) -> int:
    """Return a number not below `base` to the power `exponent`; powers of one, two and four are multiplied out."""
    if exponent == WAD:
        return base
    if exponent in (2 * WAD, 4 * WAD):
        square = mul_up(base, base)
        return square if exponent == 2 * WAD else mul_up(square, square)
    raw = power(base, exponent)
    return raw + mul_up(raw, RELATIVE_ERROR) + 1


def pow_down(base: int, exponent: int) -> int:
    """Return a number not above `base` to the power `exponent`."""
    if exponent == WAD:
        return base
    if exponent in (2 * WAD, 4 * WAD):
        square = mul_down(base, base)
        return square if exponent == 2 * WAD else mul_down(square, square)
    raw = power(base, exponent)
    return max(raw - mul_up(raw, RELATIVE_ERROR) - 1, 0)


def exp(x: int) -> int:
    """Return e to the power `x`.

    Raises:
        ValueError: if `x` is out of the contract's range.
    """
    if not SMALLEST_EXPONENT <= x <= LARGEST_EXPONENT:
        raise ValueError(f"exponent {x} is outside [{SMALLEST_EXPONENT}, {LARGEST_EXPONENT}]")
    if x < 0:
        return WAD * WAD // exp(-x)
    whole = 1
    for part, factor in _WHOLE_FACTORS:
        if x >= part:
            # The two largest never go together: their sum is above the largest exponent.
            x, whole = x - part, factor
            break
    x *= 100
    product = _ONE_20
    for part, factor in _FACTORS[:_EXP_FACTORS]:
        if x >= part:
            x, product = x - part, product * factor // _ONE_20
    term = total = _ONE_20
    for n in range(1, _EXP_TERMS + 1):
        term = x if n == 1 else term * x // _ONE_20 // n
        total += term
    return product * total // _ONE_20 * whole // 100


def _ln(a: int) -> int:
    """Return the natural logarithm, with 18 decimals."""
    if a < WAD:
        return -_ln(WAD * WAD // a)
    total = 0
    for part, factor in _WHOLE_FACTORS:
        if a >= factor * WAD:
            a, total = a // factor, total + part
    total, a = total * 100, a * 100
    for part, factor in _FACTORS:
        if a >= factor:
            a, total = a * _ONE_20 // factor, total + part
    return (total + _log_series(a, _ONE_20, 11)) // 100


def _ln_36(a: int) -> int:
    """Return the natural logarithm of a number near one, with 36 decimals."""
    return _log_series(a * WAD, _ONE_36, 15)


def _log_series(a: int, one: int, last: int) -> int:
    """Return twice the sum of z^k / k over odd k up to `last`, with z = (a - 1) / (a + 1)."""
    z = truncated((a - one) * one, a + one)
    square = z * z // one
    term = total = z
    for k in range(3, last + 1, 2):
        term = truncated(term * square, one)
        total += truncated(term, k)
    return 2 * total
