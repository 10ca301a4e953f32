"""A solver's failure costs it the round and nobody else anything."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from auction.ledger import Event
from solvernet.simulate import RunConfig, RunResult, prepare, run
from solvernet.summary import summarise
from tests.solvernet.conftest import quarter_text

HERE = Path(__file__).parent / "hostile.py"
Maker = Callable[..., RunConfig]


def run_with(config: RunConfig) -> RunResult:
    return asyncio.run(run(config, prepare(config)))


def faults(result: RunResult, name: str) -> list[str]:
    found: list[Event] = [event for event in result.outcome.events if event.kind == "solver.fault"]
    return [str(e.body["fault"]) for e in found if isinstance(e.body, dict) and e.body["solver"] == name]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("Crashing", "crashed: ended with exit code 3"),
        ("Raising", "failed: RuntimeError: no idea"),
        ("Exiting", "failed: SystemExit: bye"),
        ("Junk", "failed: TypeError: solve returned str, not a list of bids"),
    ],
)
def test_a_failure_is_one_line_and_the_others_go_on(quarter: Maker, kind: str, fault: str) -> None:
    result = run_with(quarter(solvers=(f"bad={HERE}:{kind}",)))

    assert set(faults(result, "bad")) == {fault}
    assert sum(line.fills for line in summarise(result.outcome).solvers if line.solver != "bad") > 0
    assert result.outcome.fingerprint_valid


@pytest.mark.parametrize("bus", ["memory", "mqtt"])
def test_one_that_does_not_come_back_is_killed_and_voids_the_fingerprint(tmp_path: Path, bus: str) -> None:
    scenario = tmp_path / "hasty.toml"
    scenario.write_text(quarter_text(**{"think_limit_s = 60.0": "think_limit_s = 4.0"}), encoding="utf-8")

    result = run_with(
        RunConfig(scenario=str(scenario), out=tmp_path / "run", solvers=(f"bad={HERE}:Looping",), ideal=False, bus=bus)
    )

    assert set(faults(result, "bad")) == {"killed: it did not come back"}
    assert not result.outcome.fingerprint_valid
    assert sum(line.fills for line in summarise(result.outcome).solvers) > 0


def test_one_that_eats_memory_runs_into_its_limit(tmp_path: Path) -> None:
    scenario = tmp_path / "small.toml"
    scenario.write_text(quarter_text(**{"memory_mb = 4096": "memory_mb = 1500"}), encoding="utf-8")

    result = run_with(
        RunConfig(scenario=str(scenario), out=tmp_path / "run", solvers=(f"bad={HERE}:Hungry",), ideal=False)
    )

    assert all("MemoryError" in fault or fault.startswith("crashed") for fault in faults(result, "bad"))
    assert faults(result, "bad")
    assert sum(line.fills for line in summarise(result.outcome).solvers) > 0


def test_what_a_solver_prints_does_not_disturb_its_bids(quarter: Maker) -> None:
    result = run_with(quarter(solvers=(f"loud={HERE}:Printing",)))

    assert faults(result, "loud") == []
    assert next(line.bids for line in summarise(result.outcome).solvers if line.solver == "loud") > 0
