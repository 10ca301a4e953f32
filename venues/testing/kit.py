"""All checks of the kit."""

from collections.abc import Callable, Iterator
from typing import Final

from venues.testing.curves import arbitrage, ladder, prices, round_trips
from venues.testing.indivisible import lots
from venues.testing.orders import admission, claims, quotes, reserves, values
from venues.testing.stage import Stage

Check = Callable[[Stage], Iterator[str]]

CHECKS: Final[tuple[Check, ...]] = (
    quotes,
    values,
    admission,
    reserves,
    claims,
    round_trips,
    prices,
    ladder,
    arbitrage,
    lots,
)

OF_CURVES: Final[tuple[Check, ...]] = (prices, ladder)
"""Checks of the curve alone: a venue with lots goes through them without its lots."""


def faults(stage: Stage) -> list[str]:
    """Return all that is wrong with a venue; nothing if it is sound."""
    smooth = stage.divisible()
    return [
        f"{check.__name__}: {fault}" for check in CHECKS for fault in check(smooth if check in OF_CURVES else stage)
    ]
