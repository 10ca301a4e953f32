"""Optimal routing of every intent on its own."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.solver import ROUTING, Batch, Solver
from solvers.strategies.markup import Markup


class Convex(Solver):
    """Route each intent with the mixed-integer program over all venues and chains."""

    software = ROUTING

    def __init__(self, *, markup_bps: float = 8.0, private_bps: float = 0.0) -> None:
        """Charge a markup on the notional, with a private part of the given standard deviation."""
        self._markup = Markup(markup_bps, private_bps)

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent that the optimiser fills."""
        return [batch.route(job).to_bid(markup_bps=self._markup.on(batch, job)) for job in batch.intents]
