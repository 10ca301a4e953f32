"""Greedy split for every intent on its own."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.solver import Batch, Solver


class Greedy(Solver):
    """Split each leg over venues, chunk by chunk."""

    def __init__(self, *, markup_bps: float = 10.0) -> None:
        """Charge `markup_bps` on the notional."""
        self.markup_bps = markup_bps

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent that a greedy split fills."""
        return [batch.route(job, engine="greedy").to_bid(markup_bps=self.markup_bps) for job in batch.intents]
