"""Delta and vega of an option at prices and volatilities that somebody signed: the same digits on every machine.

The formula is Black-76 with zero rate, as venues price. It is worked out in decimals of 40 digits, whose logarithm,
exponential and root are rounded correctly by definition, so that whoever checks an owner's bounds finds the same whole
number. Floating point would differ in its last digit from one mathematical library to the next.

[Black-76]: https://doi.org/10.1016/0304-405X(76)90024-6
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from typing import Final, NamedTuple

from intents.assets import PRICE_UNIT, USDC_UNIT
from intents.options import OptionSeries

DELTA_UNIT: Final = 10**6
"""One ether of delta, in units of a bound on delta."""

VOL_UNIT: Final = 10**6
"""Volatility of one (100 % a year), in units of a mark."""

FINE: Final = 10**12
"""Steps of a unit of delta or vega in which one option is measured."""

YEAR_MS: Final = 31_536_000_000
"""365 days."""

_DIGITS: Final = 40
_ROOT_OF_TWO_PI: Final = Decimal("2.506628274631000502415765284811045253007")
_FAR: Final = 12
"""Deviations beyond which a normal probability is zero or one to the last digit kept."""


class UnitGreeks(NamedTuple):
    """What one option adds, times `FINE`."""

    delta: int
    """Change of price for a dollar of ether, in `DELTA_UNIT`."""

    vega: int
    """Change of price for a point (one percent) of volatility, in USDC base units."""


@lru_cache(maxsize=16_384)
def unit_greeks(series: OptionSeries, price: int, vol: int, at_ms: int) -> UnitGreeks:
    """Return delta and vega of one option, rounded half to even.

    Args:
        series: The option; it has not expired at `at_ms`.
        price: Price of ether in dollars times `PRICE_UNIT`, above zero.
        vol: Annual volatility times `VOL_UNIT`, above zero.
        at_ms: Instant at which they hold, in Unix milliseconds.
    """
    with localcontext(Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)):
        root = (Decimal(series.expiry_ms - at_ms) / YEAR_MS).sqrt()
        deviation = Decimal(vol) / VOL_UNIT * root
        d1 = (Decimal(price) / series.strike).ln() / deviation + deviation / 2
        delta = _probability(d1) - (0 if series.right == "C" else 1)
        vega = Decimal(price) / PRICE_UNIT * _density(d1) * root / 100
        return UnitGreeks(_whole(delta * DELTA_UNIT), _whole(vega * USDC_UNIT))


def _density(x: Decimal) -> Decimal:
    return (-x * x / 2).exp() / _ROOT_OF_TWO_PI


def _probability(x: Decimal) -> Decimal:
    """Return the standard normal distribution function, by the series of its odd powers over double factorials."""
    if abs(x) > _FAR:
        return Decimal(int(x > 0))
    term, total, power, odd = x, x, x * x, 1
    while term and total + term != total:
        odd += 2
        term = term * power / odd
        total += term
    return Decimal("0.5") + _density(x) * total


def _whole(value: Decimal) -> int:
    return int((value * FINE).to_integral_value())
