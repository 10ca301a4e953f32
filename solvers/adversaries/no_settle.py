"""A solver that wins and does not settle."""

from collections.abc import Sequence

from solvers.bid import Bid
from solvers.messages import Award, Ban
from solvers.solver import ROUTING, Batch, Solver


class NoSettle(Solver):
    """Bid below cost to win, then walk away from a part of what it has won."""

    software = ROUTING

    def __init__(self, *, discount_bps: float = 5.0, settles_every: int = 0, repents: int = 0) -> None:
        """Begin a career.

        Args:
            discount_bps: Part of the notional by which it bids below cost.
            settles_every: One in so many wins is settled, none if zero.
            repents: Wins that it settles after it was banned, before it goes on as before.
        """
        self.discount_bps = discount_bps
        self.settles_every = settles_every
        self.repents = repents
        self._wins = 0
        self._good = 0

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return bids that undercut everybody who means to settle."""
        return [batch.route(job, engine="path").to_bid(markup_bps=-self.discount_bps) for job in batch.intents]

    def on_award(self, award: Award) -> Sequence[int]:
        """Return the few wins it settles."""
        kept = []
        for position in award.won:
            self._wins += 1
            if self._good:
                self._good -= 1
                kept.append(position)
            elif self.settles_every and self._wins % self.settles_every == 0:
                kept.append(position)
        return kept

    def on_ban(self, ban: Ban) -> None:  # noqa: ARG002  any ban is a lesson
        """Resolve to keep its word for a while."""
        self._good = self.repents
