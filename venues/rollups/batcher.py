"""The batcher of a rollup: it posts the sequencer's blocks to the L1, by whatever carries them at the lower price.

It keeps one transaction in flight. A batch is due when its oldest block has waited for the interval, or when a full
transaction has gathered. A transaction that is not taken is sent again at a higher price.

Source: ethereum-optimism/optimism, `op-batcher`, `op-service/txmgr` (one transaction in flight, 48 s until it is sent
again).
"""

from dataclasses import dataclass, field
from typing import Literal

from venues.calls.posting import PostBatch
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.rollups.batch_size import (
    BLOB_BYTES,
    CALLDATA_BYTES,
    FRAME_BYTES,
    Compression,
    Prices,
    batch_gas,
    blob_count,
    cheaper,
    compressed_bytes,
    last_fitting,
)
from venues.rollups.bidding import going_tip_wei, priced, raised
from venues.rollups.inbox import Carrier
from venues.rollups.sequenced import Sequenced
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class BatcherRules:
    """When and how a batcher posts."""

    interval_ms: int
    """Longest time for which a block waits to be posted."""

    carrier: Literal["auto", "blobs", "calldata"] = "auto"
    most_blobs: int = 6
    compression: Compression = field(default_factory=Compression)
    poll_ms: int = 6_000
    resubmit_ms: int = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batcher:
    """The batcher of one rollup. While a fault `outage` is on its name, it posts nothing."""

    name: str
    rollup: str
    l1: str
    rules: BatcherRules

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - now_ms % self.rules.poll_ms + self.rules.poll_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Post what is due, or raise the price of what waits."""
        if view.faults.active("outage", self.name, now_ms) is not None:
            return ()
        l1 = view.chain(self.l1)
        waiting = next((each for each in l1.waiting(self.name) if isinstance(each.call, PostBatch)), None)
        if waiting is not None:
            if now_ms < waiting.submitted_ms + self.rules.resubmit_ms:
                return ()
            return (Offer(self.l1, raised(waiting, l1, now_ms), replaces=waiting.id),)
        sequenced, newest = view.state(self.rollup).sequenced, view.chain(self.rollup).number
        first = view.state(self.l1).inboxes[self.rollup].last + 1
        if sequenced is None or first > newest or not self._is_due(sequenced, first, newest, now_ms):
            return ()
        call = self._batch(sequenced, first, newest, l1)
        blobs = blob_count(call.size) if call.carrier == "blobs" else 0
        return (Offer(self.l1, priced(call, f"{self.name}:{call.first}", l1, now_ms, blobs)),)

    def _is_due(self, sequenced: Sequenced, first: int, newest: int, now_ms: int) -> bool:
        if now_ms >= sequenced.tallies[first].time_ms + self.rules.interval_ms:
            return True
        return compressed_bytes(sequenced, first, newest, self.rules.compression) >= self._room("blobs")

    def _room(self, carrier: Carrier) -> int:
        """Return how many bytes one transaction carries."""
        if carrier == "calldata":
            return CALLDATA_BYTES - FRAME_BYTES
        return self.rules.most_blobs * (BLOB_BYTES - FRAME_BYTES)

    def _batch(self, sequenced: Sequenced, first: int, newest: int, l1: Chain[ChainState]) -> PostBatch:
        """Return the batch that begins with block `first`."""
        carrier = self.rules.carrier
        if carrier == "auto":
            last = last_fitting(sequenced, first, newest, self._room("blobs"), self.rules.compression)
            carrier = cheaper(compressed_bytes(sequenced, first, last, self.rules.compression), _prices(l1))
        last = last_fitting(sequenced, first, newest, self._room(carrier), self.rules.compression)
        size = compressed_bytes(sequenced, first, last, self.rules.compression)
        gas = batch_gas(size, carrier, l1.rules.byte_gas)
        return PostBatch(rollup=self.rollup, first=first, last=last, carrier=carrier, size=size, gas=gas)


def _prices(l1: Chain[ChainState]) -> Prices:
    gas_wei = l1.base_fee_wei + going_tip_wei(l1)
    return Prices(gas_wei, l1.blob_fee_wei if l1.rules.blobs else None, l1.rules.byte_gas)
