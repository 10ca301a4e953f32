"""The validator at work on a run whose blocks are taken back."""

from solvernet.inline import InlineRun, open_inline
from solvernet.validation import validation_of
from tests.solvernet.conftest import name_of
from tests.solvernet.killed_runs import cut_text

REORG = '\n[[faults]]\nkind = "reorg"\nchain = "rollup"\nat = 250\ndepth = 60\nshare = 1.0\n'
HASTY = 'caip2 = "eip155:901"\npreset = "rollup-2s"\ndemand = "counterfactual"\nproof_level = "{}"'


def ran(text: str) -> InlineRun:
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
    turned = validation_of(run.engine.validator, run.events).turned
    assert ("valid: settled", "undecidable: pending") in {(line.before, line.after) for line in turned}
