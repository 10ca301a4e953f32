"""Price and Greeks of many European options, compiled: Black-76 with zero rate, one pass over memory, one thread.

Options go through in blocks that stay in the first-level cache. Each step is a loop without branches over a block, so
that the compiler puts it into vector instructions; that is why logarithm, exponential and normal distribution are
written out here and not taken from the C library, whose functions take one number at a time.

No step is reordered or fused (fast-math is off): equal inputs give equal bits on every processor of one kind.

The rational function of the normal tail is our own: fitted to 60 digits at the points of Chebyshev up to 38.6
deviations, with weights that level the relative error (after Lawson), which is below 5e-17. All its coefficients are
above zero, so that no step of it loses digits. Logarithm and exponential are Taylor series after reduction.
"""

from typing import Any, Final

import numba
import numpy as np

BLOCK: Final = 256
"""Options in a block: a dozen arrays of them fit a first-level cache."""

LEAST: Final = -700.0
"""Exponent below which the exponential stays what it is here, 1e-304: nothing of a price depends on it."""

_MILLS_ABOVE: Final = (
    26.886656784856376,
    353.96512400837287,
    2951.7367427509508,
    17052.343070163414,
    70531.558664762997,
    208891.90890625794,
    428921.35544393828,
    559530.57036944622,
    361081.39413816029,
)
"""Tail over density, numerator, highest power but one first; the highest has the factor one."""

_MILLS_BELOW: Final = (
    1.0000000000030472,
    26.886656784228323,
    354.96512406677157,
    2978.6233962686526,
    17404.308318063813,
    73429.518689763297,
    225246.3925082387,
    493817.15927986529,
    737798.28151703433,
    676312.35833740385,
    288101.26957601236,
)
"""Its denominator, highest power first."""

_ODD: Final = tuple(1 / n for n in range(19, 2, -2))
"""Series of the inverse hyperbolic tangent from 1/19 down to 1/3; it begins with 1/21."""

_FACTORIALS: Final = tuple(float(1 / np.prod(np.arange(1.0, n + 1))) for n in range(12, -1, -1))
"""Series of the exponential from 1/12! down to 1; it begins with 1/13!."""

_LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
_LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")
"""The logarithm of two in two parts; the first has zeros at its end, so that small multiples of it are exact."""

_LOG2_E: Final = 1.4426950408889634
_DENSITY: Final = 0.3989422804014327
_FRACTION: Final = np.uint64(52)
_ONE: Final = np.uint64(0x3FF0000000000000)
_BIAS: Final = np.uint64(1023)
_FROM_ROOT_HALF: Final = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
"""Bits of one less those of the root of a half: mantissas are taken from there to the root of two."""

_WHOLE: Final = np.uint64(0x4330000000000000)
_WHOLE_LESS_BIAS: Final = 2.0**52 + 1023
_ROUNDED: Final = 1.5 * 2.0**52
"""Added to a number, leaves its nearest whole number in the last bits."""

_machine: Any = numba.njit(cache=True, fastmath=False, nogil=True, error_model="numpy")


@_machine  # type: ignore[untyped-decorator,unused-ignore]
def logarithms(values: Any, count: int) -> None:
    """Replace the first values, all normal and above zero, by their natural logarithms; error below 2e-16 of them."""
    exponents, mantissas = np.empty(BLOCK), np.empty(BLOCK)
    bits, exponent_bits, mantissa_bits = values.view(np.uint64), exponents.view(np.uint64), mantissas.view(np.uint64)
    for i in range(count):
        exponent = (bits[i] + _FROM_ROOT_HALF) >> _FRACTION
        exponent_bits[i] = exponent | _WHOLE
        mantissa_bits[i] = bits[i] - ((exponent - _BIAS) << _FRACTION)
    for i in range(count):
        beyond = mantissas[i] - 1.0
        part = beyond / (2.0 + beyond)
        square = part * part
        series = 1 / 21
        for factor in _ODD:
            series = series * square + factor
        twos = exponents[i] - _WHOLE_LESS_BIAS
        values[i] = twos * _LN2_HIGH + (beyond - part * (beyond - 2.0 * square * series) + twos * _LN2_LOW)


@_machine  # type: ignore[untyped-decorator,unused-ignore]
def exponentials(values: Any, count: int) -> None:
    """Replace the first values, none above one, by their exponentials; relative error below 4e-16 down to `LEAST`."""
    powers, parts = np.empty(BLOCK), np.empty(BLOCK)
    bits = powers.view(np.uint64)
    for i in range(count):
        value = max(values[i], LEAST)
        powers[i] = value * _LOG2_E + _ROUNDED
        twos = powers[i] - _ROUNDED
        rest = (value - twos * _LN2_HIGH) - twos * _LN2_LOW
        series = 1 / 6227020800
        for factor in _FACTORIALS:
            series = series * rest + factor
        parts[i] = series
    for i in range(count):
        bits[i] = (bits[i] << _FRACTION) + _ONE
    for i in range(count):
        values[i] = parts[i] * powers[i]


@_machine  # type: ignore[untyped-decorator,unused-ignore]
def distribution(values: Any, densities: Any, count: int) -> None:
    """Replace the first values by the normal distribution function of them, given the densities there."""
    for i in range(count):
        size = abs(values[i])
        above = size + _MILLS_ABOVE[0]
        for factor in _MILLS_ABOVE[1:]:
            above = above * size + factor
        below = _MILLS_BELOW[0]
        for factor in _MILLS_BELOW[1:]:
            below = below * size + factor
        tail = above / below * densities[i]
        values[i] = tail if values[i] < 0.0 else 1.0 - tail


@_machine  # type: ignore[untyped-decorator,unused-ignore]
def fill(out: Any, forward: Any, strike: Any, vol: Any, years: Any, call: Any) -> None:
    """Write price, delta, gamma, vega and theta into five rows; where volatility or time is zero, nothing useful."""
    d1, d2, near, far = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    deviation, root, sign = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, forward.size, BLOCK):
        count = min(BLOCK, forward.size - start)
        for i in range(count):
            near[i] = forward[start + i] / strike[start + i]
            root[i] = np.sqrt(years[start + i])
            deviation[i] = vol[start + i] * root[i]
            sign[i] = 1.0 if call[start + i] else -1.0
        logarithms(near, count)
        for i in range(count):
            middle, half = near[i] / deviation[i], 0.5 * deviation[i]
            d1[i], d2[i] = sign[i] * (middle + half), sign[i] * (middle - half)
            near[i], far[i] = -0.5 * d1[i] * d1[i], -0.5 * d2[i] * d2[i]
        exponentials(near, count)
        exponentials(far, count)
        for i in range(count):
            near[i], far[i] = near[i] * _DENSITY, far[i] * _DENSITY
        distribution(d1, near, count)
        distribution(d2, far, count)
        for i in range(count):
            at = start + i
            price = sign[i] * (forward[at] * d1[i] - strike[at] * d2[i])
            out[0, at] = max(price, sign[i] * (forward[at] - strike[at]), 0.0)
            out[1, at] = sign[i] * d1[i]
            out[2, at] = near[i] / (forward[at] * deviation[i])
            out[3, at] = forward[at] * near[i] * root[i]
            out[4, at] = -0.5 * out[3, at] * vol[at] / years[at]
