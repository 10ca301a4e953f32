"""The published settlement policy: what a winner sends, at which fee, by when.

A solver that follows it is never blamed for what the chains do. The fee is that of `venues.chains.bidding`; for users
the policy is told in `docs/reference/settlement-policy.md`.
"""

from dataclasses import dataclass
from typing import Literal

from auction.settlement.plan import NEVER_MS, Deadlines
from auction.settlement.private_route import PrivateRules
from venues.calls.completion import DEPOSIT_GAS
from venues.calls.gas import CLAIM_GAS
from venues.chains.bidding import Bidding
from venues.chains.confirmation import Level
from venues.chains.inclusion import P99, inclusion_ms
from venues.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRules:
    """Safety deposits of locks."""

    gas_percent: int
    """The deposit, as a percentage of what a completed claim costs at the policy's offer when the fill is awarded."""

    grace_ms: int
    """Time for which a step that has become possible is its own party's to carry out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPolicy(Bidding):
    """Numbers of the policy: what is offered, and the times that bound a plan."""

    delivery_window_ms: int
    """Time from the award to the last block that may deliver."""

    send_window_ms: int
    """Time from the award within which the first transaction must be in the pool."""

    claim_window_ms: int
    """Time from the award until which the solver tries to be paid."""

    proves_absence: bool = False
    """Whether a lock goes back to its owner only with a proof that nothing was delivered in time.

    Without one, a delivery whose finality stalls can be refunded before it is proved, at the solver's loss.
    """

    lock_level: Level = "included"
    """Confirmation level that a lock must reach at home before the legs are delivered elsewhere.

    Below `final`, the solver bears the loss of a reorganisation that undoes the lock after it has delivered.
    """

    inclusion_p99_ms: int
    """Time within which a transaction that follows the policy lands in 99 of 100 cases, on a congested L1."""

    inclusion: Literal["constant", "measured"] = "constant"
    """Whether that time is taken as stated, or measured on the home chain when a plan is made."""

    doomed_blocks: int = 0
    """Blocks on end after which a step that would fail on each of them is given up; zero never looks ahead."""

    ways_back: int = 1
    """Most bridges that a solver's cash may go back over; the first that takes it does."""

    in_parallel: bool = False
    """Whether fills of one bid on different chains go their ways at once, or one after the other."""

    deposit: DepositRules | None = None
    """What a solver leaves with a lock for whoever has to end it; nothing if `None`."""

    private: PrivateRules | None = None
    """How steps are handed to builders alone; all are sent to the public pool if `None`."""

    def deadlines(self, world: World, award_ms: int, home: str, away: str) -> Deadlines:
        """Return the instants that bound a plan awarded now.

        A lock is refundable once the delivery's finality, the proof's delay and the 99th percentile of inclusion on
        the home chain have passed after the last possible delivery: before that a timely proof could still land. Where
        inclusion is measured, finality is taken at the same percentile, because no fixed allowance covers for it.
        """
        deliver = award_ms + self.delivery_window_ms
        is_measured = self.inclusion == "measured"
        finality = world.finality_ms(away, P99 if is_measured else None) if away != home else 0
        refund = deliver + finality + (self.measured_ms(world, home) if is_measured else self.inclusion_p99_ms)
        claim = NEVER_MS if self.proves_absence else max(refund, award_ms + self.claim_window_ms)
        return Deadlines(
            deliver_ms=deliver,
            refund_ms=refund,
            claim_ms=claim,
            proves_absence=self.proves_absence,
            deposit_wei=self.deposit_wei(world, home) if away != home else 0,
            grace_ms=self.deposit.grace_ms if self.deposit else 0,
            ways_back=self.ways_back,
        )

    def deposit_wei(self, world: World, home: str) -> int:
        """Return the safety deposit of a lock on a chain, at its present price of gas."""
        if self.deposit is None:
            return 0
        return self.price(world.chain(home)) * (CLAIM_GAS + DEPOSIT_GAS) * self.deposit.gas_percent // 100

    def measured_ms(self, world: World, chain_id: str) -> int:
        """Return the 99th percentile of inclusion of a claim on a chain, at what its blocks show now."""
        return inclusion_ms(world.chain(chain_id), self, CLAIM_GAS, world.now_ms, P99)
