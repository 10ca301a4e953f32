"""Whether what is bought keeps the risk of a portfolio within the bounds its owner signed, in whole numbers.

Delta and vega are linear in what is held, so they are sums. What a portfolio is worth at expiry is piecewise linear in
the price, so a band of prices is safe where its ends and every strike between them are, and a band without upper end
where beyond the last of them nothing falls.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.errors import InvalidSymbolError
from intents.exposure import Positions, scaled_value, split_legs, uncovered
from intents.greeks import DELTA_UNIT, FINE, UnitGreeks, unit_greeks
from intents.options import PAYOFF_SCALE, OptionSeries
from intents.wants import MAX_PRICE, Exposure, Greek, LossBound, Mark, expiries

ETHER: Final = UnitGreeks(DELTA_UNIT * FINE, 0)
"""Delta and vega of one ether."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What an owner holds for a quantity of units once the legs are bought, in base units times `OPTION_UNIT`."""

    mark: Mark
    options: Positions
    ether: int

    def greek(self, name: Greek) -> int:
        """Return delta or vega in units of a bound times `FINE` and `OPTION_UNIT` squared."""
        parts = [(option_greeks(self.mark, series), held) for series, held in self.options]
        every = [*parts, (ETHER, self.ether)]
        return sum((each.delta if name == "delta" else each.vega) * held for each, held in every)

    def value(self, price: int) -> int:
        """Return the gain if ether ends at `price`, in USDC base units times `PAYOFF_SCALE` and `OPTION_UNIT`."""
        return scaled_value(self.options, self.ether, price) - self.ether * self.mark.price

    def last_slope(self) -> int:
        """Return what the portfolio gains for each dollar beyond its last strike."""
        return self.ether + sum(held for series, held in self.options if series.right == "C")

    def kinks(self, band: LossBound) -> list[int]:
        """Return the prices of a band at which the worst of it must be."""
        inner = {series.strike for series, _ in self.options if band.low < series.strike < band.high}
        return sorted({band.low, *inner} | ({band.high} if band.high < MAX_PRICE else set()))


@dataclass(frozen=True, slots=True)
class Measured:
    """The risk of a portfolio for each unit, for people to read."""

    delta: float
    """Ether."""

    vega: float
    """Dollars for a point of volatility."""

    losses: tuple[float, ...]
    """Dollars lost at worst in each band that the owner bounds; negative where something is gained at least."""


def portfolio(want: Exposure, legs: Mapping[str, int], quantity: int) -> Portfolio:
    """Return what is held for `quantity` units of a want together with legs."""
    bought, ether = split_legs(legs)
    held = [(series, amount * quantity) for series, amount in want.held_options()]
    return Portfolio(
        want.mark,
        [(series, amount * OPTION_UNIT) for series, amount in bought] + held,
        ether * OPTION_UNIT + want.held_ether() * quantity,
    )


def bounds_gap(want: Exposure, legs: Mapping[str, int], quantity: int) -> str | None:
    """Return which bound the portfolio breaks with the legs, or `None` if it keeps all of them."""
    try:
        options, ether = split_legs(legs)
    except InvalidSymbolError as error:
        return f"a leg is no option: {error}"
    if any(series.underlying != want.underlying or (series.expiry_ms,) != expiries(want) for series, _ in options):
        return "a leg is written on another underlying than the bounds, or has another expiry"
    if not all(series.is_european for series, _ in options):
        return "a leg pays by more than the settlement price: its risk cannot be counted on"
    if ether < 0:
        return "the legs are short of ether"
    need = uncovered(legs)
    if need.ether or need.cash * OPTION_UNIT > want.collateral * quantity:
        return f"the legs need {need.cash} and {need.ether} wei of backing, the owner brings {want.collateral} a unit"
    whole = portfolio(want, legs, quantity)
    return next(_broken(want, whole, quantity), None)


def measured(want: Exposure, legs: Mapping[str, int], quantity: int) -> Measured:
    """Return the risk of the portfolio with the legs, for each unit."""
    whole = portfolio(want, legs, quantity)
    delta, vega = whole.greek("delta"), whole.greek("vega")
    scale = quantity * OPTION_UNIT
    worst = (min(whole.value(price) for price in whole.kinks(band)) for band in want.losses)
    return Measured(
        float(Fraction(delta, scale * FINE * DELTA_UNIT)),
        float(Fraction(vega, scale * FINE * USDC_UNIT)),
        tuple(float(Fraction(-value, quantity * PAYOFF_SCALE * USDC_UNIT)) for value in worst),
    )


def _broken(want: Exposure, whole: Portfolio, quantity: int) -> Iterator[str]:
    """Yield every bound that a portfolio breaks, in one line each."""
    scale = quantity * OPTION_UNIT * FINE
    for bound in want.greeks:
        found = whole.greek(bound.greek)
        if not bound.low * scale <= found <= bound.high * scale:
            yield f"{bound.greek} is {found / scale:.0f} a unit, bounds {bound.low} and {bound.high}"
    for band in want.losses:
        for price in whole.kinks(band):
            value = whole.value(price)
            if value < -band.most * quantity * PAYOFF_SCALE:
                lost = -value / (quantity * PAYOFF_SCALE)
                yield f"at {price / PRICE_UNIT:g} a unit loses {lost:.0f}, the bound is {band.most}"
        if band.high == MAX_PRICE and whole.last_slope() < 0:
            yield "beyond the last strike the portfolio loses without bound"


def option_greeks(mark: Mark, series: OptionSeries) -> UnitGreeks:
    """Return delta and vega of one option at a mark."""
    return unit_greeks(series, mark.price, mark.vol, mark.at_ms)
