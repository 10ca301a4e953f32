"""Availability of a rollup: what its L1 holds of it.

A block is safe once the batch with it is in a block of the L1, and final once that block is. With validity proofs it
is final once the block of the L1 is that executed the batch.
"""

from dataclasses import dataclass

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.confirmation import Level
from venues.rollups.inbox import Inbox


@dataclass(frozen=True, slots=True)
class Posted:
    """One rollup and its L1."""

    rollup: Chain[ChainState]
    l1: Chain[ChainState]
    is_proved: bool
    """Whether the rollup has validity proofs."""

    @property
    def inbox(self) -> Inbox:
        """The rollup's contracts, as the L1 stands."""
        return self.l1.state.inboxes[self.rollup.id]

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when a block reaches a level; `None` while its batch, or the proof of it, is missing."""
        if level == "included":
            return time_ms
        inbox = self.inbox
        index = inbox.index_of(number)
        if index is None:
            return None
        posted = inbox.batches[index].posted
        if level == "safe":
            return posted.time_ms
        settled = inbox.executed_in(index) if self.is_proved else posted
        return None if settled is None else self.l1.reached_ms("final", settled.number, settled.time_ms)

    def derivable(self, now_ms: int) -> int:
        """Return the last block whose data were posted by an instant."""
        batches = self.inbox.batches
        count = len(batches)
        while count and batches[count - 1].posted.time_ms > now_ms:
            count -= 1
        return batches[count - 1].last if count else 0

    def late_ms(self, level: Level, ruled_ms: int) -> int:
        """Return the time that a level takes at worst: longer than the rules say if batches came late of late.

        The longest wait for a batch, of those that are remembered, takes the place of the usual one.
        """
        sequenced = self.rollup.state.sequenced
        if level == "included" or sequenced is None:
            return ruled_ms
        batches, index, waited_ms = self.inbox.batches, len(self.inbox.batches) - 1, 0
        while index >= 0 and batches[index].first > sequenced.oldest:
            waited_ms = max(waited_ms, batches[index].posted.time_ms - sequenced.tallies[batches[index].first].time_ms)
            index -= 1
        usual_ms = self.rollup.rules.level("safe").usual_ms(self.rollup.rules.interval_ms)
        return ruled_ms + max(waited_ms - usual_ms, 0)
