"""What the auctioneer writes down: events in the order in which they happened, until the ledger takes them."""

from collections.abc import Callable, Iterable
from dataclasses import asdict

from auction.ledger import Event
from auction.settlement.attribution import Verdict
from auction.settlement.sending import StepEvent
from intents.canonical import Json
from intents.lifecycle import IntentEvent


class Journal:
    """Events that are not yet in the ledger."""

    def __init__(self) -> None:
        self.round = 0
        self._events: list[Event] = []
        self._readers: list[Callable[[Event], None]] = []

    def read_by(self, reader: Callable[[Event], None]) -> None:
        """Let somebody read every event from now on, as soon as it is written down."""
        self._readers.append(reader)

    def note(self, time_ms: int, kind: str, body: Json) -> None:
        """Write down an event."""
        event = Event(self.round, time_ms, kind, body)
        self._events.append(event)
        for reader in self._readers:
            reader(event)

    def note_all(self, time_ms: int, notes: Iterable[tuple[str, Json]]) -> None:
        """Write down events of one instant, each with its kind."""
        for kind, body in notes:
            self.note(time_ms, kind, body)

    def note_intents(self, events: Iterable[IntentEvent]) -> None:
        """Write down steps of intents."""
        for event in events:
            self.note(event.time_ms, "intent.state", event.model_dump(mode="json", exclude_defaults=True))

    def note_steps(self, events: Iterable[StepEvent]) -> None:
        """Write down what happened to settlement steps."""
        for event in events:
            body = {key: value for key, value in asdict(event).items() if value not in (0, "")}
            body.pop("time_ms", None)
            self.note(event.time_ms, "step", _texts(body))

    def note_verdict(self, time_ms: int, verdict: Verdict, slashed: int) -> None:
        """Write down why a fill failed, and what it cost its solver."""
        self.note(time_ms, "fill.failed", _texts(asdict(verdict)) | {"slashed": str(slashed)})

    def drain(self) -> tuple[Event, ...]:
        """Return the events since the last call."""
        events, self._events = tuple(self._events), []
        return events


def _texts(body: dict[str, object]) -> dict[str, Json]:
    """Return fields as canonical JSON takes them; whole numbers beyond what a reader keeps exactly become texts."""
    return {key: _text(key, value) for key, value in body.items()}


def _text(key: str, value: object) -> Json:
    if isinstance(value, bool) or not isinstance(value, int):
        return value if isinstance(value, bool) else str(value)
    return str(value) if key.endswith(("_wei", "cash")) else value
