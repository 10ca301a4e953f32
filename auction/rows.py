"""Rows of a ledger: events in a chain of hashes, the same bytes wherever they are kept.

Two chains stand in a ledger. `events` is what happened: logical times, decisions, contents; its last hash is the run's
fingerprint. `telemetry` is how it was carried out: wall times, retransmissions, CPU; it differs from run to run. A
row's hash covers the row before it, so a changed byte shows, and everything after it. Beside them stands the head of
each chain, how many rows it has and its last hash, so that rows that were cut off at the end show too.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from auction.bodies import parsed
from auction.errors import BrokenChainError
from intents.canonical import Json, canonical_bytes

GENESIS: Final = "0" * 64

Table = Literal["events", "telemetry"]
CHAINS: Final[tuple[Table, ...]] = ("events", "telemetry")

Stored = tuple[int, int, int, str, str, str]
"""A row as it is kept: seq, round, time_ms, kind, body and hash."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    round: int
    time_ms: int
    """Logical time for events, wall time for telemetry; Unix milliseconds."""

    kind: str
    body: Json


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it stands in the ledger."""

    seq: int
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    length: int = 0
    hash: str = GENESIS


def chain_hash(previous: str, event: Event) -> str:
    """Return the hash of an event that follows the hash `previous`: of `[previous, round, time, kind, body]`."""
    return _linked(previous, event, canonical_bytes(event.body).decode())


def _linked(previous: str, event: Event, body: str) -> str:
    """Return the hash of an event whose body has been written as canonical JSON already."""
    text = f'["{previous}",{event.round},{event.time_ms},{_named(event.kind)},{body}]'
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def _named(kind: str) -> str:
    return canonical_bytes(kind).decode()


def appended(head: Head, events: Iterable[Event]) -> tuple[list[Stored], Head]:
    """Return the rows of events that follow a head, and the head after them.

    Raises:
        TypeError: if a body is not canonical JSON.
    """
    rows: list[Stored] = []
    length, last = head.length, head.hash
    for event in events:
        body = canonical_bytes(event.body).decode()
        length, last = length + 1, _linked(last, event, body)
        rows.append((length, event.round, event.time_ms, event.kind, body, last))
    return rows, Head(length, last)


def checked(table: Table, rows: Iterable[Stored]) -> Iterator[Row]:
    """Yield the rows of a chain, in order, as long as they hold together.

    Raises:
        BrokenChainError: at the first row that does not.
    """
    head = GENESIS
    for expected, (seq, number, time_ms, kind, body, found) in enumerate(rows, start=1):
        if seq != expected:
            raise BrokenChainError(table, expected, f"is missing; the next row is {seq}")
        try:
            event = Event(number, time_ms, kind, parsed(body))
            written = canonical_bytes(event.body).decode()
            head = _linked(head, event, written)
        except (ValueError, TypeError) as error:
            raise BrokenChainError(table, seq, f"does not hold an event: {error}") from None
        if written != body or head != found:
            raise BrokenChainError(table, seq, f"({kind}) does not match its hash: it or a row before was changed")
        yield Row(seq, event, found)


def checked_to(table: Table, head: Head, rows: Iterable[Stored]) -> Iterator[Row]:
    """Yield the rows of a chain as `checked` does; it must reach its head, and may have grown beyond it since.

    Raises:
        BrokenChainError: at the first row that does not hold together, or is missing at the end.
    """
    length = 0
    for row in checked(table, rows):
        length = row.seq
        if length == head.length and row.hash != head.hash:
            raise BrokenChainError(table, length, "is not the one that the head of its chain names")
        yield row
    if length < head.length:
        raise BrokenChainError(table, length + 1, f"is missing; the chain had {head.length} rows")
