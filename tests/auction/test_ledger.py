import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.errors import LedgerError
from auction.ledger import FILE_NAME, GENESIS, Event, Ledger, LedgerReader, chain_hash
from intents.canonical import Json, canonical_bytes
from tests.auction.ledger_writer import FIRST, SECOND, first_round

WRITER = Path(__file__).with_name("ledger_writer.py")

bodies = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)
events = st.lists(
    st.builds(Event, st.integers(0, 9), st.integers(0, 2**53), st.sampled_from(["a", "b.c", 'é"\\']), bodies),
    max_size=6,
)


def written(folder: Path, *rounds: list[Event], telemetry: list[Event] | None = None) -> Ledger:
    """Return a ledger, still open, with some rounds committed; telemetry goes with the first."""
    ledger = Ledger(folder)
    ledger.name({"scenario": "test", "seed": "7"})
    for number, found in enumerate(rounds):
        ledger.commit(found, (telemetry or []) if number == 0 else [])
    return ledger


def read(folder: Path) -> list[Event]:
    reader = LedgerReader(folder)
    try:
        return [row.event for row in reader.rows()]
    finally:
        reader.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(events, max_size=4))
def test_what_was_committed_is_read_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[Event]]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    written(folder, *rounds).close()

    assert read(folder) == [event for found in rounds for event in found]


def test_each_hash_covers_the_row_before_it(tmp_path: Path) -> None:
    written(tmp_path, first_round()).close()
    reader = LedgerReader(tmp_path)
    rows = list(reader.rows())
    reader.close()

    heads = [GENESIS, *(row.hash for row in rows)]

    assert [row.hash for row in rows] == [chain_hash(head, row.event) for head, row in zip(heads, rows, strict=False)]


@given(st.text("0123456789abcdef", min_size=64, max_size=64), events)
def test_the_hash_is_that_of_the_canonical_bytes_of_all_of_it(previous: str, found: list[Event]) -> None:
    for event in found:
        whole: list[Json] = [previous, event.round, event.time_ms, event.kind, event.body]

        assert chain_hash(previous, event) == hashlib.sha256(canonical_bytes(whole)).hexdigest()


def test_the_fingerprint_is_the_last_hash_for_the_writer_and_for_the_reader(tmp_path: Path) -> None:
    ledger = written(tmp_path, first_round())
    ledger.close()
    reader = LedgerReader(tmp_path)
    last = list(reader.rows())[-1].hash

    assert ledger.fingerprint == reader.fingerprint() == last
    reader.close()


def test_the_same_events_have_the_same_fingerprint_however_they_were_cut_into_rounds(tmp_path: Path) -> None:
    events = first_round()
    whole = written(tmp_path / "whole", events)
    pieces = written(tmp_path / "pieces", events[:7], [], events[7:])

    assert whole.fingerprint == pieces.fingerprint
    whole.close()
    pieces.close()


def test_telemetry_does_not_touch_the_fingerprint(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", first_round())
    told = written(tmp_path / "told", first_round(), telemetry=[Event(1, 3, "wall", {"ms": 17})])

    assert plain.fingerprint == told.fingerprint
    plain.close()
    told.close()


def test_telemetry_has_a_chain_of_its_own(tmp_path: Path) -> None:
    telemetry = [Event(1, 3, "wall", {"ms": 17}), Event(1, 4, "wall", {"ms": 18})]
    written(tmp_path, first_round(), telemetry=telemetry).close()
    reader = LedgerReader(tmp_path)

    rows = list(reader.rows("telemetry"))
    reader.close()

    assert [row.event for row in rows] == telemetry
    assert rows[0].hash == chain_hash(GENESIS, telemetry[0])


def test_an_empty_ledger_has_the_genesis_as_its_fingerprint(tmp_path: Path) -> None:
    ledger = written(tmp_path)
    ledger.close()
    reader = LedgerReader(tmp_path)

    assert ledger.fingerprint == reader.fingerprint() == GENESIS
    reader.close()


def test_what_names_the_run_is_read_back(tmp_path: Path) -> None:
    written(tmp_path).close()
    reader = LedgerReader(tmp_path)

    assert reader.meta == {"schema": "2", "scenario": "test", "seed": "7"}
    reader.close()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    first = written(tmp_path, first_round())

    with pytest.raises(LedgerError, match="exists already; give another --out folder"):
        Ledger(tmp_path)

    first.commit([Event(2, 1, "later", {})])
    assert len(read(tmp_path)) == FIRST + 1
    first.close()


def test_a_folder_that_cannot_be_made_is_a_ledger_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LedgerError, match="cannot write a ledger in"):
        Ledger(tmp_path / "file" / "run")


def test_a_round_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    ledger = written(tmp_path, first_round())
    before = ledger.fingerprint
    bad = Event(2, 1, "telemetry", 0.5)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="no floats"):
        ledger.commit([Event(2, 1, "good", {})], [bad])

    assert ledger.fingerprint == before
    assert len(read(tmp_path)) == FIRST
    ledger.close()


def test_a_ledger_goes_on_after_a_round_that_could_not_be_written(tmp_path: Path) -> None:
    ledger = written(tmp_path, first_round())
    with pytest.raises(TypeError):
        ledger.commit([Event(2, 1, "good", {}), Event(2, 1, "bad", 0.5)])  # type: ignore[arg-type]

    ledger.commit([Event(2, 1, "good", {})])

    assert read(tmp_path) == [*first_round(), Event(2, 1, "good", {})]
    ledger.close()


def test_a_closed_ledger_cannot_be_written(tmp_path: Path) -> None:
    ledger = written(tmp_path)
    ledger.close()

    with pytest.raises(LedgerError, match="cannot be written"):
        ledger.commit([Event(2, 1, "late", {})])


def test_a_reader_sees_whole_rounds_while_the_writer_goes_on(tmp_path: Path) -> None:
    ledger = written(tmp_path, first_round())
    reader = LedgerReader(tmp_path)
    before = len(list(reader.rows()))

    ledger.commit([Event(2, 1, "later", {})])

    assert (before, len(list(reader.rows()))) == (FIRST, FIRST + 1)
    reader.close()
    ledger.close()


@pytest.mark.parametrize(("where", "expected"), [("commit", FIRST), ("after", FIRST + SECOND)])
def test_a_writer_killed_at_once_leaves_whole_rounds_only(tmp_path: Path, where: str, expected: int) -> None:
    arguments = [sys.executable, str(WRITER), str(tmp_path), where]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        process.communicate(timeout=30)

    found = read(tmp_path)

    assert len(found) == expected
    assert found[:FIRST] == first_round()
    reader = LedgerReader(tmp_path)
    assert len(list(reader.rows("telemetry"))) == 1
    reader.close()


def test_there_is_nothing_to_read_where_no_run_was_written(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="give the folder that a run was written to"):
        LedgerReader(tmp_path)


def test_the_name_of_a_folder_may_hold_anything(tmp_path: Path) -> None:
    folder = tmp_path / "a run? 50 % #1"
    written(folder, first_round()).close()

    assert (folder / FILE_NAME).is_file()
    assert read(folder) == first_round()


def test_a_closed_ledger_is_one_file_and_stays_so_when_it_is_read(tmp_path: Path) -> None:
    written(tmp_path, first_round()).close()

    LedgerReader(tmp_path).close()

    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_that_was_never_named_is_taken_away(tmp_path: Path) -> None:
    made, there = tmp_path / "new", tmp_path / "old"
    there.mkdir()
    (there / "notes.txt").write_text("mine")

    Ledger(made).close()
    Ledger(there).close()

    assert not made.exists()
    assert [path.name for path in there.iterdir()] == ["notes.txt"]
