"""How long it takes until a transaction is in a block, judged from the blocks just made.

Had a sender bid by the same rule after each of the recent blocks, when would the transaction have been in? The
question is put to what everybody can see of those blocks, so the answer knows nothing of what comes. Waits that had not
ended by now count as at least as long as they were (product-limit estimate of Kaplan and Meier). The time that a number
of blocks takes is taken from the chain's rules: where blocks are mined at random, it is gamma distributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from venues.chains.background import GAS_SIZES
from venues.chains.bidding import Bidding
from venues.chains.produced import BlockSummary
from venues.chains.rules import ChainRules

P99: Final = 0.99

_SHARES: Final = (0.0, 0.35, 0.6, 0.9)
"""Share of a block's transactions that paid less than its known prices."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Past:
    """A chain's prices as they were after one of its blocks."""

    rules: ChainRules
    blocks: Sequence[BlockSummary]
    count: int
    """How many of the blocks had been made."""

    @property
    def base_fee_wei(self) -> int:
        """Base fee of the block that came next."""
        return self.blocks[self.count].base_fee_wei

    def fee_quantile(self, quantile: float, blocks: int) -> int:
        """Return a quantile over the blocks before of the price that got in, as `Chain.fee_quantile` does."""
        first = max(self.count - blocks, 0)
        prices = sorted(block.p60_wei for block in self.blocks[first : self.count] if block.count)
        if not prices:
            return self.base_fee_wei
        return max(self.base_fee_wei, prices[min(int(quantile * len(prices)), len(prices) - 1)])


@dataclass(frozen=True, slots=True)
class Wait:
    """A transaction that was not sent, and when it would have been in a block."""

    blocks: int
    """Blocks made until then, that one counted."""

    landed: bool
    """Whether it was in the last of them; if not, it still waited."""


def waits(blocks: Sequence[BlockSummary], rules: ChainRules, bidding: Bidding, gas: int) -> tuple[Wait, ...]:
    """Return how long a transaction would have waited, had it been sent after each block but the last."""
    first = min(bidding.window_blocks, len(blocks) - 1)
    prices = {i: bidding.price(Past(rules, blocks, i)) for i in range(first, len(blocks))}
    return tuple(_wait(blocks, prices, rules, bidding, (sent, gas)) for sent in range(first, len(blocks)))


def _wait(
    blocks: Sequence[BlockSummary], prices: dict[int, int], rules: ChainRules, bidding: Bidding, task: tuple[int, int]
) -> Wait:
    """Return the wait of a transaction sent when some number of blocks had been made."""
    sent, gas = task
    offered, tip, offered_at = prices[sent], bidding.tip_wei, sent
    cap = bidding.cap(offered)
    for place in range(sent, len(blocks)):
        if is_taken(blocks[place], rules, offered, tip, gas):
            return Wait(place + 1 - sent, landed=True)
        made = place + 1
        if made < len(blocks) and made - offered_at >= bidding.bump_after_blocks:
            higher = bidding.raised(offered, prices[made], cap)
            if higher is not None:
                offered, tip, offered_at = higher, bidding.raised_tip(tip), made
    return Wait(len(blocks) - sent, landed=False)


def is_taken(block: BlockSummary, rules: ChainRules, offered_wei: int, tip_wei: int, gas: int) -> bool:
    """Return whether a block would have taken a transaction: there was room, or enough of it went to cheaper ones.

    A block that left others waiting is full although some room is left: the next in line did not fit into it.
    """
    if offered_wei < block.base_fee_wei:
        return False
    room = rules.block_gas - block.gas_used
    if room >= gas + GAS_SIZES[-1] or (room >= gas and not block.waiting):
        return True
    if rules.arrival is not None or not block.count:
        return False
    price = offered_wei if rules.base_fee is None else min(offered_wei, block.base_fee_wei + tip_wei)
    below = float(np.interp(price, (block.low_wei, block.p35_wei, block.p60_wei, block.p90_wei), _SHARES))
    return price > block.low_wei and room + below * block.gas_used >= gas
