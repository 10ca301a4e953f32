"""A pool's mean price as a source: nobody reports it, and nobody can be bribed, but it can be pushed.

The price is the geometric mean over a window, from the pool's own history of ticks. A history that does not reach
back far enough is no price.
"""

from dataclasses import dataclass
from typing import Final, Literal

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.markets.math.tick_math import Q96, sqrt_price_at
from venues.oracles import tampering
from venues.oracles.reading import Reading, Unreadable
from venues.oracles.tick_history import Forgotten
from venues.view import View

SCALE: Final = ETH_UNIT * PRICE_UNIT // USDC_UNIT
"""Turns base units of USDC for a wei into dollars for an ether, times `PRICE_UNIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSource:
    """The mean price of one pool."""

    name: str
    chain: str
    venue: str
    window_s: int

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return the mean over the window that ends now."""
        memory = view.state(self.chain).memories.get(self.venue)
        if memory is None or tampering.is_halted(view.faults, self.name, now_ms):
            return Unreadable("down")
        tick = memory.history.mean_tick(self.window_s, now_ms // 1000)
        if isinstance(tick, Forgotten):
            return Unreadable("unknown")
        price = tampering.quoted(ether_price(tick, memory.ether_token), view.faults, self.name, now_ms)
        return Reading(price=price, confidence=0, observed_ms=now_ms)


def ether_price(tick: int, ether_token: Literal[0, 1]) -> int:
    """Return the price of ether at a tick, in dollars times `PRICE_UNIT`; rounded down."""
    root = sqrt_price_at(tick)
    if ether_token == 0:
        return root * root * SCALE // (Q96 * Q96)
    return Q96 * Q96 * SCALE // (root * root)
