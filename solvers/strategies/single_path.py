"""Best single path for every intent on its own."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.solver import Batch, Solver


class SinglePath(Solver):
    """Fill each intent on one chain, each leg at one venue."""

    def __init__(self, *, markup_bps: float = 12.0) -> None:
        """Charge `markup_bps` on the notional."""
        self.markup_bps = markup_bps

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent that a single path fills."""
        return [batch.route(job, engine="path").to_bid(markup_bps=self.markup_bps) for job in batch.intents]
