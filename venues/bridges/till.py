"""The money of a lock-and-mint bridge at one end.

At the end where USDC is at home it is locked; at the other end as much is minted. What was minted and burned again is
what can be unlocked, so the mint has no limit and the lock has that of its content. Locked less minted is what is on
its way: money is neither made nor lost, whatever happens to a transfer.
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.bridges.transfer import Transfer

UNLIMITED: Final = 10**18
"""Shown as the capacity of a mint: a trillion dollars, in base units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Locked or minted money, and payments that are due."""

    is_home: bool
    """Whether USDC is locked here; otherwise it is minted."""

    cash: int
    """USDC locked here, or minted here and not yet burned."""

    queue: tuple[Transfer, ...] = ()
    """Payments that are due, oldest first; they wait where too little is locked."""

    @property
    def held(self) -> int:
        """What the end adds to all money in the world: what is locked counts, what is minted counts against it."""
        return self.cash if self.is_home else -self.cash

    @property
    def room(self) -> int:
        """How much can be paid out."""
        return max(0, self.cash - sum(due.cash for due in self.queue)) if self.is_home else UNLIMITED

    @property
    def can_take(self) -> int:
        """How much can be paid in: no more can be burned than was minted."""
        return UNLIMITED if self.is_home else self.cash

    def taken(self, cash: int) -> "Till":
        """Return the till after `cash` was locked or burned."""
        return replace(self, cash=self.cash + cash if self.is_home else self.cash - cash)

    def owing(self, account: str, cash: int, transfer: str) -> "Till":
        """Return the till with one more payment due; none of nothing."""
        due = Transfer(id=transfer, account=account, cash=cash)
        return replace(self, queue=(*self.queue, due)) if cash else self

    def unpaid(self, transfer: str) -> int:
        """Return what is still due for a transfer."""
        return sum(due.cash for due in self.queue if due.id == transfer)

    def without(self, transfer: str) -> "Till":
        """Return the till without the payments of a transfer that are still due."""
        return replace(self, queue=tuple(due for due in self.queue if due.id != transfer))

    def pay_out(self) -> tuple["Till", tuple[Transfer, ...]]:
        """Return the till after paying as many as it can, in order, and those payments."""
        left, paid = self, 0
        for due in self.queue:
            if self.is_home and due.cash > left.cash:
                break
            left, paid = left.taken(-due.cash), paid + 1
        return replace(left, queue=self.queue[paid:]), self.queue[:paid]
