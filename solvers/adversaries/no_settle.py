"""A solver that wins and does not settle."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.messages import Award
from solvers.solver import ROUTING, Batch, Solver


class NoSettle(Solver):
    """Bid below cost to win, then walk away from a part of what it has won."""

    software = ROUTING

    def __init__(self, *, discount_bps: float = 5.0, settles_every: int = 0) -> None:
        """Bid `discount_bps` of the notional below cost; settle one in `settles_every` wins, none if zero."""
        self.discount_bps = discount_bps
        self.settles_every = settles_every
        self._wins = 0

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return bids that undercut everybody who means to settle."""
        return [batch.route(job, engine="path").to_bid(markup_bps=-self.discount_bps) for job in batch.intents]

    def on_award(self, award: Award) -> Sequence[int]:
        """Return the few wins it settles."""
        kept = []
        for position in award.won:
            self._wins += 1
            if self.settles_every and self._wins % self.settles_every == 0:
                kept.append(position)
        return kept
