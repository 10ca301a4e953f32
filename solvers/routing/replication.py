"""Turning a payoff floor into a package of listed options, without an optimiser.

A floor that ends at or below zero beyond its last knot is a sum of puts struck where it bends, plus calls for its
last slope. Where a bend is not at a listed strike, the put moves to the next strike above it: it then pays more, never
less. The optimising router finds cheaper portfolios; this one is what a desk would do by hand.
"""

from collections.abc import Sequence
from fractions import Fraction

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT
from intents.intent import LOT
from intents.options import OptionSeries
from intents.satisfaction import payoff_gap
from intents.wants import SLOPE_UNIT, AnyWant, Exposure, Package, Payoff, expiries
from solvers.routing.rebalancing import rebalanced


def legs_for(
    want: AnyWant, quantity: int, listed: Sequence[OptionSeries], *, ether: bool = True
) -> dict[str, int] | None:
    """Return legs that satisfy `quantity` units of a want, or `None` if the methods of a desk find none.

    Args:
        want: What is asked for.
        quantity: Units of it, in base units.
        listed: Series that may be used.
        ether: Whether ether can be traded for bounds on risk.
    """
    if isinstance(want, Package):
        legs = {name: per_unit * quantity // OPTION_UNIT for name, per_unit in want.unit_legs().items()}
        names = {series.symbol for series in listed} | {ETH}
        return legs if set(legs) <= names else None
    plain = [series for series in listed if series.is_european]
    if isinstance(want, Exposure):
        return rebalanced(want, quantity, plain, ether=ether)
    replica = _replicated(want, quantity, [series for series in plain if (series.expiry_ms,) == expiries(want)])
    return replica if replica is not None and payoff_gap(want, replica, quantity) is None else None


def _replicated(want: Payoff, quantity: int, listed: Sequence[OptionSeries]) -> dict[str, int] | None:
    strikes = sorted({series.strike for series in listed})
    legs: dict[str, int] = {}
    for price, bend in _bends(want):
        strike = next((s for s in strikes if s >= price), None) if bend > 0 else _below(strikes, price)
        if strike is None:
            return None
        symbol = OptionSeries(want.underlying, expiries(want)[0], strike, "P").symbol
        legs[symbol] = legs.get(symbol, 0) + _rounded(bend * quantity)
    if want.right_slope > 0:
        strike = _below(strikes, want.knots[-1].price)
        if strike is None:
            return None
        symbol = OptionSeries(want.underlying, expiries(want)[0], strike, "C").symbol
        legs[symbol] = _rounded(Fraction(want.right_slope, SLOPE_UNIT) * quantity)
    return {name: held for name, held in legs.items() if held}


def _bends(want: Payoff) -> list[tuple[int, Fraction]]:
    """Return each knot and the puts of one unit struck there: the change of slope that the floor makes."""
    slopes = [Fraction(want.left_slope, SLOPE_UNIT)]
    for low, high in zip(want.knots, want.knots[1:], strict=False):
        rise = Fraction(high.value - low.value, high.price - low.price)
        slopes.append(rise * PRICE_UNIT / SLOPE_UNIT)
    slopes.append(Fraction(0))
    bends = [(knot.price, slopes[i + 1] - slopes[i]) for i, knot in enumerate(want.knots)]
    return [(price, bend) for price, bend in bends if bend]


def _below(strikes: Sequence[int], price: int) -> int | None:
    return next((strike for strike in reversed(strikes) if strike <= price), None)


def _rounded(quantity: Fraction) -> int:
    """Return a signed quantity in whole lots: longs rounded up, shorts towards zero."""
    return -(-quantity // LOT) * LOT
