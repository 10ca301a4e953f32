"""Validation of recorded runs: a solver that cheats is found where the auctioneer's books are content."""

import json
from collections import Counter
from pathlib import Path

import pytest

from auction.errors import LedgerError
from auction.ledger import Ledger
from solvernet import __version__
from solvernet.cli.app import run_app
from solvernet.inline import InlineRun, open_inline
from solvernet.simulate import Prepared, RunConfig, meta
from solvernet.validation import validate, validation_of
from tests.solvernet.conftest import name_of
from tests.solvernet.killed_runs import cut_text

CHEAT = "solvers.adversaries.cheat:Cheat?way=detour,overcharge,skim"
TEXT = cut_text("calm-v1").replace('["single-path"]', f'["single-path", "{CHEAT}"]')


@pytest.fixture(scope="module")
def run() -> InlineRun:
    made = open_inline(name_of(TEXT))
    made.drive()
    return made


@pytest.fixture(scope="module")
def folder(run: InlineRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("run"), len(run.events))


def written(run: InlineRun, folder: Path, events: int) -> Path:
    """Write the first events of a run down as if it had been killed after them, and return the folder."""
    ledger = Ledger(folder)
    config = RunConfig(scenario="cut", out=folder)
    ledger.name(meta(Prepared(run.engine.name, TEXT), config))
    ledger.commit(run.events[:events])
    ledger.close()
    return folder


def test_every_way_to_cheat_is_found_and_nobody_else_is_accused(run: InlineRun) -> None:
    found = validation_of(run.engine.validator)
    delivered = {str(e.body["fill"]) for e in run.events if e.kind == "fill.delivered"}  # type: ignore[index, call-overload]
    broken = [each for each in found.found if each.verdict == "violation"]

    assert {each.code for each in broken} == {"amounts", "venue_calls"}
    assert {each.fill.split(".")[1] for each in broken} == {"cheat"}
    assert {each.fill for each in broken} <= delivered
    assert found.counts["valid"] == len(delivered) - len(broken)


def test_a_recorded_run_is_found_as_it_was_found_when_it_ran(
    run: InlineRun, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_app(["validate", str(folder), "--json"]) == 1

    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(validation_of(run.engine.validator).model_dump_json())


def test_the_first_rounds_can_be_looked_at_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_app(["validate", str(folder), "--rounds", "1"])

    text = " ".join(capsys.readouterr().out.split())
    assert "settlements against awards" in text
    assert "undecidable yet" in text
    assert (code == 1) == ("violations" in text)


def test_a_run_that_was_killed_is_validated_as_far_as_it_came(run: InlineRun, tmp_path: Path) -> None:
    last = max(i for i, event in enumerate(run.events) if event.kind == "fill.awarded" and event.round == 2)

    found = validate(written(run, tmp_path, last + 1))

    awarded = [e for e in run.events[: last + 1] if e.kind == "fill.awarded"]
    assert sum(found.counts.values()) == len(awarded)
    assert Counter(each.verdict for each in found.found)["undecidable"] > 0
    assert found.counts["missing"] == 0


def test_a_ledger_that_does_not_follow_from_its_inputs_is_not_validated(run: InlineRun, tmp_path: Path) -> None:
    forged = InlineRun.__new__(InlineRun)
    forged.engine = run.engine
    first, second, *rest = run.events
    forged.events = [first, type(second)(second.round, second.time_ms + 1, second.kind, second.body), *rest]

    with pytest.raises(LedgerError, match=r"row 3 .* see solvernet replay"):
        validate(written(forged, tmp_path, 3), rounds=1)


def test_a_ledger_of_another_version_is_not_validated(run: InlineRun, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    named = meta(Prepared(run.engine.name, TEXT), RunConfig(scenario="cut", out=tmp_path))
    ledger.name(named | {"version": "0.0.0"})
    ledger.commit(run.events[:1])
    ledger.close()

    with pytest.raises(LedgerError, match=f"written by version 0.0.0, this is {__version__}"):
        validate(tmp_path)
