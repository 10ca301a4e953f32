from dataclasses import replace

import pytest

from solvernet.report import leaderboard
from solvernet.report.chronicle import Crash, Suspension
from solvernet.report.leaderboard import COUNTS, MONEY
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse


def test_the_table_has_every_figure_of_the_summary(view: RunView) -> None:
    (table,) = parse(leaderboard.leaderboard(view)).all("table")

    shown = [{n.attributes["data-key"]: float(n.attributes["value"]) for n in row.all("data")} for row in _body(table)]
    assert shown == [line.model_dump(include={*COUNTS, *MONEY}) for line in view.summary.solvers]


def test_the_table_keeps_the_order_of_the_summary(view: RunView) -> None:
    (table,) = parse(leaderboard.leaderboard(view)).all("table")

    assert [row.all("td")[0].text() for row in _body(table)] == [line.solver for line in view.summary.solvers]


def test_dropped_bids_are_listed_by_code(view: RunView) -> None:
    first = view.summary.solvers[0].model_copy(update={"dropped": {"simulation": 7, "too_many": 1200}})
    changed = replace(view, summary=view.summary.model_copy(update={"solvers": (first,)}))

    (table,) = parse(leaderboard.leaderboard(changed)).all("table")

    assert _body(table)[0].all("td")[-1].text() == "simulation 7, too many 1,200"


def test_the_sum_of_each_solver_ends_at_its_figure(view: RunView) -> None:
    data = leaderboard.race(view).sheet["data"]

    served = {line.solver: line.surplus_usd for line in view.summary.solvers if line.fills}
    assert {trace["name"]: trace["y"][-1] for trace in data} == pytest.approx(served, abs=0.01)


def test_a_suspension_is_drawn_to_the_end_of_the_run_at_most(view: RunView) -> None:
    endless = Suspension("no-settle", view.start_ms + 1000, view.end_ms + 10**8, 1)

    bars, _ = leaderboard.kept_out(replace(view, suspensions=(endless,))).sheet["data"]

    assert bars["base"][0] + bars["x"][0] == view.end_ms


def test_suspensions_of_the_run_are_told(view: RunView) -> None:
    assert leaderboard.kept_out(view).notice == "In this run it happened to no-settle once."


def test_a_solver_that_failed_to_bid_is_marked(view: RunView) -> None:
    crashed = replace(view, suspensions=(), crashes=(Crash("greedy", view.start_ms + 1000, "took <too> long"),))

    picture = leaderboard.kept_out(crashed)

    assert picture.sheet["data"][1]["customdata"] == [["took &lt;too&gt; long"]]
    assert [key.label for key in picture.keys] == ["failed to bid"]


def test_a_run_without_trouble_has_no_picture_of_it(view: RunView) -> None:
    section = parse(leaderboard.leaderboard(replace(view, suspensions=(), crashes=())))

    assert "No solver was suspended, and none failed to bid." in section.text()
    assert "plot-suspensions" not in [node.attributes.get("id") for node in section.everything()]


def _body(table):
    return table.all("tbody")[0].all("tr")
