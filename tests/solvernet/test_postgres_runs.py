"""Runs whose ledger is in PostgreSQL: the same fingerprints, and every command works from the folder that points."""

import io
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import pytest

from auction.errors import LedgerError
from auction.ledger import Ledger
from solvernet import ledger_place
from solvernet.cli.app import BAD_INPUT, run_app
from solvernet.inline import open_inline
from solvernet.live_run import LiveRun
from solvernet.recording import read
from solvernet.simulate import Prepared, RunConfig, meta
from tests.postgres_server import Server
from tests.solvernet.conftest import name_of
from tests.solvernet.killed_runs import Death, cut_text, died, resumed

LEAN = ["--no-ideal", "--no-report", "--json"]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "cut.toml"
    path.write_text(cut_text("calm-v1"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def in_file(scenario: Path) -> Path:
    """Return the folder of the same run, undisturbed, with its ledger in a file."""
    folder, text = scenario.parent / "file", scenario.read_text()
    run = open_inline(name_of(text))
    run.drive()
    ledger = Ledger(folder)
    ledger.name(meta(Prepared(run.engine.name, text), RunConfig(scenario="cut", out=folder)))
    ledger.commit(run.events)
    ledger.close()
    return folder


@dataclass(frozen=True, slots=True)
class Lost:
    """A run that lost its server in its third round, and was resumed when that was back."""

    folder: Path
    url: str
    said: tuple[str, str]
    """What the run said in the end, and what a resumption said while the server was away."""

    events: int
    """In its ledger when it had lost the server."""


@pytest.fixture(scope="module")
def lost(scenario: Path, postgres: Server) -> Lost:
    folder, url = scenario.parent / "lost", postgres.url("a run that loses its server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveRun, "_round", _losing(postgres))
        try:
            first = _refused(["run", str(scenario), *LEAN, "--out", str(folder), "--ledger", url])
            second = _refused(["resume", str(folder)])
        finally:
            postgres.start()
    events = len(read(folder).rows)
    assert run_app(["resume", str(folder), *LEAN]) == 0
    return Lost(folder, url, (first, second), events)


def _losing(postgres: Server) -> Callable[[LiveRun], Awaitable[None]]:
    """Return how rounds are held if the server is stopped before the third."""
    rounds, hold = [0], LiveRun._round

    async def losing(run: LiveRun) -> None:
        rounds[0] += 1
        if rounds[0] == 3:
            postgres.stop()
        await hold(run)

    return losing


def _refused(arguments: list[str]) -> str:
    """Return the one line with which a command is refused; it never holds the password."""
    said = io.StringIO()
    with redirect_stderr(said):
        assert run_app(arguments) == BAD_INPUT
    (line,) = said.getvalue().strip().splitlines()
    assert "hush" not in line
    return line


@pytest.fixture
def url(postgres: Server, request: pytest.FixtureRequest) -> str:
    return postgres.url(f"run {id(request)}")


def test_a_run_that_loses_its_server_says_so_in_one_line_and_ends_as_if_it_had_not(lost: Lost, in_file: Path) -> None:
    assert "solvernet resume goes on from there" in lost.said[0]
    assert "no ledger can be read at postgresql://" in lost.said[1]
    assert 0 < lost.events < len(read(in_file).rows)
    assert read(lost.folder).rows == read(in_file).rows
    assert [row.event.kind for row in read(lost.folder).telemetry].count("resumed") == 1


def test_all_commands_work_from_the_folder_that_points_there(
    lost: Lost, in_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = read(lost.folder).rows
    intent = next(row.event.body["intent_id"] for row in rows if row.event.kind == "intent.received")  # type: ignore[index, call-overload]

    assert sorted(path.name for path in lost.folder.iterdir()) == ["ledger.url", "summary.json"]
    assert "hush" not in (lost.folder / "ledger.url").read_text()
    assert run_app(["replay", str(lost.folder)]) == 0
    assert f"equal: {len(rows)} events, fingerprint {rows[-1].hash}" in capsys.readouterr().out
    for command in (["explain", str(intent)[:12]], ["conduct"], ["migrate"]):
        found = [run_app([command[0], str(place), *command[1:]]) for place in (lost.folder, in_file)]
        here, there = (text for text in _halves(capsys.readouterr().out))
        assert found == [0, 0]
        assert here == there


def test_a_run_that_is_there_is_neither_resumed_nor_written_over(scenario: Path, lost: Lost, tmp_path: Path) -> None:
    again = ["run", str(scenario), "--out"]

    assert "nothing to resume" in _refused(["resume", str(lost.folder)])
    assert "exists already" in _refused([*again, str(lost.folder), "--ledger", lost.url])
    assert "exists already" in _refused([*again, str(lost.folder)])
    assert "exists already" in _refused([*again, str(tmp_path / "new"), "--ledger", lost.url])
    assert not (tmp_path / "new").exists()


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


def test_a_server_that_is_not_there_leaves_no_folder_behind(scenario: Path, tmp_path: Path) -> None:
    nowhere = f"postgresql://user:hush@/db?host={tmp_path}"

    line = _refused(["run", str(scenario), "--out", str(tmp_path / "run"), "--ledger", nowhere])

    assert "No such file or directory" in line
    assert not (tmp_path / "run").exists()


def test_without_its_libraries_a_database_is_refused_in_one_line(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "auction.postgres", None)

    line = _refused(["run", str(scenario), "--out", str(tmp_path / "run"), "--ledger", "postgresql://h/d"])

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
