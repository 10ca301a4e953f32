"""What an option market maker charges beyond its plain fees, and what it remembers for it.

It remembers how many options of each series it has sold, for its vega, and how each board's volatility has gone, for
its average.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.boundary import Amount, SignedAmount
from intents.options import OptionSeries, parse_series
from venues.markets.math import gwav
from venues.markets.math.lyra_fees import (
    VarianceRules,
    most_standard_vega,
    most_vega,
    option_vega,
    standard_vega,
    variance_fee,
    vega_fee,
)
from venues.markets.venue import Market, Side
from venues.pricing import fixed_point as fp

_TO_DOLLARS = fp.ONE // OPTION_UNIT
_USDC = fp.ONE // USDC_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class VolFees:
    """Parameters of the fees for time, vega and variance, and the bounds of volatility that go with them."""

    price_once_ms: int = 0
    price_twice_ms: int = 0
    spot_once_ms: int = 0
    spot_twice_ms: int = 0
    """Times to expiry at which the plain fees are single and double; zero leaves them as they are."""

    vega_coefficient: Amount = 0
    worth: Amount = fp.ONE
    """Net asset value that vega is compared with, in dollars times `fixed_point.ONE`."""

    variance: VarianceRules | None = None
    average_ms: int = 86_400_000
    """Window of the average volatility."""

    min_base_vol: Amount = 0
    max_base_vol: Amount = 100 * fp.ONE
    min_skew: Amount = 0
    max_skew: Amount = 100 * fp.ONE
    """Bounds of a board's volatility and of a strike's skew; outside them nothing opens."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a market maker remembers of its trades."""

    sold: dict[str, SignedAmount] = field(default_factory=dict)
    """Options sold less bought back, by series; negative where it has bought."""

    vols: dict[str, tuple[gwav.Since, ...]] = field(default_factory=dict)
    """Volatility of each board and since when, by expiry."""

    def after(self, symbol: str, sold: int, vols: tuple[int, int], terms: tuple[int, int]) -> "Memory":
        """Return the memory after a trade.

        Args:
            symbol: Series traded.
            sold: Options sold by the maker, negative where it bought.
            vols: Volatility of the board before and after.
            terms: Window of the average, and the present.
        """
        expiry = parse_series(symbol).expiry
        known = self.vols.get(expiry, (gwav.Since(0, vols[0]),))
        history = gwav.extended(known, vols[1], *terms)
        total = self.sold | {symbol: self.sold.get(symbol, 0) + sold}
        return replace(self, sold=total, vols=self.vols | {expiry: history})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A trade at the volatility that it leads to."""

    series: OptionSeries
    side: Side
    quantity: int
    vol: int
    base_vol: int
    skew: int
    board_vol: int
    """Volatility of the board before anybody's trade: its average, as long as there was no other."""


def extra_fee(
    fees: VolFees, memory: Memory, trade: Trade, market: Market, vol_of: Callable[[OptionSeries], int]
) -> int:
    """Return the fees for vega and variance, in USDC base units, rounded up."""
    amount = trade.quantity * _TO_DOLLARS
    total = 0
    if fees.vega_coefficient:
        unit = standard_vega(trade.series, market.spot, trade.vol, market.now_ms)
        before = -net_vega(memory.sold, market, vol_of)
        step = unit * amount // fp.ONE
        after = before - step if trade.side == "buy" else before + step
        total += vega_fee(fees.vega_coefficient, trade.vol, (before, after), fees.worth, amount)
    if fees.variance is not None:
        usual = gwav.average(memory.vols.get(trade.series.expiry, ()), fees.average_ms, market.now_ms)
        astray = abs((trade.board_vol if usual is None else usual) - trade.base_vol)
        vega = option_vega(trade.series, market.spot, trade.vol, market.now_ms)
        total += variance_fee(fees.variance, vega, trade.skew, astray, amount)
    return -(-total // _USDC)


def worst_extra_fee(fees: VolFees, memory: Memory, ends: tuple[Trade, Trade], prior: int, market: Market) -> int:
    """Return a bound of the extra fees of a trade after others, in any direction and on whatever series.

    Args:
        fees: Parameters.
        memory: What the maker remembers now.
        ends: The trade after all of `prior` on its own strike, in its own direction or against it.
        prior: Most that is traded before, base units.
        market: What the venue sees.
    """
    one, other = ends
    amount = one.quantity * _TO_DOLLARS
    vega = most_vega(one.series, market.spot, market.now_ms)
    total = 0
    if fees.vega_coefficient:
        options = amount + (prior + sum(abs(sold) for sold in memory.sold.values())) * _TO_DOLLARS
        after = most_standard_vega(market.spot) * options // fp.ONE + 1
        total += vega_fee(fees.vega_coefficient, max(one.vol, other.vol), (0, after), fees.worth, amount)
    if fees.variance is not None:
        usual = gwav.average(memory.vols.get(one.series.expiry, ()), fees.average_ms, market.now_ms)
        usual = one.board_vol if usual is None else usual
        astray = max(abs(usual - end.base_vol) for end in ends)
        reference = fees.variance.reference_skew
        skew = max((end.skew for end in ends), key=lambda skew: abs(skew - reference))
        total += variance_fee(fees.variance, vega, skew, astray, amount)
    return -(-total // _USDC) + 1


def net_vega(sold: Mapping[str, int], market: Market, vol_of: Callable[[OptionSeries], int]) -> int:
    """Return the vega of what was sold, brought to one time to expiry, in dollars per volatility point."""
    total = 0
    for symbol in sorted(sold):
        series = parse_series(symbol)
        if series.expiry_ms > market.now_ms:
            unit = standard_vega(series, market.spot, vol_of(series), market.now_ms)
            total += unit * sold[symbol] * _TO_DOLLARS // fp.ONE
    return total


def within_vol_bounds(fees: VolFees | None, base_vol: int, skew: int) -> bool:
    """Return whether a board's volatility and a strike's skew are where the venue trades."""
    if fees is None:
        return True
    return fees.min_base_vol <= base_vol <= fees.max_base_vol and fees.min_skew <= skew <= fees.max_skew
