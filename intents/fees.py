"""What the house charges for a fill, and what that leaves of an owner's limit.

A fee for volume is a share of the underlying's value, as options venues charge it, and never more than a share of the
premium: [Deribit] takes 0.03 % of the underlying, at most 12.5 % of the option's price. A fee on surplus is a share of
what a fill gains its owner after that. Owners pay both on top of the price, and the limit they signed holds for the
sum.

Rounding: the fee for volume of one unit is rounded up to a base unit of USDC; everything else is rounded down.

[Deribit]: https://support.deribit.com/hc/en-us/articles/25944746248989-Fees
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pydantic import Field

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount, Boundary
from intents.intent import Intent
from intents.wants import SLOPE_UNIT, Package, Payoff

PPM: Final = 10**6


class FeeRule(Boundary):
    """What is charged, in millionths."""

    notional_ppm: int = Field(default=0, ge=0, le=PPM)
    """Share of the value of the underlying of each contract."""

    premium_ppm: int = Field(default=PPM - 1, gt=0, lt=PPM)
    """Most of the premium that the fee for volume may take. The premium of a package is its net price."""

    surplus_ppm: int = Field(default=0, ge=0, lt=PPM)
    """Share of what an owner gains over the limit."""

    def __str__(self) -> str:
        """Return the rule in words."""
        parts = []
        if self.notional_ppm:
            most = f", at most {_percent(self.premium_ppm)} of the premium"
            parts.append(f"{_percent(self.notional_ppm)} of the underlying{most}")
        if self.surplus_ppm:
            parts.append(f"{_percent(self.surplus_ppm)} of what a fill gains over the limit")
        return " and ".join(parts) or "nothing"

    def at(self, spot: int) -> "RoundFees":
        """Return the fees of a round in which ether counts at a price in dollars times `PRICE_UNIT`."""
        return RoundFees(**self.model_dump(), spot=spot)


class RoundFees(FeeRule):
    """The fees of one round: the rule, and the price that volume is valued at."""

    spot: Amount
    """Price of ether, in dollars times `PRICE_UNIT`."""

    def fee(self, intent: Intent, quantity: int, debit: int) -> int:
        """Return what the owner of a fill pays the house, in USDC base units.

        Args:
            intent: What the owner signed.
            quantity: Units that are filled, in base units.
            debit: What the owner pays the solver for them; negative where they receive.
        """
        volume = self.for_volume(intent, quantity, debit)
        gained = max(intent.max_debit(quantity) - debit - volume, 0)
        return volume + gained * self.surplus_ppm // PPM

    def for_volume(self, intent: Intent, quantity: int, debit: int) -> int:
        """Return the part of the fee that is for volume."""
        return min(self.most_for_volume(intent, quantity), abs(debit) * self.premium_ppm // PPM)

    def most_for_volume(self, intent: Intent, quantity: int) -> int:
        """Return the most that volume can cost the owner of a fill, whatever the premium, in USDC base units."""
        return self._unit_fee(intent) * quantity // OPTION_UNIT

    def net(self, intent: Intent) -> Intent:
        """Return an intent as solvers have to price it: with the limit that leaves room for the fee for volume.

        A price within the net limit and its fee are together within what the owner signed, for every quantity.
        """
        limit = intent.limit
        of_premium = limit * PPM // (PPM + self.premium_ppm if limit > 0 else PPM - self.premium_ppm)
        return intent.model_copy(update={"limit": max(limit - self._unit_fee(intent), of_premium)})

    def least_limit(self, intent: Intent, unit_cost: int) -> int:
        """Return the smallest limit whose net limit reaches a cost of one unit."""
        of_premium = unit_cost * (PPM + self.premium_ppm if unit_cost > 0 else PPM - self.premium_ppm)
        return min(unit_cost + self._unit_fee(intent), -(-of_premium // PPM))

    def _unit_fee(self, intent: Intent) -> int:
        """Return the fee for the volume of one unit, not capped, rounded up."""
        value = contracts_per_unit(intent.want) * self.spot * self.notional_ppm * USDC_UNIT / (PRICE_UNIT * PPM)
        return -(-value.numerator // value.denominator)


def _percent(ppm: int) -> str:
    return f"{ppm * 100 / PPM:g} %"


@lru_cache(maxsize=4096)
def contracts_per_unit(want: Package | Payoff) -> Fraction:
    """Return how many contracts one unit of a want counts as.

    Of a package the options bought or those sold, whichever are more: the other side of a spread is free. Of a floor
    under a payoff its steepest slope, for as many contracts it takes at least.
    """
    if isinstance(want, Package):
        ratios = [leg.ratio for leg in want.legs if leg.instrument != ETH]
        bought = sum(ratio for ratio in ratios if ratio > 0)
        return Fraction(max(bought, bought - sum(ratios)))
    return max(abs(slope) for slope in _slopes(want))


def _slopes(want: Payoff) -> Iterator[Fraction]:
    """Yield the slopes of a floor, in dollars for each dollar of price."""
    yield Fraction(want.left_slope, SLOPE_UNIT)
    yield Fraction(want.right_slope, SLOPE_UNIT)
    for low, high in pairwise(want.knots):
        yield Fraction((high.value - low.value) * PRICE_UNIT, (high.price - low.price) * USDC_UNIT)
