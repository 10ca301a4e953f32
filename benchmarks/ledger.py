"""The ledger against raw SQLite, and that in PostgreSQL against raw psycopg: group commits of the same bytes."""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
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


def postgres_ours(url: str, rounds: Sequence[Sequence[Event]]) -> float:
    """Return the seconds our ledger takes for the rounds in PostgreSQL."""
    from auction.postgres import address_of
    from auction.postgres_ledger import PostgresLedger

    ledger = PostgresLedger(address_of(url))
    start = time.perf_counter()
    for batch in rounds:
        ledger.commit(batch)
    seconds = time.perf_counter() - start
    ledger.close()
    return seconds


def postgres_raw(url: str, rounds: Sequence[Sequence[Event]], *, copies: bool) -> float:
    """Return the seconds that psycopg takes for the same rows, without hashes and canonical text.

    Args:
        url: A database.
        rounds: What to write.
        copies: Whether rows are copied, as our ledger does it, or inserted by `executemany`.
    """
    import psycopg

    ready = [[(e.round, e.time_ms, e.kind, canonical_bytes(e.body).decode(), "0" * 64) for e in b] for b in rounds]
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS raw")
        columns = "round BIGINT, time_ms BIGINT, kind TEXT, body TEXT, hash TEXT"
        cursor.execute(f"CREATE TABLE raw (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {columns})")
        start = time.perf_counter()
        for batch in ready:
            with connection.transaction():
                if copies:
                    with cursor.copy("COPY raw (round, time_ms, kind, body, hash) FROM STDIN") as copy:
                        for row in batch:
                            copy.write_row(row)
                else:
                    put = "INSERT INTO raw (round, time_ms, kind, body, hash) VALUES (%s, %s, %s, %s, %s)"
                    cursor.executemany(put, batch)
        return time.perf_counter() - start


def best(run: Callable[[], float], times: int) -> float:
    """Return the smallest of several measurements."""
    return min(run() for _ in range(times))


def in_a_folder(run: Callable[[Path, Sequence[Sequence[Event]]], float], rounds: Sequence[Sequence[Event]]) -> float:
    """Return a measurement in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), rounds)


def postgres_rows(rounds: Sequence[Sequence[Event]], times: int) -> list[Row]:
    """Return the rows on PostgreSQL; none, and a line that says so, without a server or its libraries."""
    from tests.postgres_server import binaries, server

    programs = binaries()
    if programs is None or find_spec("sqlalchemy") is None:
        print("ledger in PostgreSQL: skipped, PostgreSQL or the extra postgres is not installed", file=sys.stderr)
        return []
    rows = len(rounds) * ROWS
    with server(programs, is_durable=True) as found:
        a = best(lambda: postgres_ours(found.url("bench"), rounds), times)
        peers = {way: best(lambda: postgres_raw(found.url(), rounds, copies=way), times) for way in (True, False)}  # noqa: B023
    return [
        Row(
            f"ledger rows a second in PostgreSQL, peer {'copies' if copies else 'inserts'}",
            rows / a,
            rows / b,
            b / a,
            f"peer: raw psycopg, fsync and synchronous_commit on, {ROWS} rows a commit",
        )
        for copies, b in peers.items()
    ]


def measure(quick: bool) -> list[Row]:
    """Return the rows of this benchmark."""
    rounds = [events(number) for number in range(50 if quick else 300)]
    times = 3 if quick else 5
    # In turns, so that what else the machine does falls on both.
    pairs = [(in_a_folder(ours, rounds), in_a_folder(raw, rounds)) for _ in range(2 * times)]
    a, b = (min(seconds) for seconds in zip(*pairs, strict=True))
    rows = len(rounds) * ROWS
    return [
        Row(
            "ledger rows a second",
            rows / a,
            rows / b,
            b / a,
            f"peer: raw SQLite, WAL, synchronous=FULL, {ROWS} rows a commit",
        ),
        *postgres_rows(rounds, times),
    ]


if __name__ == "__main__":
    main("ledger", measure, __doc__)
