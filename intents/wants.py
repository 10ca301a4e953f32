"""What a user can want: a package of legs, or a floor under the payoff at expiry."""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount, Boundary, SignedAmount
from intents.exposure import uncovered
from intents.options import parse_expiry, parse_series

MAX_LEGS: Final = 8
MAX_RATIO: Final = 100
MAX_KNOTS: Final = 16
MAX_PRICE: Final = 10**7 * PRICE_UNIT
"""Highest price a knot may name."""

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


Want = Annotated[Package | Payoff, Field(discriminator="kind")]


@lru_cache(maxsize=4096)
def collateral_per_unit(want: Package | Payoff) -> int | None:
    """Return the USDC that backs one unit of a want, rounded up, or `None` if no amount of cash does."""
    if isinstance(want, Payoff):
        if want.right_slope < 0:
            return None
        lowest = min(want.value(price) for price in want.kinks())
        return max(0, -(lowest.numerator // lowest.denominator))
    need = uncovered(want.unit_legs())
    return None if need.ether else need.cash


def expiries(want: Package | Payoff) -> tuple[int, ...]:
    """Return the expiries a want touches, in Unix milliseconds, soonest first."""
    if isinstance(want, Payoff):
        return (parse_expiry(want.expiry),)
    return tuple(sorted({parse_series(leg.instrument).expiry_ms for leg in want.legs if leg.instrument != ETH}))
