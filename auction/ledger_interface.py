"""What a ledger can do, wherever it is kept."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from auction.rows import Event, Row, Table


class LedgerWriter(Protocol):
    """A ledger open for writing; nobody else can open it so meanwhile, and whoever dies leaves it to the next."""

    @property
    def fingerprint(self) -> str:
        """Hash of the last event."""

    def name(self, meta: dict[str, str]) -> None:
        """Write down what names the run."""

    def forget(self) -> None:
        """Take the name off again: no run came of it."""

    def commit(self, events: Iterable[Event], telemetry: Iterable[Event] = ()) -> None:
        """Append events and telemetry in one durable transaction: all of them, or none."""

    def close(self) -> None:
        """Let go of it; a ledger without a name holds no run, and is taken away."""


class LedgerReading(Protocol):
    """A ledger open for reading."""

    meta: dict[str, str]
    """What names the run."""

    def rows(self, table: Table = "events") -> Iterator[Row]:
        """Yield the rows of a chain in order, checking it on the way."""

    def fingerprint(self) -> str:
        """Return the hash of the last event, as stored."""

    def last_kind(self) -> str:
        """Return the kind of the last event, as stored; nothing if there is none."""

    def close(self) -> None:
        """Let go of it."""
