"""Chains as data.

`ETHEREUM_2020`: proof of work before London, in March 2020. Blocks of 10 million gas come at exponential intervals
with a mean of 13.45 s (observed: 214,999 intervals of July and August 2021, the last year of the same difficulty
rule); space goes to the highest gas price. `ROLLUP_2S`: no rollup existed on that day; this is the block time and fee
rule of an OP Stack chain, as a counterfactual.
"""

from dataclasses import dataclass
from typing import Final, Literal

from venues.chains.base_fee import BaseFeeRule

Level = Literal["included", "safe", "final"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRules:
    """How a chain makes and prices its blocks."""

    name: str
    block_gas: int
    """Gas limit of a block."""

    interval_ms: int
    """Mean time between blocks (random intervals) or the time itself (fixed ones)."""

    random_intervals: bool
    """Whether blocks are mined at exponential intervals, in whole seconds."""

    base_fee: BaseFeeRule | None
    """EIP-1559 rule, or none for a first-price auction."""

    pool_size: int
    """Waiting transactions a node keeps; the cheapest are dropped beyond it."""

    finality_blocks: dict[Level, int]
    """Blocks on top after which each level is reached."""

    finality_delay_ms: dict[Level, int]
    """Time that must have passed as well: posting of batches, for a rollup."""


ETHEREUM_2020: Final = ChainRules(
    name="ethereum-2020",
    block_gas=10_000_000,
    interval_ms=13_450,
    random_intervals=True,
    base_fee=None,
    pool_size=8192,
    finality_blocks={"included": 0, "safe": 12, "final": 30},
    finality_delay_ms={"included": 0, "safe": 0, "final": 0},
)

ROLLUP_2S: Final = ChainRules(
    name="rollup-2s",
    block_gas=30_000_000,
    interval_ms=2_000,
    random_intervals=False,
    base_fee=BaseFeeRule(elasticity=6, denominator=250, minimum_wei=1_000_000),
    pool_size=8192,
    finality_blocks={"included": 0, "safe": 0, "final": 0},
    finality_delay_ms={"included": 0, "safe": 480_000, "final": 900_000},
)

PRESETS: Final = {rules.name: rules for rules in (ETHEREUM_2020, ROLLUP_2S)}
