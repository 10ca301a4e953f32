"""A process that commits one round, begins a second one, and waits in the middle of it to be killed."""

import sys
from collections.abc import Iterator
from pathlib import Path

from auction.ledger import Event, Ledger
from auction.ledger_interface import LedgerWriter

FIRST = 40
SECOND = 5000


def first_round() -> list[Event]:
    """Return the events of the round that is committed."""
    return [Event(1, 1000 + i, "first", {"number": i}) for i in range(FIRST)]


def main(place: str, where: str) -> None:
    """Stop before the commit with all of the second round's events written (`commit`), or after it (`after`)."""
    ledger = _opened(place)
    ledger.name({"seed": "7"})
    ledger.commit(first_round(), [Event(1, 5, "wall", {"ms": 3})])
    second = (Event(2, 2000 + i, "second", {"text": "x" * 500}) for i in range(SECOND))
    ledger.commit(second, _stopping() if where == "commit" else ())
    _stop()


def _opened(place: str) -> LedgerWriter:
    """Return a ledger in a folder, or at the address of a database."""
    if not place.startswith("postgresql://"):
        return Ledger(Path(place))
    from auction.postgres import address_of
    from auction.postgres_ledger import PostgresLedger

    return PostgresLedger(address_of(place))


def _stopping() -> Iterator[Event]:
    """Yield no telemetry, and stop while the events of the round are already in the transaction."""
    _stop()
    yield Event(2, 6, "wall", {})


def _stop() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
