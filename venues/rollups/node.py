"""What a rollup's node does around each block: it counts the block's data, and forgets what the L1 holds for good."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.produced import Produced
from venues.rollups.inbox import Inbox
from venues.rollups.posted import Posted
from venues.rollups.sequenced import Sequenced

Chains = Mapping[str, Chain[ChainState]]

KEPT_L1_BLOCKS: Final = 128
"""A posted block is kept for so many blocks of the L1, in case the L1 gives its batch up."""


def connect(chains: Chains) -> None:
    """Let every rollup with an inbox on its L1 count as available only by what stands there."""
    for chain in chains.values():
        l1 = chains.get(chain.settles_on or "")
        if l1 is not None and chain.id in l1.state.inboxes:
            chain.availability = Posted(chain.id, l1, is_proved=chain.rules.proving is not None)
            if chain.state.sequenced is None:
                chain.state = replace(chain.state, sequenced=Sequenced())


def after_block(chains: Chains, chain: Chain[ChainState], produced: Produced[ChainState]) -> None:
    """Take note of a block that a chain has made."""
    if chain.state.sequenced is not None:
        own_bytes = sum(receipt.data_bytes for receipt in produced.receipts)
        block = produced.summary
        sequenced = chain.state.sequenced.after(block.number, block.time_ms, own_bytes, block.count)
        chain.state = replace(chain.state, sequenced=sequenced)
    for rollup_id, inbox in chain.state.inboxes.items():
        forget_posted(chains[rollup_id], inbox, chain.number - KEPT_L1_BLOCKS)


def forget_posted(rollup: Chain[ChainState], inbox: Inbox, number: int) -> None:
    """Forget the blocks of a rollup whose batches are in blocks of the L1 up to `number`."""
    sequenced = rollup.state.sequenced
    if sequenced is None:
        return
    index = inbox.index_of(sequenced.oldest + 1)
    if index is not None and inbox.batches[index].posted.number <= number:
        rollup.state = replace(rollup.state, sequenced=sequenced.forgetting(inbox.batches[index].last))
