"""How long it takes until a transaction is in a block, judged from the blocks just made.

Had a sender bid by the same rule after each of the recent blocks, when would the transaction have been in? The
question is put to what everybody can see of those blocks, so the answer knows nothing of what comes. It counts the
times that blocks really took, because a block that is late is also crowded.

The quantile leaves room for how little was seen: of n waits it is the one of rank n + 1 times the quantile, which
exceeds the next wait with at least that chance as long as the chain goes on as it did. Waits that had not ended by now
count as at least as long as they were (product-limit estimate of Kaplan and Meier). Where what was seen does not reach
as far as the quantile, it is put at twice the longest wait.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from venues.chains.background import GAS_SIZES
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.intervals import blocks_ms
from venues.chains.produced import BlockSummary
from venues.chains.rules import ChainRules
from venues.chains.transaction import Ledger

S = TypeVar("S", bound=Ledger)

P99: Final = 0.99

NEVER: Final = 2**62
"""A price that nobody pays."""

_SHARES: Final = (0.0, 0.35, 0.6, 0.9)
"""Share of a block's transactions that paid less than its known prices."""


@dataclass(frozen=True, slots=True)
class PricesThen:
    """A chain's prices as they were after one of its blocks."""

    rules: ChainRules
    blocks: Sequence[BlockSummary]
    count: int
    """How many of the blocks had been made; fewer than there are."""

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
    """How long a transaction would have waited, had it been sent."""

    ms: int
    blocks: int
    """Blocks made in that time, the one it was in counted."""

    landed: bool
    """Whether it was in a block; if not, it still waited at the end of that time."""


def inclusion_ms(chain: Chain[S], bidding: Bidding, gas: int, now_ms: int | None = None, quantile: float = P99) -> int:
    """Return the time within which a transaction sent now is in a block, with a probability of `quantile`.

    Never below the time that one block takes at that quantile; a chain that has stood for longer than that is expected
    to stand as long again.

    Args:
        chain: Where it is sent.
        bidding: What is offered for it.
        gas: Gas it uses.
        now_ms: Present; that of the last block if left out.
        quantile: Share of transactions that are to be in by then.
    """
    now_ms = chain.time_ms if now_ms is None else now_ms
    found = waits(tuple(chain.recent), chain.rules, bidding, gas, now_ms)
    least_ms = blocks_ms(chain.rules, 1, quantile)
    stood_ms = now_ms - chain.time_ms
    seen_ms = wait_quantile(found, quantile) or 2 * max([least_ms, *(wait.ms for wait in found)])
    return max(least_ms, seen_ms, 2 * stood_ms if stood_ms > least_ms else 0)


def waits(
    blocks: Sequence[BlockSummary], rules: ChainRules, bidding: Bidding, gas: int, now_ms: int
) -> tuple[Wait, ...]:
    """Return how long a transaction would have waited, had it been sent after each of the blocks but the last."""
    offers = {i: bidding.price(PricesThen(rules, blocks, i)) for i in range(bidding.window_blocks, len(blocks))}
    entries = [entry_wei(block, rules, gas) for block in blocks]
    found = []
    for sent in offers:
        since_ms = blocks[sent - 1].time_ms
        place = _landing(blocks, entries, offers, bidding, sent)
        until_ms = now_ms if place is None else blocks[place].time_ms
        count = len(blocks) - sent if place is None else place + 1 - sent
        found.append(Wait(until_ms - since_ms, count, landed=place is not None))
    return tuple(found)


def _landing(
    blocks: Sequence[BlockSummary], entries: Sequence[int], offers: dict[int, int], bidding: Bidding, sent: int
) -> int | None:
    """Return the place of the block that takes a transaction sent when some number of blocks had been made.

    Args:
        blocks: All blocks, oldest first.
        entries: The least price each of them would have taken it for.
        offers: What is offered first once some number of blocks have been made.
        bidding: How the offer is raised.
        sent: That number.
    """
    offered, tip, offered_at = offers[sent], bidding.tip_wei, sent
    cap = bidding.cap(offered)
    for place in range(sent, len(blocks)):
        base_fee = blocks[place].base_fee_wei
        if offered >= base_fee and (min(offered, base_fee + tip) if base_fee else offered) >= entries[place]:
            return place
        made = place + 1
        if made < len(blocks) and made - offered_at >= bidding.bump_after_blocks:
            higher = bidding.raised(offered, offers[made], cap)
            if higher is not None:
                offered, tip, offered_at = higher, bidding.raised_tip(tip), made
    return None


def entry_wei(block: BlockSummary, rules: ChainRules, gas: int) -> int:
    """Return the least price for which a block would have taken a transaction, its base fee apart.

    Nothing where there was room; otherwise so much that enough gas went to cheaper ones, on straight lines between what
    is known of their prices; `NEVER` where no price would have done. A block that left others waiting is full although
    some room is left: the next in line did not fit into it.
    """
    room = rules.block_gas - block.gas_used
    if room >= gas + GAS_SIZES[-1] or (room >= gas and not block.waiting):
        return 0
    share = max(0.0, (gas - room) / block.gas_used)
    if rules.arrival is not None or not block.count or share > _SHARES[-1]:
        return NEVER
    known = (block.low_wei, block.p35_wei, block.p60_wei, block.p90_wei)
    return max(block.low_wei + 1, math.ceil(float(np.interp(share, _SHARES, known))))


def wait_quantile(found: Sequence[Wait], quantile: float) -> int | None:
    """Return the wait that the next one exceeds with a chance of at most one minus the quantile, in milliseconds.

    `None` if too few were seen, or too many of them have not ended.
    """
    count = len(found)
    rank = math.ceil((count + 1) * quantile)
    if rank > count:
        return None
    left = 1.0
    # Of equal length, a wait that ended comes first: the other one was still there when it did.
    for place, wait in enumerate(sorted(found, key=lambda each: (each.ms, not each.landed))):
        if wait.landed:
            left *= 1 - 1 / (count - place)
        if left <= 1 - rank / count + 1e-12:
            return wait.ms
    return None
