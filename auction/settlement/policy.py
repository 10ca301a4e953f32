"""The published settlement policy: what a winner sends, at which fee, by when.

A solver that follows it is never blamed for what the chains do. Before EIP-1559 the fee is a quantile of what recently
got into blocks, with a premium, raised while the transaction waits, up to a cap; afterwards it is a multiple of the
base fee and a tip.
"""

from dataclasses import dataclass
from typing import Final

from auction.settlement.plan import NEVER_MS, Deadlines
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.confirmation import Level
from venues.chains.fees.replacement import BUMP_PERCENT
from venues.world import World

PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPolicy:
    """Numbers of the policy."""

    quantile: float
    """Quantile, over recent blocks, of the price that gets in."""

    window_blocks: int
    premium_percent: int
    """Price offered first, as a percentage of that quantile."""

    bump_after_blocks: int
    """Blocks a transaction waits before its price is raised."""

    cap_percent: int
    """Most that is ever offered for a step, as a percentage of its first offer."""

    base_fee_headroom_percent: int
    tip_wei: int
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

    def price(self, chain: Chain[ChainState]) -> int:
        """Return what the policy offers for a unit of gas now, in wei."""
        if chain.rules.base_fee is None:
            return chain.fee_quantile(self.quantile, self.window_blocks) * self.premium_percent // PERCENT
        return chain.base_fee_wei * self.base_fee_headroom_percent // PERCENT + self.tip_wei

    def expected_price(self, chain: Chain[ChainState]) -> int:
        """Return what a unit of gas is expected to cost: with a base fee, less than what is offered."""
        return self.price(chain) if chain.rules.base_fee is None else chain.base_fee_wei + self.tip_wei

    def raised(self, offered_wei: int, current_wei: int, cap_wei: int) -> int | None:
        """Return the price of a replacement, or `None` if the pool would refuse it or the cap forbids it."""
        least = -(-offered_wei * BUMP_PERCENT // PERCENT)
        price = min(max(current_wei, least), cap_wei)
        return price if price >= least else None

    def raised_tip(self, tip_wei: int) -> int:
        """Return the tip of a replacement: the least that the pool takes in place of `tip_wei`."""
        return max(-(-tip_wei * BUMP_PERCENT // PERCENT), tip_wei + 1)

    def deadlines(self, world: World, award_ms: int, home: str, away: str) -> Deadlines:
        """Return the instants that bound a plan awarded now.

        A lock is refundable once the delivery's finality, the proof's delay and the 99th percentile of inclusion on
        the home chain have passed after the last possible delivery: before that a timely proof could still land.
        """
        deliver = award_ms + self.delivery_window_ms
        finality = world.finality_ms(away) if away != home else 0
        refund = deliver + finality + self.inclusion_p99_ms
        claim = NEVER_MS if self.proves_absence else max(refund, award_ms + self.claim_window_ms)
        return Deadlines(deliver_ms=deliver, refund_ms=refund, claim_ms=claim, proves_absence=self.proves_absence)
