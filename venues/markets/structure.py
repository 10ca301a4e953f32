"""Structures: option legs in fixed ratios that trade as one, under a symbol of their own.

A structure of one leg is its series. One of several is written `1*ETH-27MAR20-130-P&-1*ETH-27MAR20-110-P`. All legs
expire together, and the structure never owes anything at expiry, so that its price is never below zero and it is clear
who buys: a put spread is a structure, a collar, which may owe or be owed, is not.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from intents.assets import ETH
from intents.errors import InvalidSymbolError
from intents.options import OptionSeries, parse_series
from venues.markets.venue import Side

_JOINT: Final = "&"
_TIMES: Final = "*"

MOST_LEGS: Final = 20
"""Legs that a desk quotes together (Deribit's limit for a block)."""

MOST_RATIO: Final = 10
"""Assumed: largest ratio of a leg."""

Legs = tuple[tuple[str, int], ...]
"""Series with their ratios."""


def is_structure(symbol: str) -> bool:
    """Return whether a symbol names several legs."""
    return _TIMES in symbol


@lru_cache(maxsize=65536)
def legs_of(symbol: str) -> Legs:
    """Return the legs of a symbol; any that names no structure is a leg of its own.

    Raises:
        InvalidSymbolError: if the text has the marks of a structure and is none.
    """
    if not is_structure(symbol):
        return ((symbol, 1),)
    legs = []
    for part in symbol.split(_JOINT):
        ratio, _, name = part.partition(_TIMES)
        if not ratio.lstrip("-").isdigit() or int(ratio) == 0 or is_structure(name):
            raise InvalidSymbolError(symbol, "legs such as 1*ETH-27MAR20-130-P, joined by &")
        legs.append((name, int(ratio)))
    return tuple(legs)


def positions_of(symbol: str, quantity: int) -> dict[str, int]:
    """Return what a quantity of an instrument comes to in each series, in base units."""
    return {name: ratio * quantity for name, ratio in legs_of(symbol)}


def gross_ratio(symbol: str) -> int:
    """Return the options in one unit, long and short ones together."""
    return sum(abs(ratio) for _, ratio in legs_of(symbol))


def expiry_of(symbol: str) -> int:
    """Return the first expiry of its legs, in Unix milliseconds."""
    return min(parse_series(name).expiry_ms for name, _ in legs_of(symbol))


def structure_of(legs: Mapping[str, int]) -> tuple[str, Side, int] | None:
    """Return the structure that legs amount to, the side of who receives them, and the quantity.

    `None` where a desk does not quote them: ether, several expiries, odd ratios, or a payoff of either sign.
    """
    held = {name: quantity for name, quantity in sorted(legs.items()) if quantity}
    if not held or ETH in held or len(held) > MOST_LEGS:
        return None
    quantity = math.gcd(*held.values())
    ratios = {parse_series(name): each // quantity for name, each in held.items()}
    if len({series.expiry_ms for series in ratios}) > 1 or max(map(abs, ratios.values())) > MOST_RATIO:
        return None
    if _never_owes(ratios):
        return _symbol(ratios), "buy", quantity
    turned = {series: -ratio for series, ratio in ratios.items()}
    return (_symbol(turned), "sell", quantity) if _never_owes(turned) else None


def _symbol(ratios: Mapping[OptionSeries, int]) -> str:
    if len(ratios) == 1:
        return next(iter(ratios)).symbol
    return _JOINT.join(f"{ratio}{_TIMES}{series.symbol}" for series, ratio in ratios.items())


def _never_owes(ratios: Mapping[OptionSeries, int]) -> bool:
    """Return whether the payoff is nowhere below zero: not at zero, at no strike, and not beyond the last."""
    ends = [0, *(series.strike for series in ratios)]
    slope = sum(ratio for series, ratio in ratios.items() if series.right == "C")
    return slope >= 0 and all(sum(r * s.intrinsic(end) for s, r in ratios.items()) >= 0 for end in ends)
