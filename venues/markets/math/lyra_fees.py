"""Fees of an option market maker in the manner of Lyra v1: for time, for vega taken on, and for variance.

Rules read in lyra-finance/lyra-protocol, commit 70b0c058 (`OptionMarketPricer`), checked through the numbers of its
tests. Whole numbers with 18 decimals, every product rounded down; amounts are options, fees dollars.
"""

from dataclasses import dataclass
from typing import Final

from intents.assets import PRICE_UNIT
from intents.boundary import Amount
from intents.options import OptionSeries
from venues.pricing import fixed_point as fp
from venues.pricing.black76 import MS_PER_YEAR

VEGA_DAYS_MS: Final = 30 * 86_400_000
"""Time to expiry to which vegas are brought before they are added up."""

LEAST_VEGA_MS: Final = 7 * 86_400_000
"""Series nearer to expiry than this are counted as if they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceRules:
    """Parameters of the variance fee: a product of three parts, each a floor and a slope."""

    coefficient: Amount
    least_vega: Amount
    vega_slope: Amount
    least_skew: Amount
    skew_slope: Amount
    reference_skew: Amount
    least_variance: Amount
    variance_slope: Amount


def time_weighted(coefficient: int, left_ms: int, once_ms: int, twice_ms: int) -> int:
    """Return a fee's coefficient: as it is up to `once_ms` before expiry, doubled at `twice_ms`, on a line beyond."""
    if left_ms <= once_ms or twice_ms <= once_ms:
        return coefficient
    return coefficient * (fp.ONE + (left_ms - once_ms) * fp.ONE // (twice_ms - once_ms)) // fp.ONE


def vega_fee(coefficient: int, vol: int, exposure: tuple[int, int], worth: int, amount: int) -> int:
    """Return the fee for vega that a trade puts on the maker; none where it takes vega off.

    Args:
        coefficient: Coefficient of the fee.
        vol: Volatility traded at.
        exposure: The maker's net vega before and after.
        worth: Net asset value of the maker, above zero.
        amount: Options traded.
    """
    before, after = exposure
    if abs(after) <= abs(before):
        return 0
    use = vol * abs(after) // worth
    return coefficient * use // fp.ONE * amount // fp.ONE


def variance_fee(rules: VarianceRules, vega: int, skew: int, variance: int, amount: int) -> int:
    """Return the fee for trading where volatility has gone astray.

    Args:
        rules: Parameters.
        vega: Vega of one option, per volatility point.
        skew: Skew of the strike after the trade.
        variance: Distance of the board's volatility, after the trade, from its average.
        amount: Options traded.
    """
    by_vega = rules.least_vega + vega * rules.vega_slope // fp.ONE
    by_skew = rules.least_skew + abs(skew - rules.reference_skew) * rules.skew_slope // fp.ONE
    by_variance = rules.least_variance + variance * rules.variance_slope // fp.ONE
    fee = rules.coefficient * by_vega // fp.ONE * by_skew // fp.ONE * by_variance // fp.ONE
    return fee * amount // fp.ONE


def option_vega(series: OptionSeries, forward: int, vol: int, now_ms: int) -> int:
    """Return the vega of one option per volatility point, in dollars times `fixed_point.ONE`."""
    years = max(series.expiry_ms - now_ms, 0) * fp.ONE // MS_PER_YEAR
    root = fp.sqrt(years)
    deviation = vol * root // fp.ONE
    if deviation <= 0 or forward <= 0:
        return 0
    d1 = fp.ln(forward * fp.ONE // series.strike) * fp.ONE // deviation + deviation // 2
    if abs(d1) > 9 * fp.ONE:
        return 0
    return forward * (fp.ONE // PRICE_UNIT) * root // fp.ONE * fp.normal_pdf(d1) // fp.ONE // 100


def standard_vega(series: OptionSeries, forward: int, vol: int, now_ms: int) -> int:
    """Return the vega of one option brought to `VEGA_DAYS_MS`, so that expiries can be added up."""
    left_ms = max(series.expiry_ms - now_ms, LEAST_VEGA_MS)
    return option_vega(series, forward, vol, now_ms) * fp.sqrt(VEGA_DAYS_MS * fp.ONE // left_ms) // fp.ONE


def most_vega(series: OptionSeries, forward: int, now_ms: int) -> int:
    """Return a bound of `option_vega` over all volatilities: the vega where the density is largest."""
    years = max(series.expiry_ms - now_ms, 0) * fp.ONE // MS_PER_YEAR
    return forward * (fp.ONE // PRICE_UNIT) * fp.sqrt(years) // fp.ONE * fp.normal_pdf(0) // fp.ONE // 100 + 1


def most_standard_vega(forward: int) -> int:
    """Return a bound of `standard_vega` over all series: the normalisation takes the time to expiry out."""
    root = fp.sqrt(VEGA_DAYS_MS * fp.ONE // MS_PER_YEAR)
    return forward * (fp.ONE // PRICE_UNIT) * root // fp.ONE * fp.normal_pdf(0) // fp.ONE // 100 + 1
