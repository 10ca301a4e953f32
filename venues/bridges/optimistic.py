"""Optimistic bridge: what a proposer says is believed unless somebody disputes it in time.

A proposer states, with a bond, that a transfer was sent. If nobody disputes it while the proposal is live, it is paid,
and the proposer has the bond back and the fee. A dispute, with an equal bond, takes the proposal off at once, so that
the transfer can be proposed anew; the bonds wait for the verdict and both go to whoever was right. Those who judge
look at the source once it is final. Between the payment and that look a payment rests on trust: a false one that
nobody disputed is written off against the bridge's reserve. What is proposed or paid on trust has a cap.

Sources: across-protocol/contracts, commit 8ab07306, `HubPool.sol` (bond, liveness of 7,200 s, a dispute deletes the
proposal); Across' documentation of disputes (the loser's bond goes to the other side). Assumed: two days for a
verdict, and one transfer a proposal, where Across bundles many.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from venues.bridges.latency import AT_ONCE, Latency
from venues.bridges.liquidity import BridgePort, Kind
from venues.bridges.lock_and_mint import LockAndMint
from venues.bridges.transfer import Loss, Transfer

LIVENESS_MS: Final = 7_200_000
VERDICT_MS: Final = 172_800_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A transfer that somebody says was sent."""

    transfer: Transfer
    proposer: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """A proposal that somebody says is false."""

    proposal: Proposal
    disputer: str
    time_ms: int
    number: int
    """Counted over all disputes at this end."""

    @property
    def key(self) -> str:
        """Unique name: a transfer can be proposed and disputed more than once."""
        return f"{self.proposal.transfer.id}#{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimisticPort(LockAndMint):
    """One end of an optimistic bridge."""

    bond: int
    """USDC that a proposer puts up, and a disputer too."""

    cap: int
    """Most USDC that may be proposed or paid on trust here."""

    confirmations: int
    """Blocks on top of a transfer sent from here before an honest proposer proposes it."""

    reaction: Latency = AT_ONCE
    """Time an honest proposer takes over a transfer sent from here, counted from its block."""

    liveness_ms: int = LIVENESS_MS
    verdict_ms: int = VERDICT_MS
    """From a dispute, or a payment, to the verdict on it."""

    proposals: Map[str, Proposal] = field(default_factory=Map)
    disputes: Map[str, Dispute] = field(default_factory=Map)
    disputes_so_far: int = 0
    trusted: Map[str, Proposal] = field(default_factory=Map)
    """Paid proposals that those who judge have not looked at; the time is that of the payment."""

    known: Map[str, Transfer] = field(default_factory=Map)
    """Transfers that those who judge have seen on the final source."""

    written_off: Map[str, Transfer] = field(default_factory=Map)
    """Paid transfers that those who judge did not see in time."""

    refunds: tuple[Transfer, ...] = ()
    """Bonds that go back, or to the other side."""

    @property
    def kind(self) -> Kind:
        """Type of bridge."""
        return "optimistic"

    @property
    def held(self) -> int:
        """What the end adds to all USDC in the world: its till, and the bonds."""
        bonds = self.bond * (len(self.proposals) + 2 * len(self.disputes))
        return self.till.held + bonds + sum(refund.cash for refund in self.refunds)

    @property
    def exposed(self) -> int:
        """USDC that is proposed, or paid on trust."""
        open_now = [*self.proposals.values(), *self.trusted.values()]
        return sum(proposal.transfer.total for proposal in open_now)

    def proposed(self, transfer: Transfer, proposer: str, now_ms: int) -> "OptimisticPort | str":
        """Return the end with a proposal, its bond paid in by the caller, or why there can be none."""
        if self.halted:
            return f"halted: {self.id} takes no proposals"
        if transfer.id in self.proposals or transfer.id in self.settled:
            return f"reverted: {transfer.id} is proposed or paid"
        if self.exposed + transfer.total > self.cap:
            return f"no_liquidity: {self.exposed} of {self.cap} rests on trust, {transfer.total} more is too much"
        return replace(self, proposals=self.proposals.set(transfer.id, Proposal(transfer, proposer, now_ms)))

    def disputed(self, transfer: str, disputer: str, now_ms: int) -> "OptimisticPort | str":
        """Return the end with a proposal in dispute, the bond paid in by the caller, or why it is not.

        A halt stops no disputes, as it stops no clocks: otherwise it would help who proposed something false.
        """
        proposal = self.proposals.get(transfer)
        if proposal is None or now_ms >= proposal.time_ms + self.liveness_ms:
            return f"late: {transfer} has no live proposal"
        number = self.disputes_so_far + 1
        dispute = Dispute(proposal, disputer, now_ms, number)
        left, disputes = self.proposals.delete(transfer), self.disputes.set(dispute.key, dispute)
        return replace(self, proposals=left, disputes=disputes, disputes_so_far=number)

    def executed(self, transfer: str, now_ms: int) -> "OptimisticPort | str":
        """Return the end with an undisputed proposal, its fee and its bond due, or why they are not."""
        if self.halted:
            return f"halted: {self.id} pays nothing"
        proposal = self.proposals.get(transfer)
        if proposal is None or now_ms < proposal.time_ms + self.liveness_ms:
            return f"reverted: {transfer} has no proposal that outlived its disputes"
        after = replace(self, proposals=self.proposals.delete(transfer)).refunding(proposal.proposer, self.bond)
        paid = proposal.transfer
        if transfer in self.settled:  # written off, and seen since
            return after
        after = after.due(paid, paid.account, paid.cash).due(paid, proposal.proposer, paid.fee)
        if self.known.get(transfer) == paid:
            return after
        return replace(after, trusted=after.trusted.set(transfer, Proposal(paid, proposal.proposer, now_ms)))

    def judged(self, key: str, now_ms: int) -> "OptimisticPort | str":
        """Return the end with both bonds of a dispute due to whoever was right, or why they are not."""
        dispute = self.disputes.get(key)
        if dispute is None or now_ms < dispute.time_ms + self.verdict_ms:
            return f"reverted: there is no verdict on {key}"
        proposal = dispute.proposal
        is_true = self.known.get(proposal.transfer.id) == proposal.transfer
        winner = proposal.proposer if is_true else dispute.disputer
        left = replace(self, disputes=self.disputes.delete(key))
        return left.refunding(winner, 2 * self.bond)

    def refunding(self, account: str, cash: int) -> "OptimisticPort":
        """Return the end with a bond on its way to somebody."""
        refund = Transfer(id="bond", account=account, cash=cash)
        return replace(self, refunds=(*self.refunds, refund))

    def pay_out(self) -> tuple["OptimisticPort", tuple[Transfer, ...]]:
        """Return the end after paying what is due and what it can, and those payments; bonds do not queue."""
        after, paid = LockAndMint.pay_out(self)
        return replace(after, refunds=()), (*paid, *self.refunds)

    def unfounded(self, transfer: str, now_ms: int) -> "Loss | str":
        """Return what a false payment costs the reserve, or why there is nothing to write off."""
        paid = self.trusted.get(transfer)
        if paid is None or now_ms < paid.time_ms + self.verdict_ms:
            return f"reverted: there is no verdict on the payment of {transfer}"
        return Loss(self.reserve, transfer, self.settled[transfer], "false")

    def booked(self, loss: Loss, covered: int = 0) -> "OptimisticPort":
        """Return the end with a loss written down; the transfer, if there is a true one, can be proposed anew."""
        after = LockAndMint.booked(self, loss, covered)
        paid = after.trusted.get(loss.transfer)
        if loss.cause != "false" or paid is None:
            return after
        return replace(
            after,
            trusted=after.trusted.delete(loss.transfer),
            settled=after.settled.delete(loss.transfer),
            written_off=after.written_off.set(loss.transfer, paid.transfer),
        )

    def arrived(self, transfer: Transfer, now_ms: int) -> "OptimisticPort":  # noqa: ARG002
        """Return the end once those who judge have seen a transfer: what was paid for it rests on trust no more."""
        name = transfer.id
        after = replace(self, known=self.known.set(name, transfer))
        paid = self.trusted.get(name)
        if paid is not None:
            return replace(after, trusted=after.trusted.delete(name)) if paid.transfer == transfer else after
        if name in self.settled:
            return after.repaid(transfer)
        if self.written_off.get(name) != transfer:
            return after
        settled = after.settled.set(name, transfer.total)
        return replace(after, written_off=after.written_off.delete(name), settled=settled).repaid(transfer, "false")

    def undone(self, transfer: Transfer) -> "tuple[OptimisticPort, Loss | None]":
        """Return the end once the sending of a transfer is undone, and what is lost through that.

        A live proposal of it has become false, and is left to be disputed. What was paid is left to the verdict if it
        rests on trust, and lost at once if it was seen to be true.
        """
        unseen = replace(self, known=self.known.delete(transfer.id)) if transfer.id in self.known else self
        if transfer.id in self.trusted:
            return unseen, None
        return LockAndMint.undone(unseen, transfer)

    def as_seen(self) -> BridgePort:
        """Return the end as those see it who trade over it: at the cap nothing more is believed."""
        left = max(0, self.cap - self.exposed)
        return BridgePort(
            id=self.id,
            chain=self.chain,
            peer=self.peer,
            liquidity=0 if self.halted else min(left, self.till.room),
            fee_ppm=self.fee_ppm,
            fixed_fee=self.fixed_fee,
            delay_ms=self.reaction.median_ms + self.liveness_ms,
            p99_ms=self.reaction.p99_ms + self.liveness_ms if self.reaction.p99_ms else 0,
            gas=self.gas,
            kind=self.kind,
            halted=self.halted,
        )
