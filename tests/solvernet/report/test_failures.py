from collections import Counter
from dataclasses import replace

import pytest

from solvernet.report import failures
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse, rows


def test_bars_count_the_failed_fills_by_cause_and_by_who_answers(view: RunView) -> None:
    data = failures.causes(view).sheet["data"]

    shown = {
        (cause, trace["name"]): number
        for trace in data
        for cause, number in zip(trace["y"], trace["x"], strict=True)
        if number
    }
    failed = view.summary.failed_fills
    assert shown == Counter((fill.cause.replace("_", " "), fill.responsible) for fill in failed)


def test_each_failed_fill_has_its_row(view: RunView) -> None:
    (table,) = parse(failures.failures(view)).all("table")

    shown = [(row["Intent"].text(), row["Solver"].text(), row["What happened"].text()) for row in rows(table)]
    assert shown == [(fill.intent_id[:12], fill.solver, fill.detail) for fill in view.summary.failed_fills]


def test_slashed_amounts_add_up_to_the_summary(view: RunView) -> None:
    (table,) = parse(failures.failures(view)).all("table")

    slashed = sum(float(row["Slashed"].all("data")[0].attributes["value"]) for row in rows(table))
    assert slashed == pytest.approx(sum(line.slashed_usd for line in view.summary.solvers))


def test_the_but_for_test_is_told_only_where_a_solver_is_responsible(view: RunView) -> None:
    own, weather = (
        view.summary.failed_fills[0].model_copy(update={"responsible": r}) for r in ("solver", "environment")
    )
    changed = replace(view, summary=view.summary.model_copy(update={"failed_fills": (own, weather)}))

    (table,) = parse(failures.failures(changed)).all("table")

    assert [row["Would have landed"].text() for row in rows(table)] == ["yes", "–"]


def test_failures_of_the_environment_alone_blame_nobody(view: RunView) -> None:
    weather = view.summary.failed_fills[0].model_copy(update={"responsible": "environment"})
    changed = replace(view, summary=view.summary.model_copy(update={"failed_fills": (weather,)}))

    assert failures.causes(changed).notice.startswith("Nobody is to blame")


def test_a_run_without_failures_says_so(view: RunView) -> None:
    changed = replace(view, summary=view.summary.model_copy(update={"failed_fills": (), "failed_by_cause": {}}))

    section = parse(failures.failures(changed))

    assert "Every fill that was awarded was delivered." in section.text()
    assert not section.all("figure")
