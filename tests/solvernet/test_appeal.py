"""A quarter of an hour with a solver that settles one win in three: its penalties judged anew from the ledger."""

import json
from pathlib import Path
from typing import Any

import pytest

from auction.errors import LedgerError
from auction.ledger import Event, Ledger
from solvernet.appeal import appeal
from solvernet.ban_table import ban_table
from solvernet.cli.app import run_app
from solvernet.explain import explain
from solvernet.inline import InlineRun, open_inline
from solvernet.simulate import Prepared, RunConfig, meta
from tests.solvernet.conftest import name_of, quarter_text

SPECS = 'specs = ["single-path", "greedy", "convex", "matcher"]'
TEXT = quarter_text(**{SPECS: 'specs = ["greedy", "faithless=no-settle?settles_every=3"]'})


@pytest.fixture(scope="module")
def faithless() -> InlineRun:
    run = open_inline(name_of(TEXT))
    run.drive()
    return run


@pytest.fixture(scope="module")
def folder(faithless: InlineRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("run"), faithless, faithless.events)


def written(path: Path, run: InlineRun, events: list[Event]) -> Path:
    ledger = Ledger(path)
    ledger.name(meta(Prepared(run.engine.name, TEXT), RunConfig(scenario="quarter", out=path)))
    ledger.commit(events)
    ledger.close()
    return path


def punished(run: InlineRun) -> dict[str, Any]:
    bodies = [e.body for e in run.events if e.kind == "fill.failed" and isinstance(e.body, dict)]
    return next(body for body in bodies if body["responsible"] == "solver")


def test_a_just_penalty_stands(folder: Path, faithless: InlineRun) -> None:
    found = appeal(folder, punished(faithless)["fill_id"])

    assert found.stands
    assert found.points[1].what == "faithless decided not to settle it and sent 0 transactions"


def test_a_penalty_that_was_written_into_the_ledger_does_not_stand(faithless: InlineRun, tmp_path: Path) -> None:
    made_up = {"slashed": "1", "detail": "made up"}
    forged = [
        Event(e.round, e.time_ms, e.kind, e.body | made_up)
        if e.kind == "fill.failed" and isinstance(e.body, dict)
        else e
        for e in faithless.events
    ]

    found = appeal(written(tmp_path, faithless, forged), punished(faithless)["fill_id"])

    assert [point.holds for point in found.points] == [True, True, False, True, False]
    assert not found.stands


def test_only_a_fill_that_somebody_was_punished_for_can_be_appealed(folder: Path) -> None:
    with pytest.raises(LedgerError, match="no fill that failed in this run begins with 'nothing'"):
        appeal(folder, "nothing")


def test_where_every_fault_suspends_the_ban_names_the_fill_and_how_to_contest_it(faithless: InlineRun) -> None:
    (line, *_) = ban_table(faithless.events)

    assert (line.solver, line.ban.code) == ("faithless", "fault")
    assert [fill.fill_id for fill in line.ban.fills] == [punished(faithless)["fill_id"]]
    assert "solvernet appeal RUN FILL" in line.ban.appeal


def test_the_command_says_why_an_intent_had_no_route(
    folder: Path, faithless: InlineRun, capsys: pytest.CaptureFixture[str]
) -> None:
    stories = [explain(folder, entry.intent_id) for entry in faithless.engine.auctioneer.book.entries()]
    story = next(s for s in stories if s.binding is not None and s.binding.constraint == "limit")
    bound = story.binding
    assert bound is not None
    assert bound.change is not None

    code = run_app(["explain", str(folder), story.intent_id, "--why", "--json"])

    told = json.loads(capsys.readouterr().out)["irreducible"]
    intent = faithless.engine.auctioneer.book[story.intent_id].intent
    assert code == 0
    assert told["round"] == bound.round
    assert "limit" in told["groups"]
    assert intent.limit < told["least_limit"] <= intent.limit + bound.change
