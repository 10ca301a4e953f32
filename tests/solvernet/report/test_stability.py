from dataclasses import replace

import pytest

from intents.lifecycle import Cause
from risk.stability import Operation
from solvernet.report import stability
from solvernet.report.run_view import RunView
from solvernet.report.stability import Weights, weigh
from solvernet.settlements_due import settlements
from tests.solvernet.report.reading import parse, rows


@pytest.fixture
def weights(view: RunView) -> Weights:
    return weigh([*view.outcome.engine.recorder.operations, *settlements(view.outcome.engine, view.outcome.ideal)])


def test_lost_weights_are_those_of_the_summary(view: RunView, weights: Weights) -> None:
    total: dict[str, int] = {}
    for found in weights.lost.values():
        for cause, weight in found.items():
            total[cause] = total.get(cause, 0) + weight

    assert {cause: weight / 10**6 for cause, weight in total.items()} == view.summary.stability.lost_usd


def test_every_bar_is_whole(view: RunView, weights: Weights) -> None:
    traces = stability.by_class(view, weights).sheet["data"]

    assert [sum(parts) for parts in zip(*(trace["x"] for trace in traces), strict=True)] == pytest.approx(
        [100.0] * len(traces[0]["x"]), abs=0.01
    )


def test_the_good_part_is_the_figure_of_the_class(view: RunView, weights: Weights) -> None:
    good = stability.by_class(view, weights).sheet["data"][0]

    figures = [value for value in view.summary.stability.classes.values() if value is not None]
    assert good["x"] == pytest.approx([100 * value for value in figures], abs=0.001)


def test_tables_have_every_figure_of_the_summary(view: RunView) -> None:
    page = parse(stability.stability(view))

    measured = view.summary.stability
    for kind, value in measured.classes.items():
        assert page.value(f"due.{kind}") == measured.due[kind]
        assert value is None or page.value(f"class.{kind}") == value
    for layer, value in measured.layers.items():
        assert value is None or page.value(f"layer.{layer}") == value


def test_classes_of_which_nothing_was_due_are_listed_without_a_figure(view: RunView) -> None:
    first = parse(stability.stability(view)).all("table")[0]

    shown = {row["Class of operation"].text(): row["EES"].text() for row in rows(first)}
    assert shown["margin call"] == "none due"


def test_weight_that_was_lost_is_told_by_class_and_cause() -> None:
    late = Operation(kind="exercise", name="a", due_ms=0, weight=30, good=10, cause=Cause.LATE)
    good = Operation(kind="exercise", name="b", due_ms=0, weight=70, good=70)

    weights = weigh([late, good])

    assert (weights.due, weights.lost) == ({"exercise": 100}, {"exercise": {"late": 20}})
    assert weights.part("exercise", "late") == 0.2
    assert weights.causes_of("consensus") == ["late"]


def test_a_run_without_an_ideal_one_says_that_settlements_have_no_figure(view: RunView) -> None:
    without = replace(view, outcome=replace(view.outcome, ideal=None))

    assert "the ideal run, which says what was due, was not made" in stability.stability(without)
    assert "was not made" not in stability.stability(view)
