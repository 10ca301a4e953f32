"""A run that was killed goes on to the end that it would have had, and what cannot go on is refused in one line."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from auction.ledger import FILE_NAME, Event, Ledger, LedgerReader
from solvernet.cli.app import BAD_INPUT, run_app
from solvernet.simulate import prepare_again
from tests.solvernet.killed_runs import Death, Whole, cut_text, died, resumed, whole


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "cut.toml"
    path.write_text(cut_text("calm-v1"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ended(scenario: Path) -> tuple[Path, Whole]:
    """Return the folder of a run that was not disturbed, and what it was like."""
    folder = scenario.parent / "ended"
    return folder, whole(scenario, folder)


@pytest.fixture(scope="module")
def dead(scenario: Path, ended: tuple[Path, Whole]) -> Path:
    """Return the folder of a run that was killed inside a commit, half-way through."""
    folder = scenario.parent / "dead"
    assert died(scenario, folder, Death(how="commit", at=ended[1].commits // 2, place="inside"))
    return folder


@pytest.fixture
def copied(dead: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(dead, tmp_path / "copy"))


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line with which a resumption is refused."""
    assert run_app(["resume", str(folder)]) == BAD_INPUT
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_run_killed_inside_a_commit_ends_with_the_same_fingerprint_and_replays(
    copied: Path, ended: tuple[Path, Whole], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_app(["resume", str(copied), "--no-ideal", "--no-report", "--json"]) == 0

    summary = json.loads(capsys.readouterr().out)
    assert summary["fingerprint"] == ended[1].fingerprint
    assert run_app(["replay", str(copied)]) == 0
    reader = LedgerReader(copied)
    marks = [row.event.kind for row in reader.rows("telemetry") if row.event.kind == "resumed"]
    reader.close()
    assert marks == ["resumed"]
    assert "-wal" not in "".join(path.name for path in copied.iterdir())


def test_a_run_killed_by_the_clock_with_its_solvers_loses_nothing(
    scenario: Path, ended: tuple[Path, Whole], tmp_path: Path
) -> None:
    assert died(scenario, tmp_path / "run", Death(how="clock", at=ended[1].seconds / 2))

    found = resumed(tmp_path / "run")

    assert found.fingerprint == ended[1].fingerprint
    assert (found.lost, found.doubled, found.open_locks, found.unbalanced) == (0, 0, 0, 0)


def test_a_run_killed_twice_takes_up_once_what_was_committed_before_its_receipt_went_out(
    scenario: Path, ended: tuple[Path, Whole], tmp_path: Path
) -> None:
    number = ended[1].receipts // 2
    assert died(scenario, tmp_path / "run", Death(how="receipt", at=number, place="before"))
    assert died(scenario, tmp_path / "run", Death(how="commit", at=5, place="after"))

    found = resumed(tmp_path / "run")

    assert found.receipts > number - 1
    assert found.fingerprint == ended[1].fingerprint
    assert (found.lost, found.doubled, found.open_locks, found.unbalanced) == (0, 0, 0, 0)


def test_a_log_of_writes_that_was_cut_anywhere_holds_whole_commits(dead: Path, tmp_path: Path) -> None:
    log = f"{FILE_NAME}-wal"
    size = (dead / log).stat().st_size
    whole_rows = rows(Path(shutil.copytree(dead, tmp_path / "whole")))
    for part in range(1, 12):
        folder = Path(shutil.copytree(dead, tmp_path / str(part), ignore=shutil.ignore_patterns("*-shm")))
        with (folder / log).open("r+b") as file:
            file.truncate(size * part // 12)

        found = rows(folder)

        assert found == whole_rows[: len(found)]
        assert len(found) < len(whole_rows)


def rows(folder: Path) -> list[str]:
    """Return the hashes of the events, after the repair that opening for writing makes; none if there are no tables."""
    ledger = Ledger(folder, goes_on=True)
    ledger.close()
    connection = sqlite3.connect(folder / FILE_NAME) if (folder / FILE_NAME).exists() else None
    if connection is None:
        return []
    found = [head for (head,) in connection.execute("SELECT hash FROM events ORDER BY seq")]
    connection.close()
    return found


def test_a_run_that_ended_has_nothing_to_resume(ended: tuple[Path, Whole], capsys: pytest.CaptureFixture[str]) -> None:
    before = (ended[0] / FILE_NAME).read_bytes()

    assert "nothing to resume" in refused(ended[0], capsys)
    assert (ended[0] / FILE_NAME).read_bytes() == before


def test_a_run_that_lives_cannot_be_resumed_beside_itself(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    living = Ledger(copied, goes_on=True)

    assert "still lives" in refused(copied, capsys)
    living.close()


def test_a_ledger_of_a_newer_schema_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(copied / FILE_NAME) as connection:
        connection.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
    connection.close()

    assert "has schema 3, this version reads 2" in refused(copied, capsys)


def test_a_ledger_of_another_version_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(copied / FILE_NAME) as connection:
        connection.execute("UPDATE meta SET value = '0.0.0' WHERE key = 'version'")
    connection.close()

    assert "written by version 0.0.0" in refused(copied, capsys)


def test_a_folder_without_a_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no ledger in" in refused(tmp_path, capsys)


def test_a_ledger_whose_run_was_killed_before_it_had_a_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite3.connect(tmp_path / FILE_NAME).close()
    (tmp_path / FILE_NAME).touch()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    connection.close()

    assert "killed before it began" in refused(tmp_path, capsys)


def test_a_run_that_does_not_start_leaves_no_ledger(scenario: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    arguments = ["run", str(scenario), "--broker", "mqtt://127.0.0.1:1", "--no-ideal", "--out", str(folder)]

    assert run_app(arguments) == BAD_INPUT
    assert not folder.exists()


def test_a_named_ledger_without_an_event_can_be_resumed(ended: tuple[Path, Whole], tmp_path: Path) -> None:
    with sqlite3.connect(ended[0] / FILE_NAME) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
    connection.close()
    ledger = Ledger(tmp_path / "run")
    ledger.name(meta)
    ledger.close()

    assert prepare_again(tmp_path / "run").is_begun


def test_a_ledger_goes_on_behind_its_last_commit(tmp_path: Path) -> None:
    first, second = Event(0, 1, "one", {}), Event(0, 2, "two", {})
    ledger = Ledger(tmp_path)
    ledger.name({"seed": "7"})
    ledger.commit([first], [first])
    ledger.close()

    again = Ledger(tmp_path, goes_on=True)
    again.commit([second])
    again.close()

    reader = LedgerReader(tmp_path)
    assert [row.event for row in reader.rows()] == [first, second]
    assert reader.fingerprint() == again.fingerprint
    reader.close()
