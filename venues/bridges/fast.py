"""Fast bridge: a relayer pays out from its own money and takes the place of the receiver.

After a few confirmations on the source the relayer fronts a transfer. When the source is final the bridge itself is
told of it and pays: the relayer what it fronted and its fee, or, if nobody fronted, the receiver all of it (the slow
path). What is fronted and not yet reimbursed is what a reorganisation of the source can cost, so it has a cap, over
all transfers at both ends. An end alone keeps its own part below the cap; the relayer counts both.

Source: Circle's documentation of fast transfers: two blocks on Ethereum, one on its rollups, under a global allowance.
"""

from dataclasses import dataclass, field, replace

from immutables import Map

from venues.bridges.latency import AT_ONCE, Latency
from venues.bridges.liquidity import BridgePort, Kind
from venues.bridges.lock_and_mint import LockAndMint
from venues.bridges.transfer import Loss, Transfer


@dataclass(frozen=True, slots=True)
class Front:
    """A transfer that a relayer has paid."""

    transfer: Transfer
    relayer: str
    lost: bool = False
    """Whether the source has undone the transfer since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastPort(LockAndMint):
    """One end of a fast bridge."""

    relayer: str
    """Who may front here: anybody else could fill the cap with transfers to himself."""

    cap: int
    """Most USDC that may be fronted and not yet reimbursed, at both ends together."""

    confirmations: int
    """Blocks on top of a transfer sent from here before a relayer fronts it at the other end."""

    reaction: Latency = AT_ONCE
    """Time a relayer takes to front a transfer sent from here, counted from its block."""

    fronts: Map[str, Front] = field(default_factory=Map)
    """Transfers fronted here and not yet reimbursed."""

    @property
    def kind(self) -> Kind:
        """Type of bridge."""
        return "fast"

    @property
    def exposed(self) -> int:
        """USDC fronted here that is not yet reimbursed and not yet lost."""
        return sum(front.transfer.cash for front in self.fronts.values() if not front.lost)

    def fronted(self, transfer: Transfer, relayer: str) -> "FastPort | str":
        """Return the end after a relayer paid a transfer, or why it must not."""
        if self.halted:
            return f"halted: {self.id} pays nothing"
        if relayer != self.relayer:
            return f"reverted: {relayer} is not the relayer of {self.id}"
        if transfer.id in self.fronts or transfer.id in self.settled:
            return f"reverted: {transfer.id} is paid"
        if self.exposed + transfer.cash > self.cap:
            return f"no_liquidity: {self.exposed} of {self.cap} is fronted, {transfer.cash} more is too much"
        return replace(self, fronts=self.fronts.set(transfer.id, Front(transfer, relayer)))

    def arrived(self, transfer: Transfer, now_ms: int) -> "FastPort":  # noqa: ARG002
        """Return the end with a payment due: to who fronted exactly this transfer, otherwise to the receiver."""
        if transfer.id in self.settled:
            return self.repaid(transfer)
        front = self.fronts.get(transfer.id)
        if front is None:
            return self.due(transfer, transfer.account, transfer.total)
        after = replace(self, fronts=self.fronts.delete(transfer.id))
        if front.transfer != transfer:
            wrong = Loss(front.relayer, transfer.id, front.transfer.cash, "false")
            return after.due(transfer, transfer.account, transfer.total).booked(wrong)
        found = after.due(transfer, front.relayer, transfer.total)
        return replace(found, losses=tuple(loss for loss in found.losses if loss.transfer != transfer.id))

    def undone(self, transfer: Transfer) -> "tuple[FastPort, Loss | None]":
        """Return the end once the sending of a transfer is undone: who fronted it bears the loss."""
        front = self.fronts.get(transfer.id)
        if front is None:
            return LockAndMint.undone(self, transfer)
        if front.lost:
            return self, None
        lost = replace(front, lost=True)
        loss = Loss(front.relayer, transfer.id, front.transfer.cash)
        return replace(self, fronts=self.fronts.set(transfer.id, lost)), loss

    def as_seen(self) -> BridgePort:
        """Return the end as those see it who trade over it: at the cap nothing can be paid out fast."""
        left = max(0, self.cap - self.exposed)
        return BridgePort(
            id=self.id,
            chain=self.chain,
            peer=self.peer,
            liquidity=0 if self.halted else min(left, self.till.room),
            fee_ppm=self.fee_ppm,
            fixed_fee=self.fixed_fee,
            delay_ms=self.reaction.median_ms,
            p99_ms=self.reaction.p99_ms,
            gas=self.gas,
            kind=self.kind,
            halted=self.halted,
            exposed=self.exposed,
        )
