"""The ledger: every event of a run in a hash chain, committed once a round.

Two chains, in one SQLite file. `events` is what happened: logical times, decisions, contents; its last hash is the
run's fingerprint. `telemetry` is how it was carried out: wall times, retransmissions, CPU; it differs from run to run.
A row's hash covers the row before it, so a changed byte shows, and everything after it.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from auction.bodies import parsed
from auction.errors import BrokenChainError, LedgerError
from auction.folder_lock import FolderLock
from intents.canonical import Json, canonical_bytes

SCHEMA_VERSION: Final = 1
FILE_NAME: Final = "ledger.sqlite"
GENESIS: Final = "0" * 64

Table = Literal["events", "telemetry"]

_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)
"""What comes of reading a file that is damaged, or was never a ledger."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, round INTEGER NOT NULL, time_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS telemetry (
    seq INTEGER PRIMARY KEY, round INTEGER NOT NULL, time_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
"""


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


def chain_hash(previous: str, event: Event) -> str:
    """Return the hash of an event that follows the hash `previous`."""
    content: list[Json] = [previous, event.round, event.time_ms, event.kind, event.body]
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


class Ledger:
    """A ledger open for writing; nobody else can open it so meanwhile, and whoever dies leaves it to the next."""

    def __init__(self, folder: Path, *, goes_on: bool = False) -> None:
        """Open the ledger in `folder`, which must not hold one yet, or with `goes_on` must.

        A ledger that goes on does so behind its last commit: half a commit is undone.

        Raises:
            LedgerError: if there is one already, or none; if a run that still lives writes it; if it cannot be written.
        """
        self._path = folder / FILE_NAME
        self._made_folder = not folder.exists()
        if goes_on and not self._path.is_file():
            raise LedgerError(f"no ledger in {folder}; give the folder that a run was written to")
        if not goes_on:
            self._create()
        self._open()

    def _create(self) -> None:
        if self._path.exists():
            raise LedgerError(f"{self._path} exists already; give another --out folder")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(exist_ok=False)
        except OSError as error:
            raise LedgerError(f"cannot write a ledger in {self._path.parent}: {error}") from None

    def _open(self) -> None:
        """Lock the folder, connect, and find the ends of both chains."""
        with ExitStack() as undo:
            self._lock = undo.enter_context(FolderLock(self._path.parent))
            try:
                self._connection = sqlite3.connect(self._path, check_same_thread=False)
                undo.callback(self._connection.close)
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._connection.executescript(_SCHEMA)
                self._ends = {table: self._end(table) for table in ("events", "telemetry")}
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise LedgerError(f"cannot write a ledger in {self._path.parent}: {error}") from None
            undo.pop_all()

    def _end(self, table: str) -> tuple[int, str]:
        query = f"SELECT seq, hash FROM {table} ORDER BY seq DESC LIMIT 1"  # noqa: S608  a literal
        count, head = self._connection.execute(query).fetchone() or (0, GENESIS)
        return count, head

    @property
    def fingerprint(self) -> str:
        """Hash of the last event."""
        return self._ends["events"][1]

    def name(self, meta: dict[str, str]) -> None:
        """Write down what names the run: code version, scenario, seed.

        Raises:
            LedgerError: if it cannot be written.
        """
        with self._transaction():
            rows = [("schema", str(SCHEMA_VERSION)), *sorted(meta.items())]
            self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def forget(self) -> None:
        """Take the name off again: no run came of it."""
        with self._transaction():
            self._connection.execute("DELETE FROM meta")

    def commit(self, events: Iterable[Event], telemetry: Iterable[Event] = ()) -> None:
        """Append a round's events and telemetry in one durable transaction: all of them, or none.

        Raises:
            LedgerError: if they cannot be written.
            TypeError: if a body is not canonical JSON.
        """
        with self._transaction():
            ends = {"events": self._append("events", events), "telemetry": self._append("telemetry", telemetry)}
        self._ends |= ends

    def close(self) -> None:
        """Close the file, and leave it as one plain file that can be read from any medium.

        A ledger without a name holds no run: it is taken away again, so that a start that failed leaves nothing behind.
        """
        named = self._connection.execute("SELECT COUNT(*) FROM meta").fetchone()[0]
        with suppress(sqlite3.OperationalError):
            # Somebody who reads it at this moment keeps the log of writes in a file of its own.
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()
        if not named:
            self._discard()
        self._lock.release()

    def _discard(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        if self._made_folder:
            with suppress(OSError):
                self._path.parent.rmdir()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger cannot be written: {error}") from None

    def _append(self, table: Table, events: Iterable[Event]) -> tuple[int, str]:
        """Insert rows at the end of a chain; return how many it then has, and its last hash."""
        rows = []
        count, head = self._ends[table]
        for event in events:
            count, head = count + 1, chain_hash(head, event)
            body = canonical_bytes(event.body).decode()
            rows.append((count, event.round, event.time_ms, event.kind, body, head))
        self._connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608  a literal
        return count, head


class LedgerReader:
    """A ledger open for reading; it never changes the file."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger in `folder`.

        Raises:
            LedgerError: if there is none, or it is not one.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise LedgerError(f"no ledger in {folder}; give the folder that a run was written to")
        try:
            self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise LedgerError(f"{path} cannot be opened: {error}") from None
        try:
            self.meta = self._named(path)
        except LedgerError:
            self.close()
            raise

    def rows(self, table: Table = "events") -> Iterator[Row]:
        """Yield the rows in order, checking the chain on the way.

        Raises:
            BrokenChainError: at the first row that does not hold together.
        """
        head = GENESIS
        query = f"SELECT seq, round, time_ms, kind, body, hash FROM {table} ORDER BY seq"  # noqa: S608  a literal
        for expected, row in enumerate(self._read(query, table), start=1):
            seq, round_number, time_ms, kind, body, found = row
            if seq != expected:
                raise BrokenChainError(table, expected, f"is missing; the next row is {seq}")
            try:
                event = Event(round_number, time_ms, kind, parsed(body))
                head = chain_hash(head, event)
            except (ValueError, TypeError) as error:
                raise BrokenChainError(table, seq, f"does not hold an event: {error}") from None
            if canonical_bytes(event.body).decode() != body or head != found:
                raise BrokenChainError(table, seq, f"({kind}) does not match its hash: it or a row before was changed")
            yield Row(seq, event, found)

    def fingerprint(self) -> str:
        """Return the hash of the last event, as stored.

        Raises:
            LedgerError: if it cannot be read.
        """
        return self._last("hash") or GENESIS

    def last_kind(self) -> str:
        """Return the kind of the last event, as stored; nothing if there is none.

        Raises:
            LedgerError: if it cannot be read.
        """
        return self._last("kind")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _last(self, column: Literal["hash", "kind"]) -> str:
        query = f"SELECT {column} FROM events ORDER BY seq DESC LIMIT 1"  # noqa: S608  a literal
        try:
            found = self._connection.execute(query).fetchone()
        except _UNREADABLE as error:
            raise LedgerError(f"the last event cannot be read: {error}") from None
        return str(found[0]) if found else ""

    def _named(self, path: Path) -> dict[str, str]:
        """Return what names the run, if the file is a ledger of this schema."""
        try:
            meta: dict[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
        except _UNREADABLE as error:
            raise LedgerError(f"{path} is not a ledger: {error}") from None
        if not meta:
            raise LedgerError(f"{path} holds no run: it was killed before it began; remove the folder and run again")
        if meta.get("schema") != str(SCHEMA_VERSION):
            raise LedgerError(f"{path} has schema {meta.get('schema')}, this version reads {SCHEMA_VERSION}")
        return meta

    def _read(self, query: str, table: Table) -> Iterator[tuple[int, int, int, str, str, str]]:
        last = 0
        try:
            for row in self._connection.execute(query):
                last = row[0]
                yield row
        except _UNREADABLE as error:
            raise BrokenChainError(table, last + 1, f"cannot be read: {error}") from None
