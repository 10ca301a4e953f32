from dataclasses import replace

import pytest

from solvernet.report.bridges import bridges
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse, rows


def test_each_way_over_a_bridge_has_its_row(view: RunView) -> None:
    (table,) = parse(bridges(view)).all("table")

    lines = view.summary.bridges
    assert [row["From"].text() for row in rows(table)] == [line.source for line in lines] == ["ethereum", "rollup"]
    for row, line in zip(rows(table), lines, strict=True):
        (arrived,) = row["Arrived"].all("data")
        assert float(arrived.attributes["value"] or "nan") == pytest.approx(line.arrived)


def test_a_run_without_bridges_says_so(view: RunView) -> None:
    empty = replace(view, summary=view.summary.model_copy(update={"bridges": ()}))

    assert "No bridge joins the chains of this run." in parse(bridges(empty)).text()
