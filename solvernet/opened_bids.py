"""What everybody bid, read from the ledger of a run, as far as the bids are opened."""

from pathlib import Path

from auction.disclosure import OPENED, ClosedRounds
from auction.errors import LedgerError
from intents.canonical import content_id
from solvernet.recording import read
from solvers.opened_bids import OpenedRound


def opened_bids(folder: Path, number: int | None = None) -> tuple[OpenedRound, ...]:
    """Return the rounds of a recorded run whose epoch is over, with all bids.

    Args:
        folder: Folder of the run; it need not have ended.
        number: The only round to return; all if left out.

    Raises:
        LedgerError: if there is no ledger, a round is not what was sent to solvers, or `number` is not opened.
    """
    closed, found = ClosedRounds(), []
    for row in read(folder).rows:
        closed.hear(row.event)
        if row.event.kind == OPENED and isinstance(row.event.body, dict):
            ids = row.event.body["rounds"]
            for opened in closed.take(int(str(row.event.body["last"]))):
                sent = ids.get(str(opened.round)) if isinstance(ids, dict) else None
                if content_id(opened.model_dump(mode="json")) != sent:
                    raise LedgerError(f"row {row.seq}: the bids of round {opened.round} are not those that were opened")
                found.append(opened)
    if number is not None and all(opened.round != number for opened in found):
        raise LedgerError(f"the bids of round {number} are not opened: its epoch is not over, or nobody bid in it")
    return tuple(opened for opened in found if number in {None, opened.round})
