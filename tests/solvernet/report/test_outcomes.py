from solvernet.report import outcomes
from solvernet.report.palette import state_colour
from solvernet.report.run_view import RunView


def test_bars_over_time_add_up_to_the_summary(view: RunView) -> None:
    picture = outcomes.through_time(view)

    found = {trace["name"].replace(" ", "_"): sum(trace["y"]) for trace in picture.sheet["data"]}
    assert found == view.summary.by_state


def test_totals_are_those_of_the_summary(view: RunView) -> None:
    (trace,) = outcomes.in_total(view).sheet["data"]

    assert dict(zip((name.replace(" ", "_") for name in trace["y"]), trace["x"], strict=True)) == view.summary.by_state


def test_causes_are_those_of_the_summary(view: RunView) -> None:
    traces = outcomes.by_cause(view).sheet["data"]

    found = {name.replace(" ", "_"): x for trace in traces for name, x in zip(trace["y"], trace["x"], strict=True)}
    assert found == view.summary.unfilled_by_cause


def test_causes_of_one_layer_stand_together(view: RunView) -> None:
    causes = {"slippage": 3, "late": 2, "cancelled": 9, "no_liquidity": 5, "uneconomic": 1, "no_solution": 4}
    changed = outcomes.by_cause(_with(view, unfilled_by_cause=causes))

    assert changed.sheet["layout"]["yaxis"]["categoryarray"] == [
        "late",
        "uneconomic",
        "no liquidity",
        "slippage",
        "no solution",
        "cancelled",
    ]


def test_a_state_has_one_colour_in_both_pictures(view: RunView) -> None:
    stacked = {trace["name"]: trace["marker"]["color"] for trace in outcomes.through_time(view).sheet["data"]}
    (total,) = outcomes.in_total(view).sheet["data"]

    assert stacked == dict(zip(total["y"], total["marker"]["color"], strict=True))


def test_unfinished_intents_are_told_apart_from_endings(view: RunView) -> None:
    states = {"settling": 2, "filled": 1}

    assert outcomes.in_total(_with(view, by_state=states)).sheet["layout"]["yaxis"]["categoryarray"] == [
        "filled",
        "settling",
    ]
    assert state_colour("settling") != state_colour("filled")


def test_a_run_without_intents_says_so(view: RunView) -> None:
    assert "No intent was posted." in outcomes.outcomes(_with(view, intents=0))


def test_a_run_that_filled_everything_says_so(view: RunView) -> None:
    assert "Every intent was filled." in outcomes.outcomes(_with(view, unfilled_by_cause={}))


def _with(view: RunView, **changes: object) -> RunView:
    from dataclasses import replace

    return replace(view, summary=view.summary.model_copy(update=changes))
