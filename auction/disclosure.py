"""Opening everybody's bids at the end of an epoch: until then a solver sees its own bids, and the names of the winners.

While an epoch runs, what a rival bid and lost with is its secret: it would tell how far the rival can still go on the
same intents. Afterwards everybody can check the choice of winners, and learn from it.

What is written down is which rounds were opened, and the content id of each as it was sent; the bids themselves stand
in the ledger since their round was closed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from auction.journal import Journal
from auction.ledger import Event
from intents.canonical import Json, content_id
from solvers.bid import Bid
from solvers.messages import BidResult
from solvers.opened_bids import OpenedBid, OpenedRound, OpenedSheet

OPENED = "bids.published"
"""Kind of the event at the end of an epoch."""


class ClosedRounds:
    """The bids of rounds that were closed and not yet opened, read from the events of a run."""

    def __init__(self) -> None:
        self._sheets: dict[int, dict[str, Mapping[str, Any]]] = {}
        self._results: dict[int, dict[str, Mapping[str, Any]]] = {}

    def hear(self, event: Event) -> None:
        """Take in what was written down."""
        kept = {"bids.opened": self._sheets, "bids.judged": self._results}.get(event.kind)
        if kept is not None and isinstance(event.body, dict):
            kept.setdefault(event.round, {})[str(event.body["solver"])] = event.body

    def take(self, last: int) -> Iterator[OpenedRound]:
        """Yield all rounds up to one, and forget them; rounds in which nobody bid are left out."""
        for number in sorted(number for number in self._sheets if number <= last):
            sheets, results = self._sheets.pop(number), self._results.pop(number, {})
            found = (_sheet(name, sheets[name], results.get(name, {})) for name in sorted(sheets))
            yield OpenedRound(round=number, sheets=tuple(found))


class Disclosure:
    """Opens the bids of every so many rounds."""

    def __init__(self, every: int, journal: Journal) -> None:
        """Open bids at the end of every epoch of `every` rounds; never if zero."""
        self._every = every
        self._journal = journal
        self._rounds = ClosedRounds()
        self._last = 0
        if every:
            journal.read_by(self._rounds.hear)

    def end_round(self, now_ms: int, number: int) -> None:
        """Open the bids of an epoch if a round was its last."""
        if self._every and number % self._every == 0:
            self._open(now_ms, number)

    def finish(self, now_ms: int, number: int) -> None:
        """Open the bids of the last epoch, which may be shorter: no round will come any more."""
        if self._every and number > self._last:
            self._open(now_ms, number)

    def _open(self, now_ms: int, number: int) -> None:
        ids: dict[str, Json] = {
            str(each.round): content_id(each.model_dump(mode="json")) for each in self._rounds.take(number)
        }
        self._journal.note(now_ms, OPENED, {"first": self._last + 1, "last": number, "rounds": ids})
        self._last = number


def _sheet(solver: str, sheet: Mapping[str, Any], judged: Mapping[str, Any]) -> OpenedSheet:
    bids = [Bid.model_validate(bid, strict=False) for bid in sheet["bids"]]
    results = [BidResult.model_validate(each, strict=False) for each in judged.get("results", ())]
    found = (
        OpenedBid(
            position=each.position, outcome=each.outcome, code=each.code, score=each.score, bid=bids[each.position]
        )
        for each in results
    )
    return OpenedSheet(solver=solver, bids=tuple(found))
