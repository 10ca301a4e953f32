"""What a rollup's contracts know of its sequencer: that it was away, and since when it is back.

The word comes from the L1 and is in place before anything else happens in the first block after an outage, because the
sequencer must take what waits in the inbox before it goes on. Until the grace period is over, venues priced by the
oracle do not trade: the price they have is from before, and those who could have corrected them could not act.
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.oracles.sentinel import Sentinel, Uptime

NEVER_DOWN: Final = Uptime(is_up=True, since_ms=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeGuard:
    """The uptime feed of one chain, and who heeds it."""

    sentinel: Sentinel
    tolerance_ms: int
    """Longest time between two blocks of a chain that is up."""

    uptime: Uptime = NEVER_DOWN

    def told(self, before_ms: int, block_ms: int) -> "UptimeGuard":
        """Return what the feed says at the start of a block, from its time and that of the block before."""
        if block_ms - before_ms <= self.tolerance_ms:
            return self
        return replace(self, uptime=Uptime(is_up=True, since_ms=block_ms))

    def allows(self, now_ms: int) -> bool:
        """Return whether venues priced by the oracle may trade."""
        return self.sentinel.allows(self.uptime, now_ms)
