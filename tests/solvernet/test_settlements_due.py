"""What was due and did not come: late intents came late, and those that never came count as well."""

import pytest

from intents.lifecycle import Cause
from risk.stability import Operation
from solvernet.ideal import IdealOutcome
from solvernet.inline import InlineRun, open_inline
from solvernet.settlements_due import settlements
from tests.solvernet.conftest import name_of, quarter_text

OUTAGE = """
[[faults]]
kind = "broker_outage"
at = 10
lasts_s = {lasts_s}
"""


def _run(lasts_s: int) -> InlineRun:
    found = open_inline(name_of(quarter_text() + OUTAGE.format(lasts_s=lasts_s)))
    found.drive()
    return found


@pytest.fixture(scope="module")
def due() -> IdealOutcome:
    """As if all that is asked for on a day without faults were due."""
    calm = open_inline(name_of(quarter_text()))
    calm.drive()
    entries = calm.engine.auctioneer.book.entries()
    return IdealOutcome(filled={entry.intent_id: entry.intent.quantity for entry in entries}, surplus=0)


def _lost(found: InlineRun, due: IdealOutcome) -> list[Operation]:
    return [operation for operation in settlements(found.engine, due) if not operation.good]


def test_an_intent_that_comes_past_its_deadline_came_late(due: IdealOutcome) -> None:
    lost = _lost(_run(1800), due)

    assert {operation.name for operation in lost} <= set(due.filled)
    assert Cause.LATE in {operation.cause for operation in lost}
    assert Cause.REJECTED not in {operation.cause for operation in lost}


def test_an_intent_that_never_comes_is_due_all_the_same(due: IdealOutcome) -> None:
    found = _run(10_000_000)
    lost = _lost(found, due)

    assert found.engine.auctioneer.book.entries() == ()
    assert {operation.name for operation in lost} == set(due.filled)
    assert {operation.cause for operation in lost} == {Cause.DROPPED}
    assert all(operation.weight > 0 for operation in lost)


def test_nothing_was_due_where_no_ideal_run_says_so(inline_run: InlineRun) -> None:
    assert settlements(inline_run.engine, None) == []
