"""Gas that known actions take.

Swaps of a Uniswap v3 pool, as measured with its own tests' caller; a caller of one's own adds what it does itself.
Chains differ in what gas costs, not in what an action takes.

Source: Uniswap/v3-core, commit d8b1c635, `test/__snapshots__/UniswapV3Pool.gas.spec.ts.snap`, protocol fee off, first
action of a block.
"""

from typing import Final

TRANSFER_GAS: Final = 21_000
"""Ether from one account to another."""

SWAP_STILL_GAS: Final = 99_004
"""A swap so small that the tick stays."""

SWAP_GAS: Final = 114_858
"""A swap that moves the tick and crosses none where liquidity changes."""

SWAP_WIDE_GAS: Final = 129_469
"""A swap over many ticks that crosses none where liquidity changes."""

SWAP_ONE_TICK_GAS: Final = 129_871
"""A swap across one tick where liquidity changes."""

SWAP_TICKS_GAS: Final = 152_706
"""A swap across several."""
