"""Bringing a ledger in PostgreSQL up to date: all in one transaction, the copy that is kept included."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema, CreateTable

from auction.errors import LedgerError
from auction.ledger_schema import SCHEMA_KEY, SCHEMA_VERSION, UPGRADES, check_schema, schema_of
from auction.migration import Migrated
from auction.postgres import COPY_SUFFIX, Address, engine, tables, take_lock, told
from auction.postgres_ledger import read_meta
from auction.rows import CHAINS, Stored, Table


def migrate_tables(address: Address) -> Migrated:
    """Bring the ledger of a run up to date.

    Raises:
        LedgerError: if there is none, it is of a later schema, its rows do not hold together, somebody writes it, or
            the database cannot be reached.
    """
    with (
        told(f"{address.text} cannot be migrated"),
        closing(engine(address, "SERIALIZABLE").connect()) as connection,
        connection.begin(),
    ):
        take_lock(connection, address)
        meta = read_meta(connection, address)
        if meta is None:
            raise LedgerError(f"no ledger at {address.text}")
        before = schema_of(meta, address.text)
        if before >= SCHEMA_VERSION:
            check_schema(meta, address.text)
            return Migrated(before, before, "")
        copy = _keep(connection, address, before)
        for version in range(before, SCHEMA_VERSION):
            _upgrade(connection, address, version)
        held = tables(address.schema)["meta"]
        connection.execute(sa.update(held).where(held.c.key == SCHEMA_KEY).values(value=str(SCHEMA_VERSION)))
    return Migrated(before, SCHEMA_VERSION, copy)


def _keep(connection: sa.Connection, address: Address, version: int) -> str:
    """Copy the tables of a run, and return the address of the copy."""
    kept = Address(address.url, address.run + COPY_SUFFIX.format(version))
    source, target = tables(address.schema), tables(kept.schema)
    connection.execute(CreateSchema(kept.schema))
    for name in ("meta", *CHAINS):
        connection.execute(CreateTable(target[name]))
        connection.execute(sa.insert(target[name]).from_select(source[name].columns.keys(), sa.select(source[name])))
    return kept.text


def _upgrade(connection: sa.Connection, address: Address, version: int) -> None:
    """Make a ledger of one schema one of the next, in the transaction that is open."""
    held = tables(address.schema)

    def rows(table: Table) -> Iterator[Stored]:
        found = connection.execute(sa.select(held[table]).order_by(held[table].c.seq))
        return (cast("Any", tuple(row)) for row in found)

    upgrade = UPGRADES[version]
    for table in upgrade.tables:
        connection.execute(CreateTable(held[table]))
    for table, records in upgrade.records(rows).items():
        names = held[table].columns.keys()
        connection.execute(sa.insert(held[table]), [dict(zip(names, record, strict=True)) for record in records])
