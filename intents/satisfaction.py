"""Whether a set of legs gives an owner what they signed."""

from collections.abc import Mapping

from intents.assets import OPTION_UNIT
from intents.errors import InvalidSymbolError
from intents.exposure import scaled_value, split_legs
from intents.intent import Intent
from intents.options import PAYOFF_SCALE
from intents.wants import SLOPE_UNIT, Package, Payoff, expiries


def violation(
    intent: Intent, legs: Mapping[str, int], quantity: int, debit: int, *, remaining: int | None = None
) -> str | None:
    """Return how a fill breaks the intent's terms, in one line, or `None` if it keeps them.

    Args:
        intent: What the owner signed.
        legs: What the owner receives, by instrument, in base units; negative where they sell.
        quantity: Units of the want that the legs are for.
        debit: USDC base units the owner pays for them, collateral not counted.
        remaining: Units not filled before; all of them if left out. The last fill may be as small as what remains.
    """
    if not 0 < quantity <= intent.quantity:
        return f"quantity {quantity} is not between 1 and {intent.quantity}"
    if intent.fill == "all_or_none" and quantity < intent.quantity:
        return f"quantity {quantity} is only a part of an all-or-none intent"
    if quantity < min(intent.minimum, intent.quantity if remaining is None else remaining):
        return f"quantity {quantity} is below the least fill of {intent.minimum}"
    if debit > intent.max_debit(quantity):
        return f"debit {debit} is above the limit of {intent.max_debit(quantity)}"
    if isinstance(intent.want, Payoff):
        return payoff_gap(intent.want, legs, quantity)
    return _package_gap(intent.want, legs, quantity)


def _package_gap(want: Package, legs: Mapping[str, int], quantity: int) -> str | None:
    due = {name: per_unit * quantity // OPTION_UNIT for name, per_unit in want.unit_legs().items()}
    return None if due == dict(legs) else f"legs {dict(legs)} are not the {due} that the package asks for"


def payoff_gap(want: Payoff, legs: Mapping[str, int], quantity: int) -> str | None:
    """Return where the legs pay less than the floor, or `None` if they dominate it everywhere.

    Both sides are piecewise linear, so it is enough to look at zero, every knot, every strike, and the last slope.
    """
    try:
        options, ether = split_legs(legs)
    except InvalidSymbolError as error:
        return f"a leg is no option: {error}"
    if any(series.underlying != want.underlying for series, _ in options):
        return "a leg is written on another underlying than the floor"
    if any((series.expiry_ms,) != expiries(want) for series, _ in options):
        return "a leg has another expiry than the floor"
    if not all(series.is_european for series, _ in options):
        return "a leg pays by more than the settlement price: its payoff cannot be counted on"
    if ether < 0:
        return "the legs are short of ether"
    for price in sorted({*want.kinks(), *(series.strike for series, _ in options)}):
        floor = want.value(price) * quantity / OPTION_UNIT
        if scaled_value(options, ether, price) < floor * PAYOFF_SCALE:
            return f"at {price} the legs pay less than the floor of {floor}"
    slope = ether + sum(held for series, held in options if series.right == "C")
    if slope * SLOPE_UNIT < want.right_slope * quantity:
        return "beyond the last strike the legs rise more slowly than the floor"
    return None
