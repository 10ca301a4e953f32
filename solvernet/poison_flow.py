"""A user who posts intents to break others: floors with many knots that jump up and down.

They are well formed and backed. An optimiser has to choose strikes for every jump, and on some of them it works a
hundred times as long as on what honest users ask for; a solver with room for fewer knots breaks.
"""

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from intents.intent import Intent
from intents.wants import Knot, Payoff
from venues.seeds import Generator

HIGHEST: Final = 60
"""Most dollars that a floor jumps to."""


class PoisonPart(Boundary):
    """How such a user goes about it."""

    home: str
    """Name of the chain it is at home on."""

    per_round: float = Field(gt=0)
    """Mean number of its intents between two rounds."""

    knots: int = Field(ge=2, le=16)
    limit: float = Field(gt=0)
    """Dollars that it offers for one unit."""

    lives_s: float = Field(gt=0)
    """Time for which each is valid."""


def poison(part: PoisonPart, time_ms: int, terms: Mapping[str, str], rng: Generator) -> Intent:
    """Return an intent that is posted at an instant.

    Args:
        part: How the user goes about it.
        time_ms: Instant of posting.
        terms: `owner`, `home` and `expiry`.
        rng: Chance.
    """
    prices = sorted(int(price) for price in rng.choice(range(100, 320, 5), part.knots, replace=False))
    knots = tuple(
        Knot(price=price * PRICE_UNIT, value=int(rng.integers(0, HIGHEST + 1)) * USDC_UNIT) for price in prices
    )
    want = Payoff(expiry=terms["expiry"], knots=knots, left_slope=0, right_slope=0)
    return Intent(
        owner=terms["owner"],
        nonce=time_ms * 1000,
        home=terms["home"],
        want=want,
        quantity=7 * OPTION_UNIT,
        limit=round(part.limit * USDC_UNIT),
        fill="partial",
        valid_from_ms=time_ms,
        valid_until_ms=time_ms + round(part.lives_s * 1000),
    )
