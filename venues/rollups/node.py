"""What a rollup's node does around each block: it asks the L1 what the block must hold, counts its data, and derives.

Blocks that are not posted within the sequencing window are given up for empty ones that everybody derives, and those
since a message that the L1 takes back for others without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.picked import Mandate
from venues.chains.produced import Produced
from venues.chains.transaction import Block
from venues.faults import Faults
from venues.rollups.derivation import Situation
from venues.rollups.inbox import Batch, Inbox
from venues.rollups.posted import Posted
from venues.rollups.sequenced import Sequenced

Chains = Mapping[str, Chain[ChainState]]

REVERSIBLE_MS: Final = 800_000
"""Time for which a message that was executed may be taken back: about two epochs, until its block is final."""

KEPT_L1_BLOCKS: Final = 128
"""A posted block is kept for so many blocks of the L1, in case the L1 gives its batch up."""


def connect(chains: Chains) -> None:
    """Let every rollup with an inbox on its L1 count as available only by what stands there."""
    for chain in chains.values():
        l1 = chains.get(chain.settles_on or "")
        if l1 is not None and chain.id in l1.state.inboxes:
            chain.availability = Posted(chain, l1, is_proved=chain.rules.proving is not None)
            if chain.state.sequenced is None:
                sequenced = Sequenced()
                chain.state = replace(chain.state, sequenced=sequenced)
                chain.history.least = _undoable(chain, sequenced)


def before_block(chains: Chains, chain: Chain[ChainState], faults: Faults) -> None:
    """Tell a rollup what its next block must begin with, and who holds its express lane."""
    if chain.state.express is not None:
        chain.express = chain.state.express.holder(chain.next_block_ms)
    situation = situation_of(chains, chain, faults)
    mandate = situation.mandate(chain.next_block_ms) if situation is not None else None
    if chain.bundled:
        mandate = mandate or Mandate()
        mandate = replace(mandate, first=(*mandate.first, *chain.bundled))
    chain.mandate, chain.bundled = mandate, None


def situation_of(chains: Chains, chain: Chain[ChainState], faults: Faults) -> Situation | None:
    """Return how a rollup stands to its L1, if it posts there and somebody sequences it."""
    if chain.state.sequenced is None or chain.rules.sequencing is None or chain.settles_on is None:
        return None
    return Situation(chain, chains[chain.settles_on], chain.rules.sequencing, faults)


def after_block(chains: Chains, chain: Chain[ChainState], produced: Produced[ChainState]) -> None:
    """Take note of a block that a chain has made."""
    sequenced = chain.state.sequenced
    if sequenced is not None:
        own_bytes = sum(receipt.data_bytes for receipt in produced.receipts)
        block = produced.summary
        sequenced = sequenced.after(block.number, block.time_ms, own_bytes, block.count)
        if chain.mandate is not None:
            read = (message.id for message in chain.mandate.first[: chain.mandate.messages])
            sequenced = sequenced.having_read(read, block.number)
        chain.state = replace(chain.state, sequenced=sequenced)
        chain.history.least = _undoable(chain, sequenced)
    for rollup_id, inbox in chain.state.inboxes.items():
        forget_posted(chains[rollup_id], inbox, chain.number - KEPT_L1_BLOCKS)


def _undoable(chain: Chain[ChainState], sequenced: Sequenced) -> int:
    """Return how many of a rollup's last blocks may have to be given up because of what happens on the L1.

    Where there is a sequencing window, those that are not posted; anywhere, those since the oldest message that the L1
    might still take back. One more is the next block, which may turn out to hold a message.
    """
    is_tied = chain.rules.sequencing is not None and chain.rules.sequencing.drift_ms > 0
    since = chain.derivable(chain.time_ms) + 1 if is_tied else chain.number + 1
    for index in range(sequenced.messages - 1, -1, -1):
        number = sequenced.executed[index].number
        is_old = number < sequenced.oldest or chain.time_ms - sequenced.tallies[number].time_ms >= REVERSIBLE_MS
        if is_old:
            break
        since = min(since, number)
    return chain.number - since + 2


def messages_after(chain: Chain[ChainState], number: int) -> tuple[str, ...]:
    """Return the messages from the L1 that a chain has executed after a block; they never waited in its pool."""
    sequenced = chain.state.sequenced
    if sequenced is None:
        return ()
    return tuple(each.transaction_id for each in sequenced.executed.values() if each.number > number)


def orphaned(chains: Chains, l1: Chain[ChainState]) -> Iterator[tuple[Chain[ChainState], int]]:
    """Yield the rollups that have executed messages which the L1 has taken back, and how many blocks each gives up."""
    for rollup_id in sorted(l1.state.inboxes):
        rollup, messages = chains[rollup_id], l1.state.inboxes[rollup_id].messages
        sequenced = rollup.state.sequenced
        if sequenced is None:
            continue
        for index in range(sequenced.messages):
            executed, message = sequenced.executed[index], messages.get(index)
            if message is None or message.transaction.id != executed.transaction_id:
                yield rollup, rollup.number - executed.number + 1
                break


def wake(chains: Chains, l1: Chain[ChainState], faults: Faults) -> None:
    """Let rollups that nobody sequences make a block now for messages that can no longer be kept out."""
    for rollup_id in sorted(l1.state.inboxes):
        situation = situation_of(chains, chains[rollup_id], faults)
        if situation is None or not situation.rollup.is_down(l1.time_ms):
            continue
        message = next(situation.unread(), None)
        if message is not None and situation.is_overdue(message):
            situation.rollup.next_block_ms = l1.time_ms


def expire(chains: Chains, l1: Chain[ChainState], faults: Faults) -> Iterator[tuple[Chain[ChainState], int]]:
    """Yield the rollups with blocks that should have been posted by now, and how many blocks each has to give up.

    The empty blocks that take the place of those count as posted: their content follows from the L1.
    """
    for rollup_id in sorted(l1.state.inboxes):
        rollup, inbox = chains[rollup_id], l1.state.inboxes[rollup_id]
        situation, sequenced, first = situation_of(chains, rollup, faults), rollup.state.sequenced, inbox.last + 1
        if situation is None or sequenced is None:
            continue
        last = first - 1
        while last < rollup.number and sequenced.tallies[last + 1].time_ms <= situation.window_ms():
            last += 1
        if last < first:
            continue
        block = Block(l1.id, l1.number, l1.time_ms)
        derived = inbox.with_batch(Batch(first=first, last=last, carrier="derived", size=0, posted=block))
        l1.state = replace(l1.state, inboxes=l1.state.inboxes.set(rollup_id, derived))
        yield rollup, rollup.number - first + 1


def forget_posted(rollup: Chain[ChainState], inbox: Inbox, number: int) -> None:
    """Forget the blocks of a rollup whose batches are in blocks of the L1 up to `number`."""
    sequenced = rollup.state.sequenced
    if sequenced is None:
        return
    index = inbox.index_of(sequenced.oldest + 1)
    if index is not None and inbox.batches[index].posted.number <= number:
        rollup.state = replace(rollup.state, sequenced=sequenced.forgetting(inbox.batches[index].last))
