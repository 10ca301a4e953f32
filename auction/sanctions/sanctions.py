"""What keeps a solver out: the plain breaker of single faults, or the rule table.

Both are told how fills ended and what became of bids; both answer with events for the ledger.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from auction.breaker import Breaker
from auction.sanctions.ban import Case
from auction.sanctions.ended import Ended
from intents.canonical import Json
from solvers.messages import BidResult

Note = tuple[str, Json]
"""Kind and body of an event."""


class Sanctions(Protocol):
    """Penalties in force."""

    def ended(self, end: Ended) -> Sequence[Note]:
        """Take note of how a fill ended."""

    def taken_back(self, fill_id: str) -> None:
        """Forget how a fill ended: its delivery was taken back."""

    def judged(self, now_ms: int, number: int, results: Mapping[str, Sequence[BidResult]]) -> Sequence[Note]:
        """Take note of what became of the bids of a round."""

    def breached(self, now_ms: int, solver: str, case: Case) -> Sequence[Note]:
        """Take note of a settlement that is another than was awarded, proved and by the doing of a solver."""

    def look(self, now_ms: int) -> Sequence[Note]:
        """Work out what is due by now."""

    def refused(self, now_ms: int) -> Mapping[str, str]:
        """Return why bids are refused now, by solver."""


class PlainSanctions:
    """Every fault suspends, twice as long each time."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def ended(self, end: Ended) -> Sequence[Note]:
        """Suspend a solver whose own doing it is that a fill failed."""
        if not end.is_fade:
            return ()
        until = self._breaker.fault(end.solver, end.ended_ms)
        return (("solver.suspended", {"solver": end.solver, "until": until}),)

    def taken_back(self, fill_id: str) -> None:
        """Nothing: deliveries are not on record."""

    def judged(self, now_ms: int, number: int, results: Mapping[str, Sequence[BidResult]]) -> Sequence[Note]:  # noqa: ARG002
        """Nothing: bids that do not hold have no consequence beyond the round."""
        return ()

    def breached(self, now_ms: int, solver: str, case: Case) -> Sequence[Note]:  # noqa: ARG002
        """Suspend whoever settled something else than it was awarded."""
        return (("solver.suspended", {"solver": solver, "until": self._breaker.fault(solver, now_ms)}),)

    def look(self, now_ms: int) -> Sequence[Note]:  # noqa: ARG002
        """Nothing falls due."""
        return ()

    def refused(self, now_ms: int) -> Mapping[str, str]:
        """Return the suspended solvers."""
        detail = "this solver broke its word and is kept out for a while"
        return dict.fromkeys(self._breaker.suspended(now_ms), detail)
