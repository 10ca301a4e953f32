"""A solver with a defect: it breaks on floors with more knots than it has room for, and loses the whole round."""

from collections.abc import Sequence

from intents.wants import Payoff
from solvers.bid import Bid
from solvers.solver import Batch, Solver


class Brittle(Solver):
    """Route greedily, with a table of knots that is too short."""

    def __init__(self, *, most_knots: int = 8, make: str = "", markup_bps: float = 9.0) -> None:
        """Break on floors with more than `most_knots`; `make` is the software it declares to be built on."""
        self.software = make
        self._most_knots = most_knots
        self._markup_bps = markup_bps

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent.

        Raises:
            IndexError: if a floor of the batch has too many knots.
        """
        for job in batch.intents:
            want = job.intent.want
            if isinstance(want, Payoff) and len(want.knots) > self._most_knots:
                raise IndexError(f"a floor of {len(want.knots)} knots in a table of {self._most_knots}")
        return [batch.route(job, engine="greedy").to_bid(markup_bps=self._markup_bps) for job in batch.intents]
