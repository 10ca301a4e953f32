"""Ledgers of an older schema are brought up to date, wholly or not at all; a real one of the first is at hand.

`schema-1.sqlite` is the ledger of ten minutes of a calm day, run with the version of commit 4bfade1.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from auction import migration
from auction.errors import BrokenChainError, LedgerError
from auction.ledger import FILE_NAME, Event, Ledger, LedgerReader
from auction.migration import Migrated, migrate_file
from tests.auction.killed_migrations import killed_at_lines

OLD = Path(__file__).parents[1] / "vectors" / "ledger" / "schema-1.sqlite"
FINGERPRINT = "afde4580aac26663568662468ed2d57d7c11f13dd873089ed94190eaefefe6f1"
"""As the old version printed it."""

EVENTS = 128


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(OLD, folder / FILE_NAME)
    return folder


def read(folder: Path) -> tuple[int, int, str]:
    reader = LedgerReader(folder)
    try:
        return len(list(reader.rows())), len(list(reader.rows("telemetry"))), reader.fingerprint()
    finally:
        reader.close()


def dump(file: Path) -> list[str]:
    """Return everything that stands in a database."""
    with sqlite3.connect(file) as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def test_an_old_ledger_is_refused_in_one_line_that_says_what_to_do(old: Path) -> None:
    with pytest.raises(LedgerError, match=r"has schema 1, this version reads 2: .* solvernet migrate"):
        LedgerReader(old)


def test_a_migrated_ledger_has_the_rows_and_the_fingerprint_it_had(old: Path) -> None:
    done = migrate_file(old)

    events, telemetry, fingerprint = read(old)
    assert done == Migrated(1, 2, str(old / "ledger.schema-1.sqlite"))
    assert (events, fingerprint) == (EVENTS, FINGERPRINT)
    assert telemetry > 0
    assert dump(old / "ledger.schema-1.sqlite") == dump(OLD)
    assert sorted(path.name for path in old.iterdir()) == ["ledger.schema-1.sqlite", FILE_NAME]


def test_a_migrated_ledger_is_like_one_that_was_written_so(old: Path, tmp_path: Path) -> None:
    migrate_file(old)
    reader = LedgerReader(old)
    events, telemetry = ([row.event for row in reader.rows(table)] for table in ("events", "telemetry"))
    ledger = Ledger(tmp_path / "new")
    ledger.name({key: value for key, value in reader.meta.items() if key != "schema"})
    ledger.commit(events, telemetry)
    ledger.close()
    reader.close()

    assert _contents(old) == _contents(tmp_path / "new")


def test_rows_that_are_cut_off_after_a_migration_are_missed(old: Path) -> None:
    migrate_file(old)
    with sqlite3.connect(old / FILE_NAME) as connection:
        connection.execute("DELETE FROM events WHERE seq > 100")
    connection.close()

    with pytest.raises(BrokenChainError, match=f"row 101: is missing; the chain had {EVENTS} rows"):
        read(old)


def test_what_a_killed_run_had_committed_and_not_yet_moved_to_its_file_is_migrated_too(old: Path) -> None:
    connection = sqlite3.connect(old / FILE_NAME)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    with connection:
        connection.execute("UPDATE telemetry SET round = round")
        connection.execute("INSERT INTO meta VALUES ('note', 'in the log of writes only')")
    killed = Path(shutil.copytree(old, old.parent / "killed"))
    connection.close()
    assert (killed / f"{FILE_NAME}-wal").stat().st_size > 0

    migrate_file(killed)

    reader = LedgerReader(killed)
    assert reader.meta["note"] == "in the log of writes only"
    reader.close()
    assert "in the log of writes only" in "".join(dump(killed / "ledger.schema-1.sqlite"))


def test_a_ledger_that_is_up_to_date_is_left_alone(old: Path) -> None:
    migrate_file(old)
    before = (old / FILE_NAME).read_bytes()

    assert migrate_file(old) == Migrated(2, 2, "")
    assert (old / FILE_NAME).read_bytes() == before


def test_a_broken_chain_is_not_migrated(old: Path) -> None:
    with sqlite3.connect(old / FILE_NAME) as connection:
        connection.execute("UPDATE events SET time_ms = time_ms + 1 WHERE seq = 50")
    connection.close()
    before = dump(old / FILE_NAME)

    with pytest.raises(BrokenChainError, match="events row 50"):
        migrate_file(old)

    assert dump(old / FILE_NAME) == before


def test_a_ledger_that_is_being_written_is_not_migrated(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)

    with pytest.raises(LedgerError, match="still lives"):
        migrate_file(tmp_path)
    ledger.close()


def test_a_newer_ledger_and_none_at_all_are_refused(old: Path, tmp_path: Path) -> None:
    with sqlite3.connect(old / FILE_NAME) as connection:
        connection.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
    connection.close()

    with pytest.raises(LedgerError, match="has schema 3, this version reads 2: read it with a later one"):
        migrate_file(old)
    with pytest.raises(LedgerError, match="no ledger in"):
        migrate_file(tmp_path)
    (old / FILE_NAME).write_text("not a database, but long enough to look like one" * 50)
    with pytest.raises(LedgerError, match="is not a ledger"):
        migrate_file(old)


def _small(folder: Path) -> Path:
    """Return a folder with a ledger of the first schema and few rows."""
    ledger = Ledger(folder)
    ledger.name({"seed": "7"})
    ledger.commit([Event(0, number, "test", {"number": number}) for number in range(3)])
    ledger.close()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        connection.execute("DROP TABLE heads")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    connection.close()
    return folder


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.proof)])
def test_a_migration_killed_at_any_line_leaves_the_old_ledger_or_the_new_one_and_can_be_done_again(
    tmp_path: Path, step: int
) -> None:
    original = _small(tmp_path / "original")
    whole = dump(original / FILE_NAME)
    folder = tmp_path / "run"
    deaths = killed_at_lines(migration.__file__, lambda: migrate_file(folder), step)
    schemas = []
    for _ in _afresh(deaths, original, folder):
        (schema,) = (line for line in dump(folder / FILE_NAME) if "'schema'" in line)
        schemas.append("'2'" in schema)
        assert schemas[-1] or dump(folder / FILE_NAME) == whole

        migrate_file(folder)

        assert read(folder)[0] == 3
        assert dump(folder / "ledger.schema-1.sqlite") == whole
        assert not list(folder.glob("*.part"))

    assert len(schemas) * step > 40
    assert schemas == sorted(schemas)
    assert set(schemas) == {False, True}


def _afresh(deaths: Iterator[int], original: Path, folder: Path) -> Iterator[int]:
    """Yield deaths, each after everything was set up anew."""
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(original, folder)
        death = next(deaths, None)
        if death is None:
            return
        yield death


def _contents(folder: Path) -> list[str]:
    """Return all tables and rows of a ledger, in an order of their own."""
    return sorted(" ".join(line.replace('"', "").split()).replace("( ", "(") for line in dump(folder / FILE_NAME))
