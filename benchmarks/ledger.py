"""The ledger against raw SQLite: group commits of the same bytes, a round each."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from auction.ledger import Event, Ledger
from benchmarks.harness import Row, main
from intents.canonical import canonical_bytes

ROWS = 200


def events(number: int) -> list[Event]:
    """Return the events of one round, of a size that real ones have."""
    return [
        Event(number, number * 1000 + i, "bid.checked", {"solver": f"s{i}", "text": "x" * 300}) for i in range(ROWS)
    ]


def ours(folder: Path, rounds: Sequence[Sequence[Event]]) -> float:
    """Return the seconds our ledger takes for the rounds."""
    ledger = Ledger(folder)
    start = time.perf_counter()
    for batch in rounds:
        ledger.commit(batch)
    seconds = time.perf_counter() - start
    ledger.close()
    return seconds


def raw(folder: Path, rounds: Sequence[Sequence[Event]]) -> float:
    """Return the seconds that SQLite takes for the same rows, without hashes and canonical text."""
    connection = sqlite3.connect(folder / "raw.sqlite")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE e (seq INTEGER PRIMARY KEY, round, time_ms, kind, body, hash)")
    ready = [[(e.round, e.time_ms, e.kind, canonical_bytes(e.body).decode(), "0" * 64) for e in b] for b in rounds]
    start = time.perf_counter()
    for batch in ready:
        with connection:
            connection.executemany("INSERT INTO e (round, time_ms, kind, body, hash) VALUES (?, ?, ?, ?, ?)", batch)
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def best(
    run: Callable[[Path, Sequence[Sequence[Event]]], float], rounds: Sequence[Sequence[Event]], times: int
) -> float:
    """Return the smallest of several measurements."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            found.append(run(Path(folder), rounds))
    return min(found)


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    rounds = [events(number) for number in range(50 if quick else 300)]
    times = 3 if quick else 5
    a, b = best(ours, rounds, times), best(raw, rounds, times)
    rows = len(rounds) * ROWS
    return [
        Row(
            "ledger rows a second",
            rows / a,
            rows / b,
            b / a,
            f"peer: raw SQLite, WAL, synchronous=FULL, {ROWS} rows a commit",
        )
    ]


if __name__ == "__main__":
    main("ledger", measure, __doc__)
