"""When a block counts as confirmed.

A level is reached when enough blocks lie on top (proof of work), when a boundary after the block has passed (the end
of an epoch, the posting of a batch), and when a delay has passed as well.
"""

from dataclasses import dataclass
from typing import Literal

Level = Literal["included", "safe", "final"]
"""In a block; unlikely to be undone; not to be undone without a catastrophe. Each preset says what that is for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What a block waits for to reach one level."""

    blocks: int = 0
    """Blocks on top of it."""

    delay_ms: int = 0
    """Time since the block, or since the boundary if there is one."""

    period_ms: int = 0
    """Time between boundaries; zero for none."""

    periods: int = 0
    """How many boundaries must have passed after the block: 1 is the end of the period it lies in."""

    origin_ms: int = 0
    """Any boundary, in Unix milliseconds."""

    def ready_ms(self, time_ms: int) -> int:
        """Return when a block made at `time_ms` has waited long enough, whatever is on top of it."""
        if not self.period_ms:
            return time_ms + self.delay_ms
        started = (time_ms - self.origin_ms) // self.period_ms
        return self.origin_ms + (started + self.periods) * self.period_ms + self.delay_ms

    def usual_ms(self, interval_ms: int) -> int:
        """Return how long the level takes: blocks at their mean interval, a boundary at its latest."""
        return self.blocks * interval_ms + self.periods * self.period_ms + self.delay_ms
