"""Since when a block counts, and what of a chain anybody can work out for themselves.

One question for every kind of chain. A chain of its own answers it by its rules of confirmation; a rollup by what has
been posted to its L1, so that its state is worth as much as its data. Whoever waits for finality asks the chain, which
asks here: escrow, bridges and proofs know no difference.
"""

from typing import Protocol

from venues.chains.confirmation import Level


class Availability(Protocol):
    """The answer for one chain."""

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when block `number`, made at `time_ms`, reaches a level.

        `None` while something must happen first of which nobody knows when it will. An answer may be taken back by a
        reorganisation, of the chain itself or of the one that holds its data.
        """

    def derivable(self, now_ms: int) -> int:
        """Return the last block whose state anybody can derive from what is published by an instant."""
