"""Tables of a ledger, the same in every database that it is kept in, and how older ones become like them.

The first column of a table is its key, and no column may be empty. A ledger says in `meta` which schema it has.

Schema 1 had no heads: rows cut off at the end of a chain did not show.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auction.errors import LedgerError
from auction.rows import CHAINS, Head, Stored, Table, checked

SCHEMA_VERSION: Final = 2
SCHEMA_KEY: Final = "schema"

Columns = tuple[tuple[str, type[int] | type[str]], ...]
Record = tuple[int | str, ...]

_CHAIN: Final[Columns] = (
    ("seq", int),
    ("round", int),
    ("time_ms", int),
    ("kind", str),
    ("body", str),
    ("hash", str),
)

TABLES: Final[Mapping[str, Columns]] = {
    "meta": (("key", str), ("value", str)),
    "events": _CHAIN,
    "telemetry": _CHAIN,
    "heads": (("chain", str), ("length", int), ("hash", str)),
}


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What makes a ledger of one schema one of the next."""

    tables: tuple[str, ...]
    """Those that it lacks."""

    records: Callable[[Callable[[Table], Iterable[Stored]]], Mapping[str, Sequence[Record]]]
    """Returns what has to be put into them, from the rows of its chains, which are checked on the way."""


def _heads(rows: Callable[[Table], Iterable[Stored]]) -> Mapping[str, Sequence[Record]]:
    found = []
    for table in CHAINS:
        head = Head()
        for row in checked(table, rows(table)):
            head = Head(row.seq, row.hash)
        found.append((table, head.length, head.hash))
    return {"heads": found}


UPGRADES: Final[Mapping[int, Upgrade]] = {1: Upgrade(("heads",), _heads)}
"""By the schema that they begin with."""


def check_schema(meta: Mapping[str, str], place: str) -> None:
    """Do nothing if a ledger has the schema of this version.

    Raises:
        LedgerError: if it has another one.
    """
    version = schema_of(meta, place)
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"{place} has schema {version}, this version reads {SCHEMA_VERSION}: read it with a later one"
        )
    if version < SCHEMA_VERSION:
        found = f"{place} has schema {version}, this version reads {SCHEMA_VERSION}"
        raise LedgerError(f"{found}: bring it up to date with solvernet migrate")


def schema_of(meta: Mapping[str, str], place: str) -> int:
    """Return the schema of a ledger.

    Raises:
        LedgerError: if it holds no run, or says of no schema that there ever was.
    """
    if not meta:
        raise LedgerError(f"{place} holds no run: it was killed before it began; remove the folder and run again")
    version = meta.get(SCHEMA_KEY, "")
    if not version.isdecimal() or int(version) < min(UPGRADES):
        raise LedgerError(f"{place} is not a ledger: there is no schema {version!r}")
    return int(version)
