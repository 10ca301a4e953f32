"""A pool's mean price as a source: nobody reports it, and nobody can be bribed, but it can be pushed.

The price is the geometric mean over a window, from the pool's own history of ticks. A history that does not reach
back far enough is no price.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol, runtime_checkable

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.markets.math.tick_math import Q96, sqrt_price_at
from venues.oracles.reading import Reading, Unreadable
from venues.oracles.tick_history import Forgotten, TickHistory
from venues.view import View

SCALE: Final = ETH_UNIT * PRICE_UNIT // USDC_UNIT
"""Turns base units of USDC for a wei into dollars for an ether, times `PRICE_UNIT`."""


@runtime_checkable
class Remembering(Protocol):
    """A venue that keeps a history of its ticks."""

    @property
    def history(self) -> TickHistory:
        """Sums of ticks so far."""

    @property
    def ether_token(self) -> Literal[0, 1]:
        """Which of the two tokens is ether; the price of a tick is token 1 for token 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSource:
    """The mean price of one pool."""

    name: str
    chain: str
    venue: str
    window_s: int

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return the mean over the window that ends now."""
        pool: object = view.state(self.chain).venues.get(self.venue)
        if not isinstance(pool, Remembering):
            return Unreadable("down")
        tick = pool.history.mean_tick(self.window_s, now_ms // 1000)
        if isinstance(tick, Forgotten):
            return Unreadable("unknown")
        return Reading(price=ether_price(tick, pool.ether_token), confidence=0, observed_ms=now_ms)


def ether_price(tick: int, ether_token: Literal[0, 1]) -> int:
    """Return the price of ether at a tick, in dollars times `PRICE_UNIT`; rounded down."""
    root = sqrt_price_at(tick)
    if ether_token == 0:
        return root * root * SCALE // (Q96 * Q96)
    return Q96 * Q96 * SCALE // (root * root)
