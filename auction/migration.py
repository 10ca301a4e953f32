"""Bringing a ledger of an older schema up to date: a copy of it is kept, and it changes wholly or not at all.

The rows of its chains stay as they are, and with them the fingerprint; they are checked on the way.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auction.errors import LedgerError
from auction.folder_lock import FolderLock
from auction.ledger import FILE_NAME, created, inserted
from auction.ledger_schema import SCHEMA_KEY, SCHEMA_VERSION, UPGRADES, check_schema, schema_of
from auction.rows import Stored, Table

COPY_NAME: Final = "ledger.schema-{}.sqlite"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of a ledger."""

    before: int
    """Schema it had."""

    after: int
    copy: str
    """Where it is kept as it was; empty if it was up to date."""


def migrate_file(folder: Path) -> Migrated:
    """Bring the ledger in a folder up to date.

    Raises:
        LedgerError: if there is none, it is of a later schema, its rows do not hold together, or somebody writes it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise LedgerError(f"no ledger in {folder}; give the folder that a run was written to")
    lock = FolderLock(folder)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            return _migrate(connection, path)
    except sqlite3.Error as error:
        raise LedgerError(f"{path} cannot be migrated: {error}") from None
    finally:
        lock.release()


def _migrate(connection: sqlite3.Connection, path: Path) -> Migrated:
    before = schema_of(_meta(connection, path), str(path))
    if before >= SCHEMA_VERSION:
        check_schema(_meta(connection, path), str(path))
        return Migrated(before, before, "")
    copy = path.with_name(COPY_NAME.format(before))
    _keep(connection, copy)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    for version in range(before, SCHEMA_VERSION):
        _upgrade(connection, version)
    connection.execute(inserted("meta"), (SCHEMA_KEY, str(SCHEMA_VERSION)))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=DELETE")
    return Migrated(before, SCHEMA_VERSION, str(copy))


def _keep(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy the whole ledger, with what was committed and not yet in its file; a copy that is there is whole."""
    if copy.exists():
        return
    part = copy.with_name(copy.name + ".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as target:
        connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(copy)


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Make a ledger of one schema one of the next, in the transaction that is open."""

    def rows(table: Table) -> Iterator[Stored]:
        query = f"SELECT seq, round, time_ms, kind, body, hash FROM {table} ORDER BY seq"  # noqa: S608  a literal
        return iter(connection.execute(query))

    upgrade = UPGRADES[version]
    for table in upgrade.tables:
        connection.execute(created(table))
    for table, records in upgrade.records(rows).items():
        connection.executemany(inserted(table), records)


def _meta(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    try:
        return dict(connection.execute("SELECT key, value FROM meta"))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise LedgerError(f"{path} is not a ledger: {error}") from None
