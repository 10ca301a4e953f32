"""Ethereum since Fusaka: slots of 12 s, 60 million gas, blobs, and finality by epochs.

A block is safe when the epoch after its own has ended and is justified, and final one epoch later: 12.8 to 19.2
minutes after the block. That holds while two thirds of the stake attest; without them nothing here becomes final.

Sources: EIP-7935 (gas limit), EIP-7825 (gas of one transaction), EIP-7623 (calldata), ethereum/consensus-specs
`presets/mainnet/phase0.yaml` (slots of an epoch), go-ethereum commit 02b73d4e (blobs). Assumed: everybody else's
demand for blobs.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.fees.base_fee import BaseFeeRule
from venues.chains.fees.blob_fee import BPO2
from venues.chains.ordering.slots import GETH
from venues.chains.rules import BlobMarket, ChainRules

SLOT_MS: Final = 12_000
EPOCH_MS: Final = 32 * SLOT_MS
GENESIS_MS: Final = 1_606_824_023_000
"""First slot of the beacon chain."""

SAFE: Final = Confirmation(period_ms=EPOCH_MS, periods=2, origin_ms=GENESIS_MS)
FINAL: Final = Confirmation(period_ms=EPOCH_MS, periods=3, origin_ms=GENESIS_MS)

ETHEREUM_TODAY: Final = ChainRules(
    name="ethereum-today",
    block_gas=60_000_000,
    interval_ms=SLOT_MS,
    random_intervals=False,
    base_fee=BaseFeeRule(elasticity=2, denominator=8),
    first_base_fee_wei=1_000_000_000,
    pool_size=5_120 + 1_024,
    levels={"included": Confirmation(), "safe": SAFE, "final": FINAL},
    transaction_gas=2**24,
    pool=GETH,
    byte_gas=40,
    blobs=BlobMarket(schedule=BPO2, mean_blobs=10.0, first_excess_gas=209_700_000),
)
