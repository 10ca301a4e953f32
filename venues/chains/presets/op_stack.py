"""An OP Stack chain since Fjord, on Ethereum.

The sequencer fills a part of its block every 200 ms, and promises the places in it: what comes later cannot go before,
whatever it pays. A block is safe when the batch that holds it
is in a block of the L1, and final when that block is: 20 to 25 minutes here, not the seven days of a withdrawal. A
user whom the sequencer ignores gets in through the L1 within the sequencing window of 3,600 L1 blocks.

Sources: ethereum-optimism/specs, commit fd72cf79, `protocol/{configurability,derivation,flashblocks}.md`; gas limit
and scalars of ethereum-optimism/optimism, `op-deployer/pkg/deployer/standard`. Assumed: the time between batches, two
L1 blocks until one is in, and the minimum base fee.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.fees.base_fee import BaseFeeRule
from venues.chains.fees.l1_fee import FjordFee
from venues.chains.ordering.slots import GETH
from venues.chains.presets.ethereum_today import FINAL, SLOT_MS
from venues.chains.rules import ChainRules, Sequencing

BATCH_MS: Final = 300_000
POSTING_MS: Final = 2 * SLOT_MS
"""From the end of a batch to the L1 block that holds it."""

OP_STACK: Final = ChainRules(
    name="op-stack",
    block_gas=60_000_000,
    interval_ms=2_000,
    random_intervals=False,
    base_fee=BaseFeeRule(elasticity=6, denominator=250, minimum_wei=1_000_000),
    when_split="halt",
    pool_size=5_120 + 1_024,
    levels={
        "included": Confirmation(),
        "safe": Confirmation(period_ms=BATCH_MS, periods=1, delay_ms=POSTING_MS),
        "final": Confirmation(period_ms=BATCH_MS, periods=1, delay_ms=POSTING_MS + FINAL.usual_ms(SLOT_MS)),
    },
    pool=GETH,
    data_fee=FjordFee(base_fee_scalar=1_368, blob_fee_scalar=801_949),
    sequencing=Sequencing(
        preconfirmation_ms=200, batch_interval_ms=BATCH_MS, forced_ms=3_600 * SLOT_MS, drift_ms=1_800_000
    ),
)
