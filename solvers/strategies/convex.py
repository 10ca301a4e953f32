"""Optimal routing of every intent on its own."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.solver import Batch, Solver


class Convex(Solver):
    """Route each intent with the mixed-integer program over all venues and chains."""

    def __init__(self, *, markup_bps: float = 8.0) -> None:
        """Charge `markup_bps` on the notional."""
        self.markup_bps = markup_bps

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent that the optimiser fills."""
        return [batch.route(job).to_bid(markup_bps=self.markup_bps) for job in batch.intents]
