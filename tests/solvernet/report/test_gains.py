from dataclasses import replace

import pytest

from solvernet.report import gains
from solvernet.report.chronicle import RoundGain
from solvernet.report.run_view import RunView


def test_the_last_point_of_each_sum_is_the_summary_figure(view: RunView) -> None:
    data = gains.gain_picture(view).sheet["data"]

    last = {trace["name"]: trace["y"][-1] for trace in data if trace.get("yaxis") == "y2"}
    summary = view.summary
    assert last == {
        "first-best": pytest.approx(summary.first_best_usd, abs=0.01),
        "awarded": pytest.approx(summary.awarded_usd, abs=0.01),
        "delivered": pytest.approx(summary.surplus_usd, abs=0.01),
    }


def test_rounds_that_beat_the_router_are_owned_up_to(view: RunView) -> None:
    beaten = (RoundGain(1, view.start_ms, 100.0, 114.5), RoundGain(2, view.start_ms + 300_000, 50.0, 20.0))

    said = gains.gains(replace(view, gains=beaten))

    assert "the bids of 1 round beat it, by $14.50 at most" in said


def test_a_run_in_which_nothing_was_possible_says_so(view: RunView) -> None:
    summary = view.summary.model_copy(update={"first_best_usd": 0.0})

    said = gains.gain_picture(replace(view, summary=summary)).notice

    assert said == "No round could have given anybody anything."


def test_the_ideal_run_is_told_only_if_there_was_one(view: RunView) -> None:
    without = replace(view, summary=view.summary.model_copy(update={"ideal_surplus_usd": None}))

    assert "the same users gained $1,235" in gains.gains(view)
    assert "ideal run" not in gains.gains(without)


def test_the_work_of_the_router_is_told_with_its_bound(view: RunView) -> None:
    house = view.summary.house

    said = gains.gains(view)

    assert 0 < house.most <= house.work
    assert f"spent {house.work:,} units of work" in said
    assert f"stops after {house.nodes:,} nodes" in said
