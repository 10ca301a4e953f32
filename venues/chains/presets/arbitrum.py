"""Arbitrum One: a block at most every 250 ms, first come first served, gas priced by the backlog.

Who holds the express lane goes 200 ms before everybody else. A user whom the sequencer ignores gets in through the
delayed inbox after a day. The part of the fee that pays for posting is not modelled.

Sources: OffchainLabs/nitro, commit 6dce8d13, `deploy/deploy.go`, `arbos/l2pricing/model.go`,
`execution/gethexec/sequencer.go`. Assumed: the time between batches, and two L1 blocks until one is in.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.fees.backlog import BacklogRule
from venues.chains.presets.ethereum_today import FINAL, SLOT_MS
from venues.chains.rules import Arrival, ChainRules, Sequencing

BLOCK_GAS: Final = 32_000_000
BLOCK_MS: Final = 250
SPEED_LIMIT: Final = 7_000_000
BATCH_MS: Final = 120_000
POSTING_MS: Final = 2 * SLOT_MS

ARBITRUM: Final = ChainRules(
    name="arbitrum",
    block_gas=BLOCK_GAS,
    interval_ms=BLOCK_MS,
    random_intervals=False,
    base_fee=BacklogRule(
        minimum_wei=100_000_000,
        speed_limit=SPEED_LIMIT,
        inertia_s=102,
        tolerance_s=10,
        elasticity=BLOCK_GAS * 1000 / (SPEED_LIMIT * BLOCK_MS),
    ),
    when_split="halt",
    pool_size=1_024,
    levels={
        "included": Confirmation(),
        "safe": Confirmation(period_ms=BATCH_MS, periods=1, delay_ms=POSTING_MS),
        "final": Confirmation(period_ms=BATCH_MS, periods=1, delay_ms=POSTING_MS + FINAL.usual_ms(SLOT_MS)),
    },
    transaction_gas=BLOCK_GAS,
    arrival=Arrival(queue_size=1_024, timeout_ms=12_000, express_delay_ms=200),
    sequencing=Sequencing(preconfirmation_ms=BLOCK_MS, batch_interval_ms=BATCH_MS, forced_ms=86_400_000, drift_ms=0),
)
