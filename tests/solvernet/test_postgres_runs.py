"""Runs whose ledger is in PostgreSQL: the same fingerprints, and every command works from the folder that points."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from auction.errors import LedgerError
from solvernet import ledger_place
from solvernet.cli.app import BAD_INPUT, run_app
from solvernet.live_run import LiveRun
from solvernet.recording import read
from tests.postgres_server import Server
from tests.solvernet.killed_runs import Death, cut_text, died, resumed

LEAN = ["--no-ideal", "--no-report", "--json"]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "cut.toml"
    path.write_text(cut_text("calm-v1"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def in_file(scenario: Path) -> Path:
    """Return the folder of the run with its ledger in a file."""
    folder = scenario.parent / "file"
    assert run_app(["run", str(scenario), *LEAN, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def url(postgres: Server, request: pytest.FixtureRequest) -> str:
    return postgres.url(f"run {id(request)}")


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line with which a command is refused; it never holds the password."""
    capsys.readouterr()
    assert run_app(arguments) == BAD_INPUT
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "hush" not in lines[0]
    return lines[0]


def test_a_run_has_the_same_rows_in_a_database_and_all_commands_work_from_there(
    scenario: Path, in_file: Path, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"

    assert run_app(["run", str(scenario), *LEAN, "--out", str(folder), "--ledger", url]) == 0

    ours, theirs = read(folder), read(in_file)
    assert ours.rows == theirs.rows
    assert sorted(path.name for path in folder.iterdir()) == ["ledger.url", "summary.json"]
    assert "hush" not in (folder / "ledger.url").read_text()
    intent = next(row.event.body["intent_id"] for row in ours.rows if row.event.kind == "intent.received")  # type: ignore[index, call-overload]
    assert run_app(["replay", str(folder)]) == 0
    assert f"equal: {len(ours.rows)} events, fingerprint {ours.rows[-1].hash}" in capsys.readouterr().out
    for command in (["explain", str(intent)[:12]], ["conduct"], ["migrate"]):
        capsys.readouterr()
        found = [run_app([command[0], str(place), *command[1:]]) for place in (folder, in_file)]
        here, there = (text for text in _halves(capsys.readouterr().out))
        assert found == [0, 0]
        assert here == there
    assert "nothing to resume" in refused(["resume", str(folder)], capsys)
    assert "exists already" in refused(["run", str(scenario), "--out", str(folder), "--ledger", url], capsys)
    assert "exists already" in refused(["run", str(scenario), "--out", str(folder)], capsys)
    shutil.rmtree(folder)
    assert "exists already" in refused(["run", str(scenario), "--out", str(folder), "--ledger", url], capsys)
    assert not folder.exists()


def _halves(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    middle = len(lines) // 2
    return "\n".join(lines[:middle]), "\n".join(lines[middle:])


@pytest.mark.proof
@pytest.mark.parametrize("place", ["before", "inside", "after"])
def test_a_run_killed_at_a_commit_goes_on_from_the_database_even_if_its_folder_is_lost(
    scenario: Path, in_file: Path, tmp_path: Path, url: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert died(scenario, folder, Death(how="commit", at=6, place=place), url)  # type: ignore[arg-type]
    shutil.rmtree(folder)
    arguments = ["resume", str(folder), "--ledger", url, *LEAN]
    capsys.readouterr()

    assert run_app(arguments) == 0

    assert json.loads(capsys.readouterr().out)["fingerprint"] == read(in_file).rows[-1].hash
    assert read(folder).rows == read(in_file).rows


@pytest.mark.proof
@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2, 1.6, 2.0, 2.4])
def test_a_run_killed_by_the_clock_with_its_solvers_loses_nothing_from_the_database(
    scenario: Path, in_file: Path, tmp_path: Path, url: str, seconds: float
) -> None:
    if not died(scenario, tmp_path / "run", Death(how="clock", at=seconds), url):
        pytest.skip("it had ended before")

    found = resumed(tmp_path / "run")

    assert found.fingerprint == read(in_file).rows[-1].hash
    assert (found.lost, found.doubled, found.open_locks, found.unbalanced) == (0, 0, 0, 0)


def test_a_run_that_loses_its_server_ends_in_one_line_and_is_resumed_when_it_is_back(
    scenario: Path,
    in_file: Path,
    tmp_path: Path,
    postgres: Server,
    url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, rounds = tmp_path / "run", [0]
    hold = LiveRun._round

    async def losing(run: LiveRun) -> None:
        rounds[0] += 1
        if rounds[0] == 3:
            postgres.stop()
        await hold(run)

    monkeypatch.setattr(LiveRun, "_round", losing)
    try:
        line = refused(["run", str(scenario), *LEAN, "--out", str(folder), "--ledger", url], capsys)
        assert "solvernet resume goes on from there" in line
        assert "no ledger can be read at postgresql://" in refused(["resume", str(folder)], capsys)
    finally:
        postgres.start()
    monkeypatch.setattr(LiveRun, "_round", hold)
    before = len(read(folder).rows)

    assert run_app(["resume", str(folder), *LEAN]) == 0

    assert 0 < before < len(read(in_file).rows)
    assert read(folder).rows == read(in_file).rows


def test_a_server_that_is_not_there_leaves_no_folder_behind(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"postgresql://user:hush@/db?host={tmp_path}"

    line = refused(["run", str(scenario), "--out", str(tmp_path / "run"), "--ledger", nowhere], capsys)

    assert "No such file or directory" in line
    assert not (tmp_path / "run").exists()


def test_without_its_libraries_a_database_is_refused_in_one_line(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "auction.postgres", None)

    line = refused(["run", str(scenario), "--out", str(tmp_path / "run"), "--ledger", "postgresql://h/d"], capsys)

    assert "pip install 'solvernet[postgres]'" in line
    assert not (tmp_path / "run").exists()


def test_the_password_comes_from_the_environment_if_the_address_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra postgres is not installed")
    ledger_place.point(tmp_path, "postgresql://user@host/db?run=x")
    found = []
    for given in ("postgresql://user:hush@host/db", "postgresql://user:hush@elsewhere/db"):
        monkeypatch.setenv(ledger_place.VARIABLE, given)
        found.append(ledger_place._pointed(tmp_path).url.password)

    assert found == ["hush", None]


def test_a_folder_with_a_ledger_of_its_own_points_nowhere(in_file: Path) -> None:
    with pytest.raises(LedgerError, match="has a ledger of its own"):
        ledger_place.point(in_file, "postgresql://user@host/db?run=x")
    assert not ledger_place.is_elsewhere(in_file)
