"""What lock-and-mint bridges share: a till at each end, fees, halts, and a list of what was lost.

The kinds differ in whom they believe that a transfer was sent.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from immutables import Map

from venues.bridges.latency import AT_ONCE, Latency
from venues.bridges.till import Till
from venues.bridges.transfer import Loss, Transfer
from venues.bridges.wait import FINAL, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class LockAndMint:
    """One end of such a bridge."""

    id: str
    chain: str
    peer: str
    till: Till
    fee_ppm: int = 0
    """Fee on transfers sent from here, in millionths."""

    fixed_fee: int = 0
    """Fee on each transfer, in USDC base units."""

    wait: Wait = FINAL
    carriage: Latency = AT_ONCE
    gas: int = 120_000
    halted: bool = False
    settled: Map[str, int] = field(default_factory=Map)
    """Transfers that were paid here or are due, and how much for each; a transfer is paid once."""

    losses: tuple[Loss, ...] = ()
    """What was lost here so far, and who bore it."""

    @property
    def held(self) -> int:
        """What the end adds to all USDC in the world."""
        return self.till.held

    @property
    def reserve(self) -> str:
        """Account that stands for what the bridge paid and should not have."""
        return f"reserve.{self.id}"

    def fee(self, cash: int) -> int:
        """Return the fee on a transfer of `cash`, rounded up."""
        return self.fixed_fee - (-cash * self.fee_ppm // 1_000_000)

    def bonus(self, cash: int) -> int:
        """Return the whole fee: it goes to whoever brings the transfer across."""
        return self.fee(cash)

    def refusal(self, cash: int) -> str | None:
        """Return why `cash` cannot be sent from here, code first."""
        if self.halted:
            return f"halted: {self.id} takes nothing"
        if cash > self.till.can_take:
            return f"no_liquidity: {self.id} minted {self.till.can_take} here, {cash} cannot go back"
        return None

    def received(self, cash: int) -> Self:
        """Return the end after `cash` was locked or burned."""
        return replace(self, till=self.till.taken(cash))

    def pay_out(self) -> tuple[Self, tuple[Transfer, ...]]:
        """Return the end after paying what is due and what it can, in order, and those payments."""
        if not self.till.queue:
            return self, ()
        till, paid = self.till.pay_out()
        return replace(self, till=till), paid

    def booked(self, loss: Loss, covered: int = 0) -> Self:
        """Return the end with a loss written down, of which `covered` was put in by the bearer.

        What a reserve does not cover is missing from what backs the minted money, so its holders bear it.
        """
        if loss.bearer != self.reserve:
            return replace(self, losses=(*self.losses, loss))
        parts = (replace(loss, cash=covered), replace(loss, bearer=self.holders, cash=loss.cash - covered))
        known = (*self.losses, *(part for part in parts if part.cash))
        return replace(self, till=self.till.taken(covered), losses=known)

    @property
    def holders(self) -> str:
        """Name of those who hold what the bridge minted."""
        return f"holders.{self.id}"

    def undone(self, transfer: Transfer) -> tuple[Self, Loss | None]:
        """Return the end once the sending of a transfer is undone, and what is lost; the reserve bears it.

        The loss is not written down yet, and it is told of once until the transfer comes again.
        """
        known = any(loss.transfer == transfer.id and loss.cause == "undone" for loss in self.losses)
        if transfer.id not in self.settled or known:
            return self, None
        kept = replace(self, till=self.till.without(transfer.id))
        paid = self.settled[transfer.id] - self.till.unpaid(transfer.id)
        if not paid:
            return replace(kept, settled=self.settled.delete(transfer.id)), None
        return kept, Loss(self.reserve, transfer.id, paid)

    def repaid(self, transfer: Transfer, cause: str = "undone") -> Self:
        """Return the end once a transfer that was paid and counted as lost has come after all.

        It pays back what its bearers had put in for it.
        """
        mine = [loss for loss in self.losses if loss.transfer == transfer.id and loss.cause == cause]
        till = self.till
        for loss in mine:
            if loss.bearer != self.holders:
                till = till.owing(loss.bearer, loss.cash, f"{transfer.id}/back")
        return replace(self, till=till, losses=tuple(loss for loss in self.losses if loss not in mine))

    def due(self, transfer: Transfer, account: str, cash: int) -> Self:
        """Return the end with one more payment due for a transfer."""
        total = self.settled.get(transfer.id, 0) + cash
        till = self.till.owing(account, cash, transfer.id)
        return replace(self, till=till, settled=self.settled.set(transfer.id, total))
