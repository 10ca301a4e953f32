"""The validator at work on runs: blocks that are taken back, and solvers that settle something else than they won."""

from auction.validator.verdict import Verdict
from solvernet.inline import InlineRun
from solvernet.validation import validation_of
from tests.solvernet.conftest import name_of
from tests.solvernet.killed_runs import cut_text

REORG = '\n[[faults]]\nkind = "reorg"\nchain = "rollup"\nat = 250\ndepth = 60\nshare = 1.0\n'
HASTY = 'caip2 = "eip155:901"\npreset = "rollup-2s"\ndemand = "counterfactual"\nproof_level = "{}"'
PLAIN = 'specs = ["single-path"]'


def ran(text: str) -> InlineRun:
    from solvernet.inline import open_inline

    run = open_inline(name_of(text))
    run.drive()
    return run


def delivered(run: InlineRun) -> set[str]:
    """Return the fills that the auctioneer calls delivered."""
    return {str(e.body["fill"]) for e in run.events if e.kind == "fill.delivered"}  # type: ignore[index, call-overload]


def test_a_reorganisation_turns_what_was_matched_into_undecidable_until_it_is_matched_again() -> None:
    text = cut_text("calm-v1")
    assert HASTY.format("safe") in text
    text = text.replace(HASTY.format("safe"), HASTY.format("included"))

    run = ran(text + REORG)

    undone = {str(e.body["fill"]) for e in run.events if e.kind == "fill.undone"}  # type: ignore[index, call-overload]
    turns = run.engine.validator.turns
    assert undone
    assert {turn.before.fill_id for turn in turns if turn.before.kind == "valid"} >= undone
    assert {turn.after.code for turn in turns if turn.before.fill_id in undone} <= {"pending", "no_delivery", "no_lock"}
    assert {turn.time_ms - run.engine.name.window.start for turn in turns} == {250_000}
    verdicts = run.engine.validator.verdicts()
    assert {verdict.fill_id for verdict in verdicts if verdict.kind == "valid"} == delivered(run)
    turned = validation_of(run.engine.validator).turned
    assert ("valid: settled", "undecidable: pending") in {(line.before, line.after) for line in turned}


def test_a_solver_that_settles_something_else_is_found_where_the_books_are_content() -> None:
    cheat = "solvers.adversaries.cheat:Cheat?way=proxy,detour,overcharge,skim&accomplice=single-path"

    run = ran(cut_text("calm-v1").replace(PLAIN, f'specs = ["single-path", "{cheat}"]'))

    found = run.engine.validator.verdicts()
    broken = [verdict for verdict in found if verdict.kind == "violation"]
    assert {_solver(verdict) for verdict in broken} == {"cheat"}
    assert {verdict.code for verdict in broken} == {"amounts", "submitter", "venue_calls"}
    assert {verdict.fill_id for verdict in broken} <= delivered(run)
    assert not validation_of(run.engine.validator).is_clean


def _solver(verdict: Verdict) -> str:
    return verdict.fill_id.split(".")[1]
