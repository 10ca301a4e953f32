"""How far a block's gas limit may lie from its parent's.

A producer moves the limit by less than 1/1024 of the parent's. At the block that turned on base fees, the parent's
limit counts as many times as the elasticity, so that the target stays where the limit was.

[EIP-1559]: https://eips.ethereum.org/EIPS/eip-1559
"""

from typing import Final

BOUND_DIVISOR: Final = 1024
"""The limit moves by less than one over this."""

MINIMUM_GAS: Final = 5_000
"""Least gas limit of any block."""


def may_follow(parent_gas: int, gas: int, elasticity: int = 1) -> bool:
    """Return whether a block with limit `gas` may follow one with limit `parent_gas`.

    Args:
        parent_gas: Gas limit of the parent.
        gas: Gas limit of the block.
        elasticity: Elasticity of the base fee, at the first block that has one; one everywhere else.
    """
    parent_gas *= elasticity
    return abs(gas - parent_gas) < parent_gas // BOUND_DIVISOR and gas >= MINIMUM_GAS


def toward(parent_gas: int, wanted_gas: int) -> int:
    """Return the gas limit of the next block when its producer wants `wanted_gas`: the farthest legal step."""
    step = max(parent_gas // BOUND_DIVISOR - 1, 0)
    return max(min(max(wanted_gas, parent_gas - step), parent_gas + step), MINIMUM_GAS)
