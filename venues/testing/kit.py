"""All checks of the kit."""

from collections.abc import Callable, Iterator
from typing import Final

from venues.testing.curves import arbitrage, ladder, prices, round_trips
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
)


def faults(stage: Stage) -> list[str]:
    """Return all that is wrong with a venue; nothing if it is sound."""
    return [f"{check.__name__}: {fault}" for check in CHECKS for fault in check(stage)]
