"""A staker's deposit with an operator, and the way out.

A withdrawal waits for two weeks and is slashed like everything else until they are over, at the factor that holds
then: the way out is no way around a punishment.

Source: Layr-Labs/eigenlayer-contracts, commit f84a5151, `docs/core/DelegationManager.md`, `SlashingLib.sol`.
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.security.slashing import (
    WAD,
    first_scaling,
    next_scaling,
    queued_shares,
    withdrawable_shares,
)

WITHDRAWAL_DELAY: Final = 100_800
"""Blocks that a withdrawal waits: 14 days."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Shares on their way out."""

    scaled: int
    """To be multiplied by the operator's magnitude at the end of the wait."""

    queued_block: int

    def ready_block(self) -> int:
        """Return the first block at which it can be completed."""
        return self.queued_block + WITHDRAWAL_DELAY

    def paid(self, slashing_factor: int) -> int:
        """Return the shares paid out, at the operator's magnitude when the wait ended; rounded down."""
        return self.scaled * slashing_factor // WAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Shares of one staker with one operator."""

    shares: int = 0
    """As deposited, before any slash."""

    scaling: int = WAD

    def worth(self, slashing_factor: int) -> int:
        """Return what could be withdrawn, at the operator's magnitude."""
        return withdrawable_shares(self.shares, self.scaling, slashing_factor)

    def grown(self, added: int, slashing_factor: int) -> "Deposit":
        """Return the deposit after more shares joined it.

        Raises:
            ValueError: if the operator has been slashed to nothing, so that nothing can be deposited with it.
        """
        if slashing_factor == 0:
            raise ValueError("an operator without magnitude takes no deposits")
        if self.shares == 0:
            return Deposit(shares=added, scaling=first_scaling(slashing_factor))
        scaling = next_scaling(self.shares, added, self.scaling, slashing_factor)
        return Deposit(shares=self.shares + added, scaling=scaling)

    def withdrawn(self, shares: int, block: int) -> tuple["Deposit", Withdrawal]:
        """Return the deposit without some of its deposited shares, and the withdrawal that waits.

        Raises:
            ValueError: if there are fewer.
        """
        if not 0 <= shares <= self.shares:
            raise ValueError(f"cannot withdraw {shares} of {self.shares} shares")
        left = replace(self, shares=self.shares - shares)
        return left, Withdrawal(queued_shares(shares, self.scaling), block)
