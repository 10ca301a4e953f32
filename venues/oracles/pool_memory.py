"""What a pool remembers of its own price, where somebody reads it: sums of ticks, kept beside the pool.

In Uniswap v3 the pool contract keeps them itself; for a constant-product pool they stand for the cumulative prices of
Uniswap v2, in ticks.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from venues.markets.concentrated import ConcentratedPool
from venues.markets.cpmm import SpotPool
from venues.markets.math.tick_math import Q96, tick_at
from venues.oracles.tick_history import TickHistory


@dataclass(frozen=True, slots=True)
class PoolMemory:
    """The history of one pool."""

    history: TickHistory
    ether_token: Literal[0, 1]
    """Which of the two tokens is ether; the price of a tick is token 1 for token 0."""

    def after(self, venue: object, now_ms: int) -> "PoolMemory":
        """Return the memory once the pool has changed."""
        if not isinstance(venue, ConcentratedPool | SpotPool):
            return self
        tick, liquidity = _now(venue)
        return replace(self, history=self.history.moved(now_ms // 1000, tick, liquidity))


def first_memory(pool: ConcentratedPool | SpotPool, since_ms: int, size: int) -> PoolMemory:
    """Return the memory of a pool that begins at an instant and keeps `size` sums."""
    tick, liquidity = _now(pool)
    ether_token = pool.ether_token if isinstance(pool, ConcentratedPool) else 0
    return PoolMemory(TickHistory.begin(since_ms // 1000, tick, liquidity, size), ether_token)


def _now(pool: ConcentratedPool | SpotPool) -> tuple[int, int]:
    """Return tick and liquidity; those of a constant-product pool are of its two reserves, ether first."""
    if isinstance(pool, ConcentratedPool):
        return pool.tick, pool.liquidity
    return tick_at(math.isqrt(pool.cash * Q96**2 // pool.ether)), math.isqrt(pool.cash * pool.ether)
