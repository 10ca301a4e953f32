"""A ring of solvers that collude: they tell each other their costs, agree who wins, and cover for the winner.

Both members know the ring's secret, and with it each other's private costs. On every intent the cheaper one is
designated: it bids its honest margin and a little more, because its strongest rival will not undercut it. The other
bids just above, by a gap drawn at random, so that there seems to be competition.
"""

from collections.abc import Sequence
from typing import Final

from solvers.bid import Bid
from solvers.routing.problem import Job
from solvers.solver import Batch, Solver
from venues.seeds import generator

MEMBERS: Final = 2


class CartelMember(Solver):
    """One member of a ring of two."""

    def __init__(
        self,
        *,
        member: int = 0,
        ring: str = "ring",
        markup_bps: float = 8.0,
        private_bps: float = 1.5,
        raise_bps: float = 0.3,
        cover_low_bps: float = 0.3,
        cover_high_bps: float = 1.2,
    ) -> None:
        """Join a ring.

        Args:
            member: Which member this is, 0 or 1.
            ring: Secret that the members share.
            markup_bps: Honest margin on the notional.
            private_bps: Standard deviation of the private part of the margin.
            raise_bps: What the designated winner adds, because its partner holds back.
            cover_low_bps: Smallest gap by which the other stays above it.
            cover_high_bps: Largest such gap.
        """
        if member not in range(MEMBERS):
            raise ValueError(f"member must be 0 or 1, not {member}")
        self._member = member
        self._ring = ring
        self._markup_bps = markup_bps
        self._private_bps = private_bps
        self._raise_bps = raise_bps
        self._cover_bps = (cover_low_bps, cover_high_bps)

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return the bids that the ring has agreed on for this member."""
        return [batch.route(job, engine="greedy").to_bid(markup_bps=self.margin(batch, job)) for job in batch.intents]

    def margin(self, batch: Batch, job: Job) -> float:
        """Return this member's margin on an intent, in basis points."""
        costs = [self._private(batch, job, member) for member in range(MEMBERS)]
        designated = min(range(MEMBERS), key=lambda member: (costs[member], member))
        winning = self._markup_bps + costs[designated] + self._raise_bps
        if self._member == designated:
            return winning
        return winning + float(generator(self._ring, "cover", batch.round, job.intent_id).uniform(*self._cover_bps))

    def _private(self, batch: Batch, job: Job, member: int) -> float:
        """Return a member's private cost, as it tells its partner."""
        draw = generator(self._ring, "cost", member, batch.round, job.intent_id)
        return self._private_bps * float(draw.standard_normal())
