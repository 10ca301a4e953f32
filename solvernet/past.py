"""What a run that goes on has behind it: its ledger, compared row by row while the run is worked out again."""

from collections import deque
from collections.abc import Sequence

from auction.errors import LedgerError
from auction.ledger import GENESIS, Event, chain_hash
from solvernet.agenda import Cancelling
from solvernet.network.solicitor import Answers
from solvernet.recording import Phase, Recording, field, parting
from solvernet.users import Posting
from solvers.messages import Decision


class Past:
    """The recorded part of a run; a run that begins has none."""

    def __init__(self, recording: Recording | None = None) -> None:
        self._recording = recording
        self._rows = recording.rows if recording is not None else ()
        self._position = 0
        self._head = GENESIS

    @property
    def is_over(self) -> bool:
        """Whether every recorded event has been worked out again."""
        return self._position == len(self._rows)

    def beyond(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return those of the next events that the ledger does not hold yet.

        Raises:
            LedgerError: if an event is not the one recorded: the ledger was changed, or the code was.
        """
        known = self._rows[self._position : self._position + len(events)]
        for row, event in zip(known, events, strict=False):
            self._head = chain_hash(self._head, event)
            if row.hash != self._head:
                detail = parting(row.event, event)
                raise LedgerError(f"the run cannot go on: row {row.seq} of its ledger {detail}; see solvernet replay")
        self._position += len(known)
        return tuple(events[len(known) :])

    def arrivals(self, number: int, phase: Phase) -> "Heard":
        """Return what users had sent in a round."""
        return Heard(self._recording.arrivals(number, phase) if self._recording is not None else ())

    def answers(self, number: int) -> Answers | None:
        """Return what solvers had bid in a round, or `None` if its bidding had not ended."""
        if self._recording is None or not self._recording.is_closed(number):
            return None
        faults = self._recording.faults(number)
        killed = [name for name, fault in faults.items() if fault.startswith("killed")]
        return Answers(self._recording.sheets(number), faults, killed)

    def decisions(self, number: int) -> dict[str, Decision] | None:
        """Return what the winners of a round had decided, or `None` if they were not heard.

        To be asked when the round has been closed again: what the ledger holds beyond is the settlement.
        """
        return None if self._recording is None or self.is_over else self._recording.decisions(number)


class Heard:
    """What users had sent in one stretch of a run, in order, until it has been heard again."""

    def __init__(self, arrivals: Sequence[Event]) -> None:
        self._left = deque(arrivals)

    def rest(self) -> list[Event]:
        """Return what is left."""
        found = list(self._left)
        self._left.clear()
        return found

    def until(self, doing: Posting | Cancelling) -> tuple[list[Event], Event | None]:
        """Return what had arrived up to a user's doing, and that itself, or `None` if it had not arrived."""
        found: list[Event] = []
        while self._left:
            found.append(self._left.popleft())
            if _is(doing, found[-1]):
                return found, found[-1]
        return found, None


def _is(doing: Posting | Cancelling, event: Event) -> bool:
    if isinstance(doing, Cancelling):
        return event.kind == "intent.cancel" and field(event, "intent_id") == doing.intent_id
    if event.kind == "intent.cancel":
        return False
    signed = field(event, "signed")
    intent = signed.get("intent") if isinstance(signed, dict) else None
    same = (doing.intent.owner, str(doing.intent.nonce))
    return isinstance(intent, dict) and (intent.get("owner"), str(intent.get("nonce"))) == same
