"""An owner's bounds on risk as linear rows over what is bought: for the program, and for the desk that has none.

Delta and vega at the owner's mark are sums over legs, and so is the value at each price where the portfolio bends. With
`x` options (or ether) of each leg and `q` units, every bound is a row `a x >= b q`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.bounds import ETHER, option_greeks
from intents.greeks import DELTA_UNIT, FINE
from intents.options import OptionSeries
from intents.wants import MAX_PRICE, MAX_RISK, Exposure, Greek, LossBound, expiries

REACH: Final = 0.35
"""How far from the mark, as a fraction of its price, a strike may be and still be traded for a bound."""

NEAR: Final = 0.04
"""How far in the money, as a fraction of the mark, an option may be: ether with the other right does the same."""

LEAST_TRADED: Final = 4.0
"""Options and ether that may be traded for each unit, at least; more where more is held.

Without an end to it, bounds would be a place for arbitrage between venues in the owner's account.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One bound: the legs' coefficients times their numbers are at least `per_unit` times the units."""

    terms: Mapping[str, float]
    """By instrument, of one option or ether."""

    per_unit: float


def tradable(want: Exposure, listed: Sequence[OptionSeries]) -> tuple[OptionSeries, ...]:
    """Return the listed series that can help: near the mark, not in the money; and whatever is held already."""
    held = {series for series, _ in want.held_options()}
    mark = want.mark.price

    def helps(series: OptionSeries) -> bool:
        inside = (mark - series.strike) * (1 if series.right == "C" else -1)
        return abs(series.strike - mark) <= REACH * mark and inside <= NEAR * mark

    fitting = (series for series in listed if series.is_european and (series.expiry_ms,) == expiries(want))
    return tuple(series for series in fitting if series in held or helps(series))


def most_traded(want: Exposure) -> float:
    """Return how many options and ether may be bought and sold for each unit."""
    held = sum(abs(each.quantity) for each in want.held) / OPTION_UNIT
    return LEAST_TRADED + 2 * held


def rows(want: Exposure, series: Sequence[OptionSeries], *, ether: bool) -> Iterator[Row]:
    """Yield the rows of all bounds over legs in `series`, and in ether where that may be bought."""
    for bound in want.greeks:
        held = _held_greek(want, bound.greek)
        terms = _greek_terms(want, series, bound.greek, ether=ether)
        if bound.low > -MAX_RISK:
            yield Row(terms, _dollars_or_ether(bound.greek, bound.low) - held)
        if bound.high < MAX_RISK:
            opposite = {name: -value for name, value in terms.items()}
            yield Row(opposite, held - _dollars_or_ether(bound.greek, bound.high))
    for band in want.losses:
        yield from _loss_rows(want, series, band, ether=ether)


def value_terms(want: Exposure, series: Sequence[OptionSeries], price: int, *, ether: bool) -> dict[str, float]:
    """Return the dollars that one of each leg gains if ether ends at `price`, ether counted from the mark."""
    terms = {each.symbol: each.intrinsic(price) / PRICE_UNIT for each in series}
    return terms | ({ETH: (price - want.mark.price) / PRICE_UNIT} if ether else {})


def slope_terms(series: Sequence[OptionSeries], *, ether: bool) -> dict[str, float]:
    """Return what one of each leg gains for a dollar beyond the last strike."""
    return {each.symbol: 1.0 for each in series if each.right == "C"} | ({ETH: 1.0} if ether else {})


def _loss_rows(want: Exposure, series: Sequence[OptionSeries], band: LossBound, *, ether: bool) -> Iterator[Row]:
    strikes = {each.strike for each in (*series, *(each for each, _ in want.held_options()))}
    ends = {band.low} | ({band.high} if band.high < MAX_PRICE else set())
    for price in sorted(ends | {strike for strike in strikes if band.low < strike < band.high}):
        gained = sum(held * each.intrinsic(price) for each, held in want.held_options())
        gained += want.held_ether() * (price - want.mark.price)
        floor = -band.most / USDC_UNIT - gained / OPTION_UNIT / PRICE_UNIT
        yield Row(value_terms(want, series, price, ether=ether), floor)
    if band.high == MAX_PRICE:
        calls = sum(held for each, held in want.held_options() if each.right == "C")
        yield Row(slope_terms(series, ether=ether), -(calls + want.held_ether()) / OPTION_UNIT)


def _greek_terms(want: Exposure, series: Sequence[OptionSeries], name: Greek, *, ether: bool) -> dict[str, float]:
    terms = {each.symbol: _of(option_greeks(want.mark, each), name) for each in series}
    return terms | ({ETH: _of(ETHER, name)} if ether else {})


def _held_greek(want: Exposure, name: Greek) -> float:
    parts = sum(held * _of(option_greeks(want.mark, each), name) for each, held in want.held_options())
    return (parts + want.held_ether() * _of(ETHER, name)) / OPTION_UNIT


def _of(unit: tuple[int, int], name: Greek) -> float:
    """Return delta in ether, or vega in dollars for a point of volatility."""
    delta, vega = unit
    return delta / FINE / DELTA_UNIT if name == "delta" else vega / FINE / USDC_UNIT


def _dollars_or_ether(name: Greek, bound: int) -> float:
    return bound / (DELTA_UNIT if name == "delta" else USDC_UNIT)
