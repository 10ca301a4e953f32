"""How sure a bridge wants to be of the chain that a transfer comes from.

Every bridge asks the source itself, through the confirmation levels that escrow asks for too.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from venues.chains.confirmation import Level


class Source(Protocol):
    """The chain a transfer comes from: one interface for availability and finality."""

    @property
    def number(self) -> int:
        """Number of its last block."""

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when a block reaches a level, or `None` while that cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What must have happened on the source."""

    level: Level = "included"
    confirmations: int = 0
    """Blocks on top of the one with the transfer, besides the level."""

    def over_ms(self, source: Source, number: int, time_ms: int) -> int | None:
        """Return since when block `number`, made at `time_ms`, is sure enough; `None` if it is not."""
        if source.number - number < self.confirmations:
            return None
        return source.reached_ms(self.level, number, time_ms)


INCLUDED: Final = Wait()
SAFE: Final = Wait(level="safe")
FINAL: Final = Wait(level="final")
