"""The command line: what it prints, and one line for every bad input."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import solvernet
from auction.ledger import LedgerReader
from solvernet.cli.app import run_app
from solvernet.errors import ForeignPackageError
from solvernet.simulate import RunConfig
from solvernet.startup import check_packages

ROOT = Path(__file__).parents[2]
ROUTE = ["route", "calm-v1", "--at", "2020-03-11T13:00", "--want", "ETH-20MAR20-180-P"]


def bad(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that a refused command prints."""
    assert run_app(list(arguments)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("solvernet: ")
    return printed.err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "nowhere"], "no scenario 'nowhere'"),
        (["run", "calm-v1", "--window", "night"], "no window 'night'; it has whole, short"),
        (["run", "calm-v1", "--solver", "nobody"], "no solver 'nobody'; known are"),
        (["run", "calm-v1", "--solver", "missing.py:Mine"], "no such file"),
        (["run", "calm-v1", "--solver", "json:JSONDecoder"], "not a subclass of solvernet.Solver"),
        (["run", "calm-v1", "--solver", "greedy?markup=1"], "unexpected keyword argument 'markup'"),
        (["run", "calm-v1", "--bus", "pigeon"], "no bus 'pigeon'"),
        (["run", "calm-v1", "--broker", "http://localhost"], "mqtt://host:port"),
        (["run", "calm-v1", "--seed", "many"], "Invalid value for '--seed'"),
        (["run"], "Missing argument 'scenario'"),
        (["fly"], "No such command 'fly'"),
        (["replay", "nowhere"], "no ledger in nowhere"),
        (["explain", "nowhere", "abcd"], "no ledger in nowhere"),
        (["schema", "nothing"], "no message 'nothing'"),
        (["run", "calm-v1", "--solver", "auctioneer=greedy"], "no solver can be called 'auctioneer'"),
        ([*ROUTE, "--limit", "nan"], "Invalid value for '--limit': 'nan' is not a number from -1e+09 to 1e+09"),
        ([*ROUTE, "--limit", "5", "--quantity", "-1"], "'-1' is not a number from 0.01 to 1e+06"),
        ([*ROUTE, "--limit", "5", "--vol", "0"], "'0' is not a number from 0.01 to 100"),
        ([*ROUTE, "--limit", "5", "--least-success", "2"], "'2' is not a number from 0 to 1"),
        ([*ROUTE, "--limit", "5", "--tail-weight", "inf"], "'inf' is not a number from 0 to 100"),
    ],
)
def test_bad_input_gets_one_clear_line(capsys: pytest.CaptureFixture[str], arguments: list[str], line: str) -> None:
    assert line in bad(capsys, *arguments)


def test_what_cannot_be_written_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "taken.json").mkdir()
    monkeypatch.setattr("solvernet.graph_at.graph_at", lambda *_: None)
    monkeypatch.setattr("venues.graph_export.exported", lambda *_: "{}")
    where = str(tmp_path / "taken.json")

    assert f"{where} cannot be written: Is a directory" in bad(
        capsys, "graph", "calm-v1", "--at", "2020-03-11T13:00", "--out", where
    )


def test_a_file_that_is_no_ledger_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"hello")

    assert f"{tmp_path}/ledger.sqlite is not a ledger" in bad(capsys, "migrate", str(tmp_path))


@pytest.mark.parametrize(("has_begun", "line"), [(False, "interrupted"), (True, "solvernet resume {} goes on")])
def test_an_interrupted_run_says_how_to_go_on_if_there_is_anything_to_go_on_with(
    has_begun: bool,
    line: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def interrupted(config: RunConfig, *_: object, **__: object) -> None:
        if has_begun:
            config.out.mkdir()
            (config.out / "ledger.sqlite").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("solvernet.cli.run._run", interrupted)

    assert run_app(["run", "calm-v1", "--out", str(tmp_path / "run")]) == 130
    printed = capsys.readouterr().err
    assert line.format(tmp_path / "run") in printed
    assert has_begun == ("resume" in printed)


def test_the_command_line_does_not_wait_for_what_it_does_not_use() -> None:
    heavy = "print(sorted({'cvxpy', 'numba', 'scipy', 'networkx'} & set(sys.modules)))"
    code = f"import sys, solvernet.__main__, solvernet.cli.app; {heavy}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "[]\n"


def test_what_solver_authors_import_is_there() -> None:
    assert all(getattr(solvernet, name) for name in solvernet.__all__)
    assert not hasattr(solvernet, "Nothing")


def test_a_refused_run_leaves_nothing_behind(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad(capsys, "run", "calm-v1", "--window", "night", "--out", str(tmp_path / "run"))

    assert not (tmp_path / "run").exists()


def test_a_broker_that_is_down_is_said_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = bad(capsys, "run", "calm-v1", "--broker", "mqtt://127.0.0.1:9", "--out", str(tmp_path / "run"))

    assert "no MQTT broker at mqtt://127.0.0.1:9" in line


def test_a_run_prints_its_summary_as_json_and_can_be_explained(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, quarter_file: Path
) -> None:
    folder = tmp_path / "run"
    assert run_app(["run", str(quarter_file), "--json", "--no-ideal", "--out", str(folder)]) == 0
    summary = json.loads(capsys.readouterr().out)

    assert summary == json.loads((folder / "summary.json").read_text())
    assert sum(summary["by_state"].values()) == summary["intents"]
    assert (folder / "report.html").stat().st_size > 0
    assert run_app(["replay", str(folder)]) == 0
    assert summary["fingerprint"] in capsys.readouterr().out
    reader = LedgerReader(folder)
    received = [row.event.body for row in reader.rows() if row.event.kind == "intent.received"]
    reader.close()
    kept = 0
    for body in received:
        assert isinstance(body, dict)
        assert run_app(["explain", str(folder), str(body["intent_id"])[:12]]) == 0
        story = capsys.readouterr().out
        assert "received and admitted" in story
        kept += "what kept it: " in story
    ended = summary["by_state"]
    assert kept == summary["intents"] - ended["filled"] - ended["cancelled"] > 0


def test_a_folder_that_holds_a_run_is_not_overwritten(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, quarter_file: Path
) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"")

    assert "give another --out" in bad(capsys, "run", str(quarter_file), "--out", str(tmp_path))


@pytest.mark.parametrize("command", ["scenarios", "solvers"])
def test_lists_are_json_on_request(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run_app([command, "--json"]) == 0

    assert all(row["name"] for row in json.loads(capsys.readouterr().out))


def test_a_schema_describes_amounts_as_decimal_strings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(["schema", "submission"]) == 0

    text = capsys.readouterr().out
    assert json.loads(text)["$defs"]["Intent"]["properties"]["quantity"]["type"] == "string"


def test_a_foreign_package_called_intents_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    ours = sys.modules.pop("intents")
    try:
        with pytest.raises(ForeignPackageError, match="pip uninstall intents"):
            check_packages()
    finally:
        sys.modules["intents"] = ours


def test_our_own_package_passes_the_check() -> None:
    assert check_packages() is None


@pytest.mark.parametrize("bus", ["memory", "mqtt"])
def test_an_interrupted_run_ends_cleanly_and_keeps_its_rounds(tmp_path: Path, quarter_file: Path, bus: str) -> None:
    folder = tmp_path / "run"
    arguments = [sys.executable, "-m", "solvernet", "run", "black-thursday-v1", "--window", "demo", "--no-ideal"]
    arguments += ["--bus", bus, "--out", str(folder)]
    process = subprocess.Popen(
        arguments, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    _wait_for_round(folder, 2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 130
    assert errors.strip().endswith(f"solvernet resume {folder} goes on from there")
    reader = LedgerReader(folder)
    rounds = {row.event.round for row in reader.rows()}
    reader.close()
    assert max(rounds) >= 2
    assert not _children(process.pid)


def _wait_for_round(folder: Path, number: int) -> None:
    for _ in range(600):
        if (folder / "ledger.sqlite").exists():
            try:
                reader = LedgerReader(folder)
                rounds = [row.event.round for row in reader.rows()]
                reader.close()
                if rounds and max(rounds) >= number:
                    return
            except Exception:  # noqa: BLE001  the file is being made
                pass
        time.sleep(0.1)
    pytest.fail("the run did not get on")


def _children(session: int) -> list[str]:
    """Return the commands of processes that are still in a process's session or were started by it."""
    listing = subprocess.run(["ps", "-eo", "sid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    return [args for sid, parent, args in rows if str(session) in {sid, parent} and str(os.getpid()) != sid]


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app([]) == 0

    said = capsys.readouterr().out
    assert said.startswith("Usage: ")
    assert all(f"\n  {name} " in said for name in ("run", "replay", "explain", "graph"))


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(["--version"]) == 0

    assert capsys.readouterr().out == f"solvernet {solvernet.__version__}\n"
