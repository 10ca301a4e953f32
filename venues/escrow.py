"""The escrow contract of one chain: users' vaults, locked fills, and the bonds of solvers.

A lock leaves the vault it came from and ends in exactly one of two ways: claimed by the solver who delivered, or
refunded to the owner once no timely proof of delivery can still arrive.
"""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from immutables import Map

COLLECTOR: Final = "auctioneer"
"""Owner of the vaults that fees go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Cash set aside for one fill."""

    fill_id: str
    intent_id: str
    owner: str
    solver: str
    quantity: int
    """Units of the intent that the fill is for."""

    cash: int
    terms: str
    """Content id of the terms whose delivery the lock pays for."""

    refund_at_ms: int
    """First instant at which the owner can have it back."""

    proves_absence: bool = False
    """Whether it must be proved as well that nothing was delivered."""

    fee: int = 0
    """Part of the cash that goes to the collector of fees when the rest is claimed."""

    state: Literal["locked", "claimed", "refunded"] = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrow:
    """Vaults, locks and bonds."""

    vaults: Map[str, int] = field(default_factory=Map)
    """Free USDC of each owner."""

    locks: Map[str, Lock] = field(default_factory=Map)
    """By fill id; ended locks are kept, so that a fill id is used once."""

    bonds: Map[str, int] = field(default_factory=Map)
    """USDC that each solver has at stake."""

    filled: Map[str, int] = field(default_factory=Map)
    """Quantity of each intent that has been paid for here."""

    def vault(self, owner: str) -> int:
        """Return the free USDC of `owner`."""
        return self.vaults.get(owner, 0)

    def is_refundable(self, fill_id: str, now_ms: int, absences: Container[str]) -> bool:
        """Return whether the owner of a lock may have it back at an instant, as far as time and absence go."""
        lock = self.locks.get(fill_id)
        return lock is not None and now_ms >= lock.refund_at_ms and (not lock.proves_absence or fill_id in absences)

    def credit(self, owner: str, cash: int) -> "Escrow":
        """Return the escrow with a vault changed by a signed amount.

        Raises:
            ValueError: if the vault would fall below zero.
        """
        balance = self.vault(owner) + cash
        if balance < 0:
            raise ValueError(f"vault of {owner} holds {self.vault(owner)}, {-cash} asked for")
        return replace(self, vaults=self.vaults.set(owner, balance))

    def collect(self, fee: int) -> "Escrow":
        """Return the escrow with a fee in the collector's vault."""
        return self.credit(COLLECTOR, fee) if fee else self

    def with_lock(self, lock: Lock) -> "Escrow":
        """Return the escrow with a lock added or replaced."""
        return replace(self, locks=self.locks.set(lock.fill_id, lock))

    def with_filled(self, intent_id: str, quantity: int) -> "Escrow":
        """Return the escrow with `quantity` more of an intent paid for."""
        return replace(self, filled=self.filled.set(intent_id, self.filled.get(intent_id, 0) + quantity))

    def slash(self, solver: str, cash: int) -> tuple["Escrow", int]:
        """Return the escrow with up to `cash` taken from a solver's bond, and the amount taken."""
        taken = min(cash, self.bonds.get(solver, 0))
        return replace(self, bonds=self.bonds.set(solver, self.bonds.get(solver, 0) - taken)), taken

    def total(self) -> int:
        """Return all USDC the contract holds."""
        locked = sum(lock.cash for lock in self.locks.values() if lock.state == "locked")
        return sum(self.vaults.values()) + locked + sum(self.bonds.values())
