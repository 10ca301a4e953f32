"""What a user can want: a package of legs, a floor under the payoff at expiry, or a portfolio's risk within bounds."""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import MAX_TIME_MS, Amount, Boundary, SignedAmount
from intents.exposure import uncovered
from intents.greeks import VOL_UNIT
from intents.options import OptionSeries, parse_expiry, parse_series

MAX_LEGS: Final = 8
MAX_RATIO: Final = 100
MAX_KNOTS: Final = 16
MAX_PRICE: Final = 10**7 * PRICE_UNIT
"""Highest price a knot may name; as the end of a band of losses it stands for every price above."""

MAX_HELD: Final = 32
MAX_HELD_QUANTITY: Final = 10**4 * OPTION_UNIT
MAX_LOSSES: Final = 8
MAX_VOL: Final = 100 * VOL_UNIT
MAX_RISK: Final = 10**15
"""Largest bound that makes sense: a thousand million ether or dollars. As a bound it bounds nothing."""

SLOPE_UNIT: Final = USDC_UNIT
"""A slope of one dollar of payoff for each dollar of price."""


class Leg(Boundary):
    """One instrument of a package."""

    instrument: str = Field(max_length=32)
    """Symbol of an option series, or `ETH` for ether held as collateral."""

    ratio: int
    """Options (or ether) for each unit of the package; negative where the user sells."""

    @model_validator(mode="after")
    def _is_tradable(self) -> "Leg":
        if self.ratio == 0 or abs(self.ratio) > MAX_RATIO:
            raise ValueError(f"ratio {self.ratio} is zero or beyond {MAX_RATIO}")
        if self.instrument != ETH:
            if parse_series(self.instrument).underlying != ETH:
                raise ValueError("only options on ETH can be backed with ether and cash")
        elif self.ratio < 0:
            raise ValueError("a package cannot sell ether: an intent brings USDC only")
        return self


class Package(Boundary):
    """A fixed combination of legs, traded as one."""

    kind: Literal["package"] = "package"
    legs: tuple[Leg, ...] = Field(min_length=1, max_length=MAX_LEGS)

    @field_validator("legs")
    @classmethod
    def _are_distinct(cls, legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
        names = [leg.instrument for leg in legs]
        if len(set(names)) < len(names):
            raise ValueError("an instrument occurs twice")
        return legs

    def unit_legs(self) -> dict[str, int]:
        """Return the quantity of each instrument in one unit, in base units."""
        return {leg.instrument: leg.ratio * OPTION_UNIT for leg in self.legs}


class Knot(Boundary):
    """A point of a payoff floor."""

    price: Amount
    """Settlement price, in dollars times `PRICE_UNIT`."""

    value: SignedAmount
    """Least payoff of one unit there, in USDC base units."""


class Payoff(Boundary):
    """A floor under the payoff at expiry: linear between knots, with a slope at either end.

    The solver chooses the legs; their payoff must be at least the floor at every settlement price.
    """

    kind: Literal["payoff"] = "payoff"
    underlying: Literal["ETH"] = "ETH"
    expiry: str = Field(max_length=8)
    """Expiry label, such as `27MAR20`."""

    knots: tuple[Knot, ...] = Field(min_length=1, max_length=MAX_KNOTS)
    left_slope: SignedAmount
    """Change of the floor for each dollar of price below the first knot, times `SLOPE_UNIT`."""

    right_slope: SignedAmount
    """The same beyond the last knot."""

    @model_validator(mode="after")
    def _is_well_formed(self) -> "Payoff":
        parse_expiry(self.expiry)
        prices = [knot.price for knot in self.knots]
        if any(low >= high for low, high in pairwise(prices)):
            raise ValueError("knots must rise in price")
        if prices[-1] > MAX_PRICE:
            raise ValueError("a knot lies beyond any sensible price")
        return self

    def value(self, price: int) -> Fraction:
        """Return the floor of one unit at `price`, exactly, in USDC base units."""
        knots = self.knots
        if price <= knots[0].price:
            return knots[0].value - Fraction(self.left_slope * (knots[0].price - price), PRICE_UNIT)
        if price >= knots[-1].price:
            return knots[-1].value + Fraction(self.right_slope * (price - knots[-1].price), PRICE_UNIT)
        after = next(i for i, knot in enumerate(knots) if knot.price > price)
        low, high = knots[after - 1], knots[after]
        return low.value + Fraction((high.value - low.value) * (price - low.price), high.price - low.price)

    def kinks(self) -> tuple[int, ...]:
        """Return the prices at which the floor may bend, zero first."""
        return tuple(sorted({0, *(knot.price for knot in self.knots)}))


class Mark(Boundary):
    """The market at which an owner wants delta and vega measured: signed, so that everybody measures alike."""

    price: Amount
    """Price of ether, in dollars times `PRICE_UNIT`."""

    vol: Amount
    """Annual volatility of every series, times `VOL_UNIT`."""

    at_ms: int = Field(ge=0, le=MAX_TIME_MS)
    """Instant from which time to expiry is counted, in Unix milliseconds."""

    @model_validator(mode="after")
    def _is_sensible(self) -> "Mark":
        if not 0 < self.price <= MAX_PRICE or not 0 < self.vol <= MAX_VOL:
            raise ValueError("price and volatility of a mark are above zero and within any sense")
        return self


class Holding(Boundary):
    """What an owner has already for each unit."""

    instrument: str = Field(max_length=32)
    """Symbol of an option series, or `ETH`."""

    quantity: SignedAmount
    """Base units; negative where the owner is short."""

    @field_validator("quantity")
    @classmethod
    def _is_sensible(cls, quantity: int) -> int:
        if abs(quantity) > MAX_HELD_QUANTITY:
            raise ValueError("more is held for a unit than makes any sense")
        return quantity


Greek = Literal["delta", "vega"]


class GreekBound(Boundary):
    """Bounds on one Greek of a unit, both included."""

    greek: Greek
    low: SignedAmount
    """Delta in ether times `DELTA_UNIT`; vega in USDC base units for a point (one percent) of volatility."""

    high: SignedAmount

    @model_validator(mode="after")
    def _is_a_range(self) -> "GreekBound":
        if not -MAX_RISK <= self.low <= self.high <= MAX_RISK:
            raise ValueError(f"the bounds on {self.greek} leave nothing between them, or are beyond any sense")
        return self


class LossBound(Boundary):
    """The most that a unit may lose if ether ends anywhere in a band of prices, both ends included."""

    low: Amount
    """Settlement price, in dollars times `PRICE_UNIT`."""

    high: Amount
    """The same; `MAX_PRICE` stands for every price above `low`."""

    most: SignedAmount
    """USDC base units, premiums not counted; negative is the least gain."""

    @model_validator(mode="after")
    def _is_a_band(self) -> "LossBound":
        if not self.low <= self.high <= MAX_PRICE or abs(self.most) > MAX_RISK:
            raise ValueError("a band of losses rises in price, and its ends and bound are sensible")
        return self


class Exposure(Boundary):
    """Bounds on the risk of what the owner holds together with what is bought for it; the solver chooses what to buy.

    Options of one expiry and ether may be bought, such options sold. What is bought needs no more backing than
    `collateral`, whatever the price, and nothing of what is held is counted as backing. A portfolio loses what its
    options pay less than nothing at expiry, and what its ether falls below the mark.
    """

    kind: Literal["exposure"] = "exposure"
    underlying: Literal["ETH"] = "ETH"
    expiry: str = Field(max_length=8)
    """Expiry label, such as `27MAR20`."""

    mark: Mark
    held: tuple[Holding, ...] = Field(default=(), max_length=MAX_HELD)
    greeks: tuple[GreekBound, ...] = Field(default=(), max_length=2)
    losses: tuple[LossBound, ...] = Field(default=(), max_length=MAX_LOSSES)
    collateral: Amount = 0
    """USDC base units that the owner brings for each unit to back what is sold."""

    @model_validator(mode="after")
    def _is_well_formed(self) -> "Exposure":
        expiry_ms = parse_expiry(self.expiry)
        names = [holding.instrument for holding in self.held]
        series = [parse_series(name) for name in names if name != ETH]
        if len(set(names)) < len(names) or len({bound.greek for bound in self.greeks}) < len(self.greeks):
            raise ValueError("an instrument or a Greek occurs twice")
        fitting = (e.underlying == self.underlying and e.expiry_ms == expiry_ms and e.is_european for e in series)
        if not all(fitting):
            raise ValueError("what is held is ether, or European options on it of the same expiry")
        if not self.greeks and not self.losses:
            raise ValueError("nothing is bounded")
        if self.mark.at_ms >= expiry_ms:
            raise ValueError("the mark is from after the expiry")
        if self.collateral > MAX_RISK:
            raise ValueError("the collateral is beyond any sense")
        return self

    def held_options(self) -> tuple[tuple[OptionSeries, int], ...]:
        """Return the options held for each unit, with their quantities in base units."""
        return tuple((parse_series(each.instrument), each.quantity) for each in self.held if each.instrument != ETH)

    def held_ether(self) -> int:
        """Return the wei held for each unit."""
        return sum(each.quantity for each in self.held if each.instrument == ETH)


AnyWant = Package | Payoff | Exposure

Want = Annotated[AnyWant, Field(discriminator="kind")]


@lru_cache(maxsize=4096)
def collateral_per_unit(want: AnyWant) -> int | None:
    """Return the USDC that backs one unit of a want, rounded up, or `None` if no amount of cash does."""
    if isinstance(want, Exposure):
        return want.collateral
    if isinstance(want, Payoff):
        if want.right_slope < 0:
            return None
        lowest = min(want.value(price) for price in want.kinks())
        return max(0, -(lowest.numerator // lowest.denominator))
    need = uncovered(want.unit_legs())
    return None if need.ether else need.cash


def expiries(want: AnyWant) -> tuple[int, ...]:
    """Return the expiries a want touches, in Unix milliseconds, soonest first."""
    if not isinstance(want, Package):
        return (parse_expiry(want.expiry),)
    return tuple(sorted({parse_series(leg.instrument).expiry_ms for leg in want.legs if leg.instrument != ETH}))
