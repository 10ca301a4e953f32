"""Base fee of an EIP-1559 chain.

[EIP-1559]: https://eips.ethereum.org/EIPS/eip-1559
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFeeRule:
    """Parameters of the rule; Ethereum uses 2 and 8."""

    elasticity: int
    """Gas limit over gas target."""

    denominator: int
    """Largest change per block is one over this, for a full block of elasticity two."""

    minimum_wei: int = 0
    """Floor that some rollups set."""


def next_base_fee(parent_fee_wei: int, gas_used: int, gas_limit: int, rule: BaseFeeRule) -> int:
    """Return the base fee of the next block, in wei per gas.

    Rises by at least 1 wei when more than the target was used; falls, by the same fraction, when less was.
    Rounding: two floor divisions, by the target first, as in [EIP-1559].
    """
    target = gas_limit // rule.elasticity
    if gas_used > target:
        change = max(1, parent_fee_wei * (gas_used - target) // target // rule.denominator)
    else:
        change = -(parent_fee_wei * (target - gas_used) // target // rule.denominator)
    return max(parent_fee_wei + change, rule.minimum_wei, 0)
