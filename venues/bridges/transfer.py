"""What crosses a bridge, and what is lost on it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """USDC on its way."""

    id: str
    account: str
    cash: int
    """Amount to pay out, fee deducted."""

    fee: int = 0
    """Amount that goes to whoever brings it across; zero where the bridge itself keeps the fee."""

    @property
    def total(self) -> int:
        """Everything that was paid in for it."""
        return self.cash + self.fee


@dataclass(frozen=True, slots=True)
class Loss:
    """Money that is gone, and whose it was."""

    bearer: str
    """Account, or the name of those who share a loss: `reserve.<bridge>`, `liquidity.<bridge>`, `holders.<bridge>`."""

    transfer: str
    cash: int
    cause: Literal["undone", "false"] = "undone"
    """The source was reorganised after the payment, or nothing was ever sent."""
