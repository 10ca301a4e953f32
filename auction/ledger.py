"""The ledger in one SQLite file: every event of a run in a hash chain, committed once a round."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from auction.errors import BrokenChainError, LedgerError
from auction.folder_lock import FolderLock
from auction.ledger_schema import SCHEMA_KEY, SCHEMA_VERSION, TABLES, check_schema
from auction.rows import CHAINS, GENESIS, Event, Head, Row, Stored, Table, appended, chain_hash, checked_to

FILE_NAME: Final = "ledger.sqlite"

_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)
"""What comes of reading a file that is damaged, or was never a ledger."""


def created(table: str) -> str:
    """Return the SQL that makes a table of a ledger unless it is there."""
    kinds = {int: "INTEGER", str: "TEXT"}
    (key, kind), *others = TABLES[table]
    columns = [f"{key} {kinds[kind]} PRIMARY KEY", *(f"{name} {kinds[of]} NOT NULL" for name, of in others)]
    return f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)}) STRICT"


def inserted(table: str) -> str:
    """Return the SQL that puts a record into a table, or another one in the place of that with its key."""
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(TABLES[table]))})"  # noqa: S608  a literal


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
                with self._connection:
                    self._check_schema()
                    for table in TABLES:
                        self._connection.execute(created(table))
                self._heads = {table: self._head(table) for table in CHAINS}
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise LedgerError(f"cannot write a ledger in {self._path.parent}: {error}") from None
            undo.pop_all()

    def _check_schema(self) -> None:
        """Refuse a file that another version of the schema was made of: nothing may be added to it."""
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        meta = dict(self._connection.execute("SELECT key, value FROM meta")) if found else {}
        if meta:
            check_schema(meta, str(self._path))

    def _head(self, table: Table) -> Head:
        query = f"SELECT seq, hash FROM {table} ORDER BY seq DESC LIMIT 1"  # noqa: S608  a literal
        found = self._connection.execute(query).fetchone()
        return Head(*found) if found else Head()

    @property
    def fingerprint(self) -> str:
        """Hash of the last event."""
        return self._heads["events"].hash

    def name(self, meta: dict[str, str]) -> None:
        """Write down what names the run: code version, scenario, seed.

        Raises:
            LedgerError: if it cannot be written.
        """
        with self._transaction():
            rows = [(SCHEMA_KEY, str(SCHEMA_VERSION)), *sorted(meta.items())]
            self._connection.executemany(inserted("meta"), rows)

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
            heads = [self._append("events", events), self._append("telemetry", telemetry)]
        self._heads = dict(zip(CHAINS, heads, strict=True))

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

    def _append(self, table: Table, events: Iterable[Event]) -> Head:
        """Insert rows at the end of a chain, and return its head."""
        rows, head = appended(self._heads[table], events)
        if not rows:
            return head
        self._connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608  a literal
        self._connection.execute(inserted("heads"), (table, head.length, head.hash))
        return head


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
        """Yield the rows in order, checking the chain on the way; a writer may go on meanwhile.

        Raises:
            BrokenChainError: at the first row that does not hold together.
        """
        query = f"SELECT seq, round, time_ms, kind, body, hash FROM {table} ORDER BY seq"  # noqa: S608  a literal
        return checked_to(table, self._head(table), self._read(query, table))

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
        check_schema(meta, str(path))
        return meta

    def _head(self, table: Table) -> Head:
        """Return the head of a chain, read before its rows: the chain may have grown since."""
        try:
            found = self._connection.execute("SELECT length, hash FROM heads WHERE chain = ?", (table,)).fetchone()
        except _UNREADABLE as error:
            raise LedgerError(f"the heads of the chains cannot be read: {error}") from None
        return Head(*found) if found else Head()

    def _read(self, query: str, table: Table) -> Iterator[Stored]:
        last = 0
        try:
            for row in self._connection.execute(query):
                last = row[0]
                yield row
        except _UNREADABLE as error:
            raise BrokenChainError(table, last + 1, f"cannot be read: {error}") from None


__all__ = [
    "FILE_NAME",
    "GENESIS",
    "Event",
    "Ledger",
    "LedgerReader",
    "Row",
    "Table",
    "chain_hash",
    "created",
    "inserted",
]
