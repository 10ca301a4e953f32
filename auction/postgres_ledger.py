"""The ledger in a PostgreSQL database: the same rows and hashes as in a file, in a schema of its own for each run.

A writer holds a lock of its session, and everything it writes goes through that session: who has lost the connection
has lost the lock, and cannot commit any more. Should both fail, the key of the rows refuses a second writer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final, Literal

import psycopg
import sqlalchemy as sa
from psycopg.sql import SQL, Identifier
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateSchema, CreateTable, DropSchema

from auction.errors import LedgerError
from auction.ledger_schema import SCHEMA_KEY, SCHEMA_VERSION, Record, check_schema
from auction.postgres import Address, engine, tables, take_lock, told
from auction.rows import CHAINS, GENESIS, Event, Head, Row, Stored, Table, appended, checked_to

GOES_ON: Final = "what was committed stays, and solvernet resume goes on from there"

BATCH: Final = 1000
"""Rows that are read at a time."""


class PostgresLedger:
    """A ledger open for writing."""

    def __init__(
        self, address: Address, *, goes_on: bool = False, on_discard: Callable[[], None] | None = None
    ) -> None:
        """Open the ledger of a run, which must not be there yet, or with `goes_on` must.

        Args:
            address: Where it is.
            goes_on: Whether it goes on behind its last commit.
            on_discard: Called when it is taken away again, because no run came of it.

        Raises:
            LedgerError: if there is one already, or none; if a run that still lives writes it; if the database cannot
                be reached or written.
        """
        self._address = address
        self._tables = tables(address.schema)
        self._is_named = goes_on
        self._on_discard = on_discard
        with ExitStack() as undo, told(f"cannot write a ledger at {address.text}"):
            self._connection = engine(address, "SERIALIZABLE").connect()
            undo.callback(self._connection.close)
            self._driver = driver(self._connection)
            with self._connection.begin():
                self._check_encoding()
                take_lock(self._connection, address)
            with self._connection.begin():
                self._prepare(goes_on=goes_on)
                self._heads = {table: self._head(table) for table in CHAINS}
            undo.pop_all()

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
            self._connection.execute(sa.delete(self._tables["meta"]))
            self._connection.execute(sa.insert(self._tables["meta"]), [{"key": k, "value": v} for k, v in rows])
        self._is_named = True

    def forget(self) -> None:
        """Take the name off again: no run came of it."""
        with self._transaction():
            self._connection.execute(sa.delete(self._tables["meta"]))
        self._is_named = False

    def commit(self, events: Iterable[Event], telemetry: Iterable[Event] = ()) -> None:
        """Append a round's events and telemetry in one durable transaction: all of them, or none.

        Raises:
            LedgerError: if they cannot be written.
            TypeError: if a body is not canonical JSON.
        """
        with self._transaction():
            found = [self._append("events", events), self._append("telemetry", telemetry)]
            heads = dict(zip(CHAINS, found, strict=True))
            self._put_heads(heads)
        self._heads = heads

    def close(self) -> None:
        """Let go of the ledger and its lock; one without a name holds no run and is taken away again."""
        if not self._is_named:
            with suppress(LedgerError), self._transaction():
                self._connection.execute(DropSchema(self._address.schema, cascade=True))
            if self._on_discard is not None:
                self._on_discard()
        with suppress(SQLAlchemyError, psycopg.Error):
            self._connection.close()

    def _check_encoding(self) -> None:
        encoding = self._connection.execute(sa.text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise LedgerError(f"the database at {self._address.text} is in {encoding}; a ledger needs UTF8")

    def _prepare(self, *, goes_on: bool) -> None:
        """Make the tables of a run that begins, or check those of one that goes on."""
        meta = read_meta(self._connection, self._address)
        if goes_on:
            if meta is None:
                raise LedgerError(f"no ledger at {self._address.text}")
            check_schema(meta, self._address.text)
        elif meta:
            raise LedgerError(f"{self._address.text} exists already; give another --out folder, or another run")
        if meta is None:
            self._connection.execute(CreateSchema(self._address.schema))
            for table in self._tables.values():
                self._connection.execute(CreateTable(table))

    def _head(self, table: Table) -> Head:
        rows = self._tables[table]
        query = sa.select(rows.c.seq, rows.c.hash).order_by(rows.c.seq.desc()).limit(1)
        found = self._connection.execute(query).first()
        return Head(found.seq, found.hash) if found else Head()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do something in one transaction of the session that holds the lock, and in no other."""
        if self._connection.invalidated or self._driver.closed:
            lost = "the connection to PostgreSQL is lost, and the lock with it"
            raise LedgerError(f"the ledger cannot be written ({GOES_ON}): {lost}")
        with told(f"the ledger cannot be written ({GOES_ON})"), self._connection.begin():
            yield

    def _append(self, table: Table, events: Iterable[Event]) -> Head:
        """Insert rows at the end of a chain, and return its head."""
        rows, head = appended(self._heads[table], events)
        if rows:
            copy_rows(self._driver, self._address.schema, table, rows)
        return head

    def _put_heads(self, heads: Mapping[Table, Head]) -> None:
        """Write down the ends of the chains that have grown."""
        put = insert(self._tables["heads"])
        new = {"length": put.excluded.length, "hash": put.excluded.hash}
        records = [
            {"chain": table, "length": head.length, "hash": head.hash}
            for table, head in heads.items()
            if head != self._heads[table]
        ]
        if records:
            self._connection.execute(put.on_conflict_do_update(index_elements=["chain"], set_=new), records)


class PostgresReader:
    """A ledger open for reading."""

    def __init__(self, address: Address) -> None:
        """Open the ledger of a run.

        Raises:
            LedgerError: if there is none, it has another schema, or the database cannot be reached.
        """
        self._tables = tables(address.schema)
        with ExitStack() as undo, told(f"no ledger can be read at {address.text}"):
            self._connection = engine(address, "REPEATABLE READ").connect()
            undo.callback(self._connection.close)
            self._connection.execution_options(postgresql_readonly=True)
            with self._connection.begin():
                meta = read_meta(self._connection, address)
            if meta is None:
                raise LedgerError(f"no ledger at {address.text}")
            check_schema(meta, address.text)
            undo.pop_all()
        self.meta = meta

    def rows(self, table: Table = "events") -> Iterator[Row]:
        """Yield the rows in order as they stand now, checking the chain on the way.

        Raises:
            BrokenChainError: at the first row that does not hold together.
            LedgerError: if the database is lost meanwhile.
        """
        rows, heads = self._tables[table], self._tables["heads"]
        with told("the ledger cannot be read"), self._connection.begin():
            ends = self._connection.execute(sa.select(heads.c.length, heads.c.hash).where(heads.c.chain == table))
            head = Head(*(ends.first() or ()))
            slowly = self._connection.execution_options(yield_per=BATCH)
            with slowly.execute(sa.select(rows).order_by(rows.c.seq)) as found:
                yield from checked_to(table, head, (_stored(row) for row in found))

    def fingerprint(self) -> str:
        """Return the hash of the last event, as stored."""
        return self._last("hash") or GENESIS

    def last_kind(self) -> str:
        """Return the kind of the last event, as stored; nothing if there is none."""
        return self._last("kind")

    def close(self) -> None:
        """Let go of the ledger."""
        with suppress(SQLAlchemyError):
            self._connection.close()

    def _last(self, column: Literal["hash", "kind"]) -> str:
        events = self._tables["events"]
        query = sa.select(events.c[column]).order_by(events.c.seq.desc()).limit(1)
        with told("the last event cannot be read"), self._connection.begin():
            return str(self._connection.execute(query).scalar() or "")


def driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    """Return the connection of psycopg that one of the toolkit stands on."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError(f"psycopg is what a ledger talks to, not {type(found).__name__}")
    return found


def copy_rows(connection: psycopg.Connection[Any], schema: str, table: str, rows: Iterable[Record]) -> None:
    """Append rows to a table, inside the transaction that is open: twice as fast as to insert them."""
    query = SQL("COPY {} FROM STDIN").format(Identifier(schema, table))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in rows:
            copy.write_row(row)


def read_meta(connection: sa.Connection, address: Address) -> dict[str, str] | None:
    """Return what names a run; `None` if there are no tables of it."""
    if not sa.inspect(connection).has_table("meta", schema=address.schema):
        return None
    meta = tables(address.schema)["meta"]
    return {row.key: row.value for row in connection.execute(sa.select(meta.c.key, meta.c.value))}


def _stored(row: Sequence[Any]) -> Stored:
    seq, number, time_ms, kind, body, found = row
    return seq, number, time_ms, kind, body, found
