"""A rollup on a day that had none: block time and fee rule of an OP Stack chain, as a counterfactual.

It charges no data fee, because the scenarios that use it were calibrated without one; `op-stack` does.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.fees.base_fee import BaseFeeRule
from venues.chains.rules import ChainRules

ROLLUP_2S: Final = ChainRules(
    name="rollup-2s",
    block_gas=30_000_000,
    interval_ms=2_000,
    random_intervals=False,
    base_fee=BaseFeeRule(elasticity=6, denominator=250, minimum_wei=1_000_000),
    when_split="halt",
    pool_size=8192,
    levels={
        "included": Confirmation(),
        "safe": Confirmation(delay_ms=480_000),
        "final": Confirmation(delay_ms=900_000),
    },
)
