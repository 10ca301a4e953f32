"""Talking to PostgreSQL: addresses without their secrets, connections with limits, and errors in one line.

The database toolkit is imported by the modules `auction.postgres...` alone, and those only where a run is kept so.
"""

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from auction.errors import LedgerError
from auction.ledger_schema import TABLES

SCHEMES: Final = ("postgresql", "postgres", "postgresql+psycopg")
COPY_SUFFIX: Final = ".schema-{}"
"""Ends the name of the copy that is kept of a run of an older schema."""

_COPY: Final = re.compile(r"\.schema-\d\d?$")

LONGEST_NAME: Final = 63 - len(COPY_SUFFIX.format(99))
"""Bytes of a name in PostgreSQL, less what the name of a copy needs."""

PREFIX: Final = "run_"
"""Begins the name of the schema that holds a run, so that it can be none of the database's own."""

CONNECT_S: Final = 10
STATEMENT_S: Final = 120
LOCK_S: Final = 5
"""How long a writer waits for the lock: what a dead one needs to be noticed where both are on one machine."""

_SECRETS: Final = ("password", "passfile", "sslpassword", "sslkey", "oauth_client_secret")
_SESSION: Final = {
    "synchronous_commit": "on",
    "statement_timeout": f"{STATEMENT_S}s",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""Durable commits; and whoever does not answer for half a minute is dead, so that its lock is free."""

_NOT_AVAILABLE: Final = "55P03"
"""Code of an error: the lock was not to be had in time."""

_ALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a run is kept: a database, and a schema of its own in it."""

    url: sa.URL
    run: str

    @property
    def text(self) -> str:
        """The address without secrets, as it may be shown and written down."""
        url = self.url
        query = {key: value for key, value in url.query.items() if key not in _SECRETS} | {"run": self.run}
        bare = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
        return bare.render_as_string(hide_password=False)

    @property
    def schema(self) -> str:
        """Name of the schema that holds the run."""
        return PREFIX + self.run

    @property
    def lock_key(self) -> int:
        """Number of the lock that its writer holds."""
        return int.from_bytes(hashlib.sha256(self.schema.encode()).digest()[:8], "big", signed=True)


def address_of(text: str, run: str = "") -> Address:
    """Return the address that a URL gives; `run` names the run if the URL does not.

    Raises:
        LedgerError: if it is none of a PostgreSQL database; the text is not repeated, it may hold a password.
    """
    try:
        url = sa.make_url(text)
    except (SQLAlchemyError, ValueError):
        raise LedgerError("the address of the ledger is not a URL; give postgresql://user@host/database") from None
    if url.drivername not in SCHEMES:
        raise LedgerError(f"no ledger can be kept at {url.drivername}://; give postgresql://user@host/database")
    named = url.query.get("run", run)
    name = named if isinstance(named, str) else ""
    if not name or "\0" in name or len((PREFIX + _COPY.sub("", name)).encode()) > LONGEST_NAME:
        most = LONGEST_NAME - len(PREFIX)
        raise LedgerError(f"{name[:80]!r} cannot name a run in PostgreSQL: give ?run=NAME of 1 to {most} bytes")
    return Address(url.difference_update_query(["run"]).set(drivername="postgresql+psycopg"), name)


def engine(address: Address, isolation: str) -> sa.Engine:
    """Return an engine that opens one connection at a time and keeps none."""
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it warns of comes as an error too
    options = " ".join(f"-c {key}={value}" for key, value in _SESSION.items())
    limits: dict[str, Any] = {"connect_timeout": CONNECT_S, "options": options, "application_name": "solvernet"}
    return sa.create_engine(
        address.url,
        poolclass=sa.pool.NullPool,
        isolation_level=isolation,
        hide_parameters=True,
        connect_args=limits | _ALIVE,
    )


def tables(schema: str) -> Mapping[str, sa.Table]:
    """Return the tables of a ledger."""
    kinds = {int: sa.BigInteger, str: sa.Text}
    held = sa.MetaData(schema=schema)
    return {
        name: sa.Table(
            name,
            held,
            *(
                sa.Column(column, kinds[kind](), primary_key=not place, autoincrement=False, nullable=False)
                for place, (column, kind) in enumerate(columns)
            ),
        )
        for name, columns in TABLES.items()
    }


def take_lock(connection: sa.Connection, address: Address) -> None:
    """Take the lock of a run, for as long as the connection lives.

    Raises:
        LedgerError: if somebody else holds it.
    """
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_S}s'"))
    try:
        connection.execute(sa.select(sa.func.pg_advisory_lock(address.lock_key)))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_AVAILABLE:
            raise
        raise LedgerError(f"a run that still lives writes to {address.text}; wait until it ends, or stop it") from None


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn errors of the database into errors of the ledger, in one line that holds no secret and no content."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        raise LedgerError(f"{what}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, SQLAlchemyError):
        return f"PostgreSQL was not asked ({type(cause).__name__})"
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__
