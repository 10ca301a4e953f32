"""What the L1 obliges a rollup to: which messages it must execute now, and whether anything else may get in.

A sequencer reads the queue on the L1 in order, some blocks behind the head. It may keep a message out for a while, and
with it all that come later, but not for ever: once the time is up, or nobody sequences any more, everybody derives the
block from the L1. Where the rollup's clock is tied to its L1's (OP Stack), a block has an origin, a block of the L1
whose messages it must hold. A sequencer who will not take a message cannot move its origin past it, and a rollup whose
origin is too old may only make empty blocks; so it is when the L1 itself stands still.

Sources: ethereum-optimism/specs, commit fd72cf79, `protocol/derivation.md`; OffchainLabs/nitro, commit 6dce8d13,
`deploy/deploy.go` (a day on Arbitrum). Assumed: the blocks that a sequencer stays behind the head. A forced message
pays what it offers for gas, even if that is less than the base fee.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.censorship import is_censored
from venues.chains.ordering.picked import Mandate
from venues.chains.rules import Sequencing
from venues.chains.transaction import Transaction
from venues.faults import Faults
from venues.rollups.inbox import Inbox, Message

CONFIRMATIONS: Final = 4
"""Blocks on top of a message before a sequencer takes it, so that a short reorganisation of the L1 does not matter."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A rollup that is about to make a block, and its L1."""

    rollup: Chain[ChainState]
    l1: Chain[ChainState]
    sequencing: Sequencing
    faults: Faults

    @property
    def inbox(self) -> Inbox:
        """The rollup's contracts."""
        return self.l1.state.inboxes[self.rollup.id]

    def unread(self) -> Iterator[Message]:
        """Yield the messages that have not been executed, oldest first."""
        sequenced = self.rollup.state.sequenced
        index = sequenced.messages if sequenced is not None else 0
        while (message := self.inbox.messages.get(index)) is not None:
            yield message
            index += 1

    def is_overdue(self, message: Message) -> bool:
        """Return whether a message can no longer be kept out."""
        return self.l1.time_ms >= message.sent.time_ms + self.sequencing.forced_ms

    def is_taken(self, message: Message, time_ms: int) -> bool:
        """Return whether the sequencer takes a message of its own will."""
        if self.rollup.is_down(time_ms) or self.l1.number - message.sent.number < CONFIRMATIONS:
            return False
        return not is_censored(self.faults, self.rollup.id, message.transaction.sender, time_ms)

    def mandate(self, time_ms: int) -> Mandate[ChainState] | None:
        """Return what the block at an instant is bound to, if it is to anything."""
        first: list[Transaction[ChainState]] = []
        room = self.rollup.rules.block_gas
        kept_out: Message | None = None
        for message in self.unread():
            room -= message.transaction.gas
            if room < 0 or not (self.is_overdue(message) or self.is_taken(message, time_ms)):
                kept_out = message
                break
            first.append(message.transaction)
        is_derived = self.rollup.is_down(time_ms) or time_ms <= self.window_ms()
        is_closed = is_derived or self._has_drifted(kept_out, time_ms)
        barred = self._barred(time_ms)
        if not (first or is_closed or barred):
            return None
        return Mandate(first=tuple(first), messages=len(first), is_closed=is_closed, barred=barred)

    def window_ms(self) -> int:
        """Return the instant up to which blocks count only if they are posted by now; everybody derives the others.

        Where the clock is not tied to the L1's there is none, and the answer lies before all blocks.
        """
        return self.l1.time_ms - self.sequencing.forced_ms if self.sequencing.drift_ms else -1

    def _has_drifted(self, kept_out: Message | None, time_ms: int) -> bool:
        """Return whether the origin is too old for anything but an empty block."""
        if not self.sequencing.drift_ms:
            return False
        known = self.l1.recent
        origin_ms = known[-min(CONFIRMATIONS + 1, len(known))].time_ms if known else time_ms
        if kept_out is not None:
            origin_ms = min(origin_ms, kept_out.sent.time_ms - self.l1.rules.interval_ms)
        return time_ms - origin_ms > self.sequencing.drift_ms

    def _barred(self, time_ms: int) -> frozenset[str]:
        """Return the waiting transactions that the sequencer leaves out."""
        if self.faults.active("censorship", self.rollup.id, time_ms) is None:
            return frozenset()
        waiting = self.rollup.pending
        return frozenset(t.id for t in waiting if is_censored(self.faults, self.rollup.id, t.sender, time_ms))
