"""A guard for rollups: what may be done to people after their sequencer was down.

While it is down nobody can add collateral, so liquidations and new loans wait until it has been up for a grace
period. Accounts far below water are not spared: waiting would only make the hole larger.

Sources: aave/aave-v3-core, `contracts/protocol/configuration/PriceOracleSentinel.sol` (both conditions, the grace
period strict) and `libraries/logic/ValidationLogic.sol` (0.95); Chainlink's documentation of its uptime feeds (3,600
s).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

GRACE_MS: Final = 3_600_000
"""Grace period of the example in Chainlink's documentation."""

HOPELESS_PPM: Final = 950_000
"""Health below which an account may be liquidated at any time, in millionths."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """What an uptime feed says."""

    is_up: bool
    since_ms: int
    """When it last changed; zero if never."""


@dataclass(frozen=True, slots=True)
class Sentinel:
    """The guard."""

    grace_ms: int = GRACE_MS

    def allows(self, uptime: Uptime, now_ms: int) -> bool:
        """Return whether the sequencer has been up for longer than the grace period."""
        return uptime.is_up and now_ms - uptime.since_ms > self.grace_ms

    def may_borrow(self, uptime: Uptime, now_ms: int) -> bool:
        """Return whether an account may take on more risk."""
        return self.allows(uptime, now_ms)

    def may_liquidate(self, uptime: Uptime, now_ms: int, health_ppm: int) -> bool:
        """Return whether an account of this health may be liquidated."""
        return health_ppm < HOPELESS_PPM or self.allows(uptime, now_ms)


def uptime_of(block_times_ms: Sequence[int], now_ms: int, tolerance_ms: int) -> Uptime:
    """Return what a feed says that takes a longer time than `tolerance_ms` between blocks for an outage.

    Args:
        block_times_ms: Times of the recent blocks, oldest first.
        now_ms: Now.
        tolerance_ms: Longest time between two blocks of a chain that is up.
    """
    if block_times_ms and now_ms - block_times_ms[-1] > tolerance_ms:
        return Uptime(is_up=False, since_ms=block_times_ms[-1] + tolerance_ms)
    resumed = [after for before, after in pairwise(block_times_ms) if after - before > tolerance_ms]
    return Uptime(is_up=True, since_ms=resumed[-1] if resumed else 0)
