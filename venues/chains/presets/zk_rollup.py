"""A rollup with validity proofs, after ZKsync Era in July 2024.

A block is safe when its batch is in a block of the L1, and final when the proof has been made, held back, and the L1
block that executes the batch is final: about a day, most of it the delay that guards against a faulty prover.

Source: a public description of 2024-07 gives about one hour for the proof and 21 hours for the delay, which
governance sets; today's value is unverified. Assumed: the forced delay, block time, gas limit, fee rule and the time
between batches.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.fees.base_fee import BaseFeeRule
from venues.chains.presets.ethereum_today import FINAL, SLOT_MS
from venues.chains.rules import ChainRules, Proving, Sequencing

BATCH_MS: Final = 60_000
POSTING_MS: Final = 2 * SLOT_MS
PROVING: Final = Proving(proof_ms=3_600_000, execution_delay_ms=75_600_000)

ZK_ROLLUP: Final = ChainRules(
    name="zk-rollup",
    block_gas=80_000_000,
    interval_ms=1_000,
    random_intervals=False,
    base_fee=BaseFeeRule(elasticity=6, denominator=250, minimum_wei=25_000_000),
    when_split="halt",
    pool_size=8_192,
    levels={
        "included": Confirmation(),
        "safe": Confirmation(period_ms=BATCH_MS, periods=1, delay_ms=POSTING_MS),
        "final": Confirmation(
            period_ms=BATCH_MS,
            periods=1,
            delay_ms=POSTING_MS + PROVING.proof_ms + PROVING.execution_delay_ms + FINAL.usual_ms(SLOT_MS),
        ),
    },
    sequencing=Sequencing(preconfirmation_ms=1_000, batch_interval_ms=BATCH_MS, forced_ms=86_400_000, drift_ms=0),
    proving=PROVING,
)
