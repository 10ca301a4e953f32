"""The ledger in PostgreSQL: the rows, hashes and promises of the one in a file, against a real server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auction.errors import BrokenChainError, LedgerError
from auction.ledger import Ledger, LedgerReader
from auction.rows import GENESIS, Event, Row
from tests.auction.ledger_writer import FIRST, SECOND, first_round
from tests.postgres_server import Server

sa = pytest.importorskip("sqlalchemy", reason="the extra postgres is not installed")

from auction import postgres, postgres_ledger, postgres_migration  # noqa: E402
from auction.migration import Migrated  # noqa: E402
from auction.postgres import Address, address_of  # noqa: E402
from auction.postgres_ledger import PostgresLedger, PostgresReader  # noqa: E402
from auction.postgres_migration import migrate_tables  # noqa: E402
from tests.auction.killed_migrations import killed_at_lines  # noqa: E402

WRITER = Path(__file__).with_name("ledger_writer.py")
AWKWARD = [
    Event(1, 2**53, "texts", {"é": "tab\t line\n back\\slash \0 \\N", "quote": "'\"", "far": "𝔘", "empty": ""}),
    Event(1, -1, "numbers", [0, -(2**70), 2**70, None, True, [], {}]),
]


@pytest.fixture
def address(postgres: Server, request: pytest.FixtureRequest) -> Address:
    return address_of(postgres.url(), f"{request.node.name[:30]} {id(request)}")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for a lock that will not be had."""
    monkeypatch.setattr(postgres, "LOCK_S", 0.1)


def written(address: Address, *rounds: list[Event]) -> PostgresLedger:
    """Return a ledger, still open, with some rounds committed."""
    ledger = PostgresLedger(address)
    ledger.name({"scenario": "test", "seed": "7"})
    for found in rounds:
        ledger.commit(found, [Event(1, 3, "wall", {"ms": 17})])
    return ledger


def read(address: Address, table: Any = "events") -> list[Row]:
    reader = PostgresReader(address)
    try:
        return list(reader.rows(table))
    finally:
        reader.close()


def tamper(address: Address, statement: str) -> list[Any]:
    """Do something to the tables of a run, `{}` in the statement, behind everybody's back."""
    engine = sa.create_engine(address.url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement.format(f'"{address.schema}"'))
        return list(result) if result.returns_rows else []


def test_the_rows_and_hashes_are_those_of_a_ledger_in_a_file(address: Address, tmp_path: Path) -> None:
    file = Ledger(tmp_path)
    file.name({"scenario": "test", "seed": "7"})
    for found in (AWKWARD, [], first_round()):
        file.commit(found, [Event(1, 3, "wall", {"ms": 17})])
    file.close()
    tables = written(address, AWKWARD, [], first_round())
    tables.close()

    theirs, ours = PostgresReader(address), LedgerReader(tmp_path)

    assert theirs.meta == ours.meta
    assert list(theirs.rows()) == list(ours.rows())
    assert list(theirs.rows("telemetry")) == list(ours.rows("telemetry"))
    assert theirs.fingerprint() == ours.fingerprint() == tables.fingerprint
    assert theirs.last_kind() == ours.last_kind() == "first"
    theirs.close()
    ours.close()


def test_an_empty_ledger_has_the_genesis_as_its_fingerprint_and_no_last_event(address: Address) -> None:
    written(address).close()
    reader = PostgresReader(address)

    assert (reader.fingerprint(), reader.last_kind(), list(reader.rows())) == (GENESIS, "", [])
    reader.close()


def test_commits_are_durable_whatever_the_database_is_set_to(address: Address) -> None:
    tamper(address, "ALTER ROLE solver SET synchronous_commit = off")
    ledger = written(address)
    found = {
        name: ledger._connection.execute(sa.text(f"SHOW {name}")).scalar()
        for name in ("synchronous_commit", "transaction_isolation")
    }
    ledger.close()
    tamper(address, "ALTER ROLE solver RESET synchronous_commit")

    assert found == {"synchronous_commit": "on", "transaction_isolation": "serializable"}


def test_a_round_that_cannot_be_written_leaves_nothing_behind_and_the_ledger_goes_on(address: Address) -> None:
    ledger = written(address, first_round())
    before = ledger.fingerprint
    with pytest.raises(TypeError, match="no floats"):
        ledger.commit([Event(2, 1, "good", {})], [Event(2, 1, "telemetry", 0.5)])  # type: ignore[arg-type]

    assert ledger.fingerprint == before
    assert len(read(address)) == FIRST
    ledger.commit([Event(2, 1, "good", {})])
    ledger.close()
    assert [row.event for row in read(address)] == [*first_round(), Event(2, 1, "good", {})]


def test_a_ledger_goes_on_behind_its_last_commit(address: Address) -> None:
    written(address, first_round()).close()

    again = PostgresLedger(address, goes_on=True)
    again.commit([Event(2, 1, "later", {})])
    again.close()

    assert [row.event for row in read(address)] == [*first_round(), Event(2, 1, "later", {})]
    assert read(address)[-1].hash == again.fingerprint


@pytest.mark.usefixtures("impatient")
def test_a_second_writer_is_refused_as_long_as_the_first_lives(address: Address) -> None:
    first = written(address, first_round())

    for goes_on in (False, True):
        with pytest.raises(LedgerError, match="a run that still lives writes to"):
            PostgresLedger(address, goes_on=goes_on)
    first.close()
    with pytest.raises(LedgerError, match="exists already; give another --out folder"):
        PostgresLedger(address)
    PostgresLedger(address, goes_on=True).close()


@pytest.mark.parametrize(
    ("where", "expected"), [("commit", FIRST), pytest.param("after", FIRST + SECOND, marks=pytest.mark.proof)]
)
def test_a_writer_killed_at_once_leaves_whole_rounds_and_its_lock(
    address: Address, where: str, expected: int, postgres: Server
) -> None:
    arguments = [sys.executable, str(WRITER), postgres.url(address.run), where]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        process.communicate(timeout=30)

    again = PostgresLedger(address, goes_on=True)
    again.commit([Event(3, 1, "later", {})])
    again.close()

    found = read(address)
    assert len(found) == expected + 1
    assert [row.event for row in found[:FIRST]] == first_round()
    assert len(read(address, "telemetry")) == 1


def test_who_lost_the_connection_cannot_write_any_more_and_nothing_is_doubled(address: Address) -> None:
    ledger = written(address, first_round())
    pids = tamper(address, "SELECT pid FROM pg_locks WHERE locktype = 'advisory'")
    tamper(address, f"SELECT pg_terminate_backend({pids[0][0]})")

    for _ in range(2):
        with pytest.raises(
            LedgerError, match=r"cannot be written \(what was committed stays, and solvernet resume"
        ) as e:
            ledger.commit([Event(2, 1, "lost", {"text": "content"})])
        assert "\n" not in str(e.value)
        assert "content" not in str(e.value)
    again = PostgresLedger(address, goes_on=True)
    with pytest.raises(LedgerError, match="the connection to PostgreSQL is lost, and the lock with it"):
        ledger.commit([Event(2, 1, "lost", {})])
    again.commit([Event(2, 1, "kept", {})])
    again.close()
    ledger.close()

    assert [row.event for row in read(address)] == [*first_round(), Event(2, 1, "kept", {})]


def test_should_the_lock_fail_the_key_of_the_rows_refuses_a_second_writer(address: Address) -> None:
    first = written(address, first_round())
    first._connection.execute(sa.text("SELECT pg_advisory_unlock_all()"))
    first._connection.commit()
    second = PostgresLedger(address, goes_on=True)
    second.commit([Event(2, 1, "second", {})])

    with pytest.raises(LedgerError, match="duplicate key"):
        first.commit([Event(2, 1, "first", {}), Event(2, 2, "first", {})])

    first.close()
    second.close()
    assert [row.event for row in read(address)] == [*first_round(), Event(2, 1, "second", {})]


def test_a_ledger_that_was_never_named_is_taken_away(address: Address) -> None:
    discarded: list[str] = []
    PostgresLedger(address, on_discard=lambda: discarded.append("gone")).close()
    forgotten = written(address)
    forgotten.forget()
    forgotten.close()

    assert discarded == ["gone"]
    assert tamper(address, f"SELECT 1 FROM pg_namespace WHERE nspname = '{address.schema}'") == []


def test_a_start_that_was_killed_before_its_run_had_a_name_is_in_nobodys_way(address: Address) -> None:
    started = PostgresLedger(address)
    started._connection.close()

    with pytest.raises(LedgerError, match="holds no run"):
        PostgresReader(address)
    written(address, first_round()).close()

    assert len(read(address)) == FIRST


def test_the_name_of_a_run_may_hold_anything_that_fits(postgres: Server) -> None:
    address = address_of(postgres.url(), "a run? 50 % #1 \"'; é {}")
    written(address, first_round()).close()

    assert address_of(address.text).run == address.run
    assert len(read(address)) == FIRST


@pytest.mark.parametrize("run", ["", "x" * 50, "é" * 25])
def test_a_name_that_does_not_fit_is_refused(run: str) -> None:
    with pytest.raises(LedgerError, match=r"cannot name a run in PostgreSQL: give \?run=NAME of 1 to 49 bytes"):
        address_of("postgresql://host/db", run)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:hush@host:5433/db?sslmode=require&password=hush",
        "postgres://user:hush@/db?host=/var/run&passfile=hush&run=y",
        "postgresql+psycopg://user@host/db?password=hush",
    ],
)
def test_the_text_of_an_address_finds_the_same_database_and_holds_no_secret(text: str) -> None:
    address = address_of(text, "x")

    again = address_of(address.text)

    assert "hush" not in address.text
    assert again.run == ("y" if "run=y" in text else "x")
    parts = ("username", "host", "port", "database")
    assert [getattr(again.url, part) for part in parts] == [getattr(address.url, part) for part in parts]


@pytest.mark.parametrize("text", ["hush", "mysql://u:hush@h/d", "postgresql://u:hush@h:port/d", "http://u:hush@h"])
def test_an_address_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(LedgerError, match="give postgresql://user@host/database") as error:
        address_of(text, "x")

    assert "hush" not in str(error.value)


def test_a_server_that_cannot_be_reached_is_one_line_without_the_password(tmp_path: Path) -> None:
    address = address_of(f"postgresql://user:hush@/db?host={tmp_path}", "x")

    for opened in (PostgresLedger, PostgresReader, migrate_tables):
        with pytest.raises(LedgerError, match="No such file or directory") as error:
            opened(address)
        assert "\n" not in str(error.value)
        assert "hush" not in str(error.value)


def test_a_database_that_cannot_hold_every_text_is_refused(address: Address) -> None:
    engine = sa.create_engine(address.url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        )

    with pytest.raises(LedgerError, match="is in LATIN1; a ledger needs UTF8"):
        PostgresLedger(Address(address.url.set(database="latin"), address.run))


@pytest.mark.parametrize(
    ("statement", "row", "says"),
    [
        ("UPDATE {}.events SET time_ms = time_ms + 1 WHERE seq = 5", 5, "does not match its hash"),
        ("DELETE FROM {}.events WHERE seq = 5", 5, "is missing; the next row is 6"),
        ("DELETE FROM {}.events WHERE seq > 30", 31, f"is missing; the chain had {FIRST} rows"),
        ("UPDATE {}.heads SET length = 7", 7, "is not the one that the head of its chain names"),
        ("DROP TABLE {}.events", 0, "cannot be read"),
    ],
)
def test_what_somebody_changed_is_found(address: Address, statement: str, row: int, says: str) -> None:
    written(address, first_round()).close()
    tamper(address, statement)

    with pytest.raises(LedgerError, match=says) as error:
        read(address)

    assert not row or (isinstance(error.value, BrokenChainError) and error.value.row == row)


def test_where_there_is_no_run_there_is_no_ledger(address: Address) -> None:
    for opened in (PostgresReader, lambda at: PostgresLedger(at, goes_on=True), migrate_tables):
        with pytest.raises(LedgerError, match="no ledger at postgresql://"):
            opened(address)


def _made_old(address: Address) -> Address:
    """Turn the ledger of a run into one of the first schema."""
    tamper(address, "DROP TABLE {0}.heads; UPDATE {0}.meta SET value = '1' WHERE key = 'schema'")
    return address


def test_an_old_ledger_is_refused_and_migrated_with_a_copy_kept(address: Address) -> None:
    written(address, first_round()).close()
    before = read(address)
    _made_old(address)
    for opened in (PostgresReader, lambda at: PostgresLedger(at, goes_on=True)):
        with pytest.raises(LedgerError, match="has schema 1, this version reads 2: bring it up to date"):
            opened(address)

    done = migrate_tables(address)

    assert done == Migrated(1, 2, address.text + ".schema-1")
    assert read(address) == before
    copy = address_of(done.copy)
    assert tamper(copy, "SELECT count(*), (SELECT value FROM {0}.meta WHERE key = 'schema') FROM {0}.events") == [
        (FIRST, "1")
    ]
    assert migrate_tables(address) == Migrated(2, 2, "")
    tamper(address, "DELETE FROM {}.events WHERE seq > 30")
    with pytest.raises(BrokenChainError, match="row 31: is missing"):
        read(address)


def test_a_newer_ledger_and_a_broken_one_are_not_migrated(address: Address) -> None:
    written(address, first_round()).close()
    tamper(address, "UPDATE {}.meta SET value = '3' WHERE key = 'schema'")
    for opened in (PostgresReader, migrate_tables):
        with pytest.raises(LedgerError, match="has schema 3, this version reads 2: read it with a later one"):
            opened(address)
    _made_old(address)
    tamper(address, "UPDATE {}.events SET round = 9 WHERE seq = 5")

    with pytest.raises(BrokenChainError, match="events row 5"):
        migrate_tables(address)

    assert tamper(address, "SELECT value FROM {}.meta WHERE key = 'schema'") == [("1",)]


@pytest.mark.parametrize("step", [30, pytest.param(1, marks=pytest.mark.proof)])
def test_a_migration_killed_at_any_line_leaves_the_old_ledger_or_the_new_one_and_can_be_done_again(
    postgres: Server, step: int
) -> None:
    addresses = (address_of(postgres.url(), f"killed {step} {number}") for number in range(1000))
    current = [_old_run(next(addresses))]
    outcomes = []
    for _ in killed_at_lines(postgres_migration.__file__, lambda: migrate_tables(current[-1]), step):
        address = current[-1]
        ((schema,),) = tamper(address, "SELECT value FROM {}.meta WHERE key = 'schema'")
        copies = tamper(address, f"SELECT 1 FROM pg_namespace WHERE nspname = '{address.schema}.schema-1'")
        outcomes.append((schema, len(copies)))

        migrate_tables(address)

        assert len(read(address)) == 3
        current.append(_old_run(next(addresses)))

    assert len(outcomes) * step > 25
    assert set(outcomes) <= {("1", 0), ("2", 1)}


def _old_run(address: Address) -> Address:
    written(address, first_round()[:3]).close()
    return _made_old(address)


def test_a_reader_sees_one_moment_of_a_run_that_goes_on(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_ledger, "BATCH", 10)
    ledger = written(address, first_round())
    reader = PostgresReader(address)

    found = _interrupted(reader.rows(), ledger)

    assert len(found) == FIRST
    assert len(list(reader.rows())) == FIRST + 1
    reader.close()
    ledger.close()


def _interrupted(rows: Iterator[Row], ledger: PostgresLedger) -> list[Row]:
    """Return all rows, with a commit after the first."""
    found = [next(rows)]
    ledger.commit([Event(2, 1, "later", {})])
    return [*found, *rows]
