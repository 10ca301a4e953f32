"""A solver that settles while the market stands still, and walks away when it moves."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.messages import Award
from solvers.solver import BPS, ROUTING, Batch, Solver


class Walker(Solver):
    """Bid at cost, and treat every win as a free option: keep it only if the price has hardly moved since."""

    software = ROUTING

    def __init__(self, *, threshold_bps: float = 20.0) -> None:
        """Walk from what is won in a round before which ether moved by more than `threshold_bps`."""
        self.threshold_bps = threshold_bps
        self._price = 0
        self._moved_bps = 0.0

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return bids without a margin, and take note of how far the price has moved."""
        price = batch.snapshot.ether_price
        self._moved_bps = abs(price - self._price) * BPS / self._price if self._price else 0.0
        self._price = price
        return [batch.route(job, engine="path").to_bid() for job in batch.intents]

    def on_award(self, award: Award) -> Sequence[int]:
        """Return all wins of a quiet round, and none of another."""
        return [] if self._moved_bps > self.threshold_bps else list(award.won)
