"""Ledgers that somebody, or a disk, has changed: the first row that does not hold together is named."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.errors import BrokenChainError, LedgerError
from auction.ledger import FILE_NAME, Event, Ledger, LedgerReader, Table, chain_hash

ROWS = 12
COLUMNS = ("seq", "round", "time_ms", "kind", "body", "hash")
Spoil = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a ledger of both chains."""
    folder = tmp_path_factory.mktemp("original")
    ledger = Ledger(folder)
    ledger.name({"seed": "1"})
    ledger.commit(
        [Event(i // 4, 1000 * i, f"kind.{i}", {"number": i, "name": "é"}) for i in range(ROWS)],
        [Event(i // 4, 10 * i, "wall", {"ms": i}) for i in range(ROWS)],
    )
    ledger.close()
    return folder


def spoilt(original: Path, folder: Path, spoil: Spoil) -> Path:
    """Return a copy of the ledger after somebody's work on it."""
    shutil.copytree(original, folder)
    with sqlite3.connect(folder / FILE_NAME) as connection:
        spoil(connection)
    connection.close()
    return folder


def found(folder: Path, table: Table = "events") -> BrokenChainError | None:
    reader = LedgerReader(folder)
    try:
        for _ in reader.rows(table):
            pass
    except BrokenChainError as error:
        return error
    finally:
        reader.close()
    return None


def _flipped(value: int | str, place: int, bit: int) -> int | str:
    """Return a value with one bit of one byte changed, still of its type."""
    if isinstance(value, int):
        return value ^ (1 << (place % 24))
    data = bytearray(value.encode())
    data[place % len(data)] ^= 1 << (bit % 7)
    return data.decode(errors="replace")


@pytest.mark.parametrize("column", COLUMNS)
@settings(max_examples=30, deadline=None)
@given(
    table=st.sampled_from(["events", "telemetry"]),
    row=st.integers(1, ROWS),
    place=st.integers(0, 63),
    bit=st.integers(0, 6),
)
def test_a_byte_changed_in_any_column_of_any_row_names_that_row(
    original: Path,
    tmp_path_factory: pytest.TempPathFactory,
    column: str,
    table: Table,
    row: int,
    place: int,
    bit: int,
) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (row,)).fetchone()
        if column == "seq":
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (row + 1000 + place, row))
        else:
            changed = _flipped(value, place, bit)
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (changed, row))

    error = found(spoilt(original, tmp_path_factory.mktemp("x") / "run", spoil), table)

    assert error is not None
    assert (error.table, error.row) == (table, row)
    assert str(error).startswith(f"{table} row {row}: ")


def _delete(row: int) -> Spoil:
    return lambda c: c.execute("DELETE FROM events WHERE seq = ?", (row,))


def _close_gap(row: int) -> Spoil:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM events WHERE seq = ?", (row,))
        connection.execute("UPDATE events SET seq = -seq")
        connection.execute("UPDATE events SET seq = -seq - (-seq > ?)", (row,))

    return spoil


def _swap(first: int, second: int) -> Spoil:
    def spoil(connection: sqlite3.Connection) -> None:
        for old, new in ((first, -1), (second, first), (-1, second)):
            connection.execute("UPDATE events SET seq = ? WHERE seq = ?", (new, old))

    return spoil


def _duplicate(row: int) -> Spoil:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE events SET seq = -seq - 1 WHERE seq > ?", (row,))
        connection.execute("UPDATE events SET seq = -seq WHERE seq < 0")
        rest = "round, time_ms, kind, body, hash"
        connection.execute(f"INSERT INTO events SELECT seq + 1, {rest} FROM events WHERE seq = ?", (row,))

    return spoil


def _body(text: str) -> Spoil:
    return lambda c: c.execute("UPDATE events SET body = ? WHERE seq = 5", (text,))


@pytest.mark.parametrize(
    ("spoil", "row", "says"),
    [
        pytest.param(_delete(5), 5, "is missing; the next row is 6", id="deleted"),
        pytest.param(_close_gap(5), 5, "does not match its hash", id="deleted and renumbered"),
        pytest.param(_swap(3, 4), 3, "does not match its hash", id="swapped"),
        pytest.param(_duplicate(5), 6, "does not match its hash", id="duplicated"),
        pytest.param(_body("{"), 5, "does not hold an event", id="no JSON"),
        pytest.param(_body("[" * 100_000), 5, "does not hold an event", id="too deep"),
        pytest.param(_body("0.5"), 5, "does not hold an event", id="a float"),
        pytest.param(_body("NaN"), 5, "does not hold an event", id="no number"),
        pytest.param(_body('"\\ud800"'), 5, "does not hold an event", id="half a character"),
        pytest.param(_body('{"name": "é", "number": 4}'), 5, "does not match its hash", id="other spelling"),
        pytest.param(lambda c: c.execute("DROP TABLE events"), 1, "cannot be read", id="no table"),
    ],
)
def test_a_broken_chain_names_its_first_bad_row(
    original: Path, tmp_path: Path, spoil: Spoil, row: int, says: str
) -> None:
    error = found(spoilt(original, tmp_path / "run", spoil))

    assert error is not None
    assert error.row == row
    assert says in str(error)


def test_brackets_in_a_text_are_no_nesting(tmp_path: Path) -> None:
    said = Event(1, 1, "solver.output", {"text": '"\\' + "[" * 4000, "list": [[]] * 500})
    ledger = Ledger(tmp_path)
    ledger.name({})
    ledger.commit([said])
    ledger.close()

    assert found(tmp_path) is None


def test_a_text_that_is_no_text_names_its_row(original: Path, tmp_path: Path) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE events SET kind = CAST(x'ff' AS TEXT) WHERE seq = 5")

    error = found(spoilt(original, tmp_path / "run", spoil))

    assert error is not None
    assert error.row == 5


def test_a_change_in_one_chain_leaves_the_other_whole(original: Path, tmp_path: Path) -> None:
    folder = spoilt(original, tmp_path / "run", lambda c: c.execute("UPDATE telemetry SET round = 9 WHERE seq = 2"))

    assert found(folder, "events") is None
    assert found(folder, "telemetry") is not None


def test_rows_rehashed_after_a_change_have_another_fingerprint(original: Path, tmp_path: Path) -> None:
    """The chain cannot tell a forged ledger from an honest one: the fingerprint can, and so can a replay."""

    def forge(connection: sqlite3.Connection) -> None:
        head = ""
        rows = connection.execute("SELECT seq, round, time_ms, kind, body, hash FROM events ORDER BY seq").fetchall()
        for seq, number, time_ms, kind, body, stored in rows:
            if seq < 5:
                head = stored
                continue
            event = Event(99 if seq == 5 else number, time_ms, kind, json.loads(body))
            head = chain_hash(head, event)
            connection.execute("UPDATE events SET round = ?, hash = ? WHERE seq = ?", (event.round, head, seq))
        connection.execute("UPDATE heads SET hash = ? WHERE chain = 'events'", (head,))

    folder = spoilt(original, tmp_path / "run", forge)

    assert found(folder) is None
    assert _fingerprint(folder) != _fingerprint(original)


@pytest.mark.parametrize("kept", [0, 5, ROWS - 1])
def test_rows_cut_off_at_the_end_are_missed(original: Path, tmp_path: Path, kept: int) -> None:
    folder = spoilt(original, tmp_path / "run", lambda c: c.execute("DELETE FROM events WHERE seq > ?", (kept,)))

    error = found(folder)

    assert error is not None
    assert (error.row, error.what) == (kept + 1, f"is missing; the chain had {ROWS} rows")
    assert found(folder, "telemetry") is None


def test_a_head_that_names_another_row_is_found_at_that_row(original: Path, tmp_path: Path) -> None:
    folder = spoilt(original, tmp_path / "run", lambda c: c.execute("UPDATE heads SET length = 7"))

    error = found(folder)

    assert error is not None
    assert (error.row, error.what) == (7, "is not the one that the head of its chain names")


def _fingerprint(folder: Path) -> str:
    reader = LedgerReader(folder)
    try:
        return reader.fingerprint()
    finally:
        reader.close()


def _fingerprint_of(file: Path) -> str:
    with sqlite3.connect(file) as connection:
        (found,) = connection.execute("SELECT hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    connection.close()
    return str(found)


@pytest.mark.parametrize("kept", [0, 10, 100, 4096, 5000, 8192, 12_288, 16_384])
def test_a_truncated_file_is_never_taken_for_a_whole_ledger(original: Path, tmp_path: Path, kept: int) -> None:
    whole = (original / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(whole[:kept])
    assert kept < len(whole)

    with pytest.raises(LedgerError):
        _read_all(tmp_path)


def _read_all(folder: Path) -> None:
    reader = LedgerReader(folder)
    try:
        for table in ("events", "telemetry"):
            for _ in reader.rows("events" if table == "events" else "telemetry"):
                pass
        reader.fingerprint()
    finally:
        reader.close()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_byte_of_the_file_never_raises_anything_but_a_ledger_error(
    original: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    content = bytearray((original / FILE_NAME).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (folder / FILE_NAME).write_bytes(bytes(content))

    try:
        _read_all(folder)
    except LedgerError:
        return
    assert _fingerprint(folder) == _fingerprint(original)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("not a database, but long enough to look like one" * 50)

    with pytest.raises(LedgerError, match="is not a ledger"):
        LedgerReader(tmp_path)


def test_a_database_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()

    with pytest.raises(LedgerError, match="is not a ledger"):
        LedgerReader(tmp_path)


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("0", "is not a ledger: there is no schema '0'"),
        ("one", "is not a ledger: there is no schema 'one'"),
        ("1", "has schema 1, this version reads 2: bring it up to date with solvernet migrate"),
        ("3", "has schema 3, this version reads 2: read it with a later one"),
    ],
)
def test_a_ledger_of_another_schema_is_refused_and_left_alone(
    original: Path, tmp_path: Path, version: str, says: str
) -> None:
    folder = spoilt(
        original, tmp_path / "run", lambda c: c.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (version,))
    )

    before = (folder / FILE_NAME).read_bytes()

    for opened in (LedgerReader, lambda path: Ledger(path, goes_on=True)):
        with pytest.raises(LedgerError, match=says):
            opened(folder)
    assert _fingerprint_of(folder / FILE_NAME) == _fingerprint(original)
    assert len((folder / FILE_NAME).read_bytes()) == len(before)


def test_a_reader_never_changes_the_file(original: Path) -> None:
    before = (original / FILE_NAME).read_bytes()

    _read_all(original)

    assert (original / FILE_NAME).read_bytes() == before
