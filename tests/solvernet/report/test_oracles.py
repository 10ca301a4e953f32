from dataclasses import replace

import pytest

from solvernet.report.oracles import oracles
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse, rows


def test_each_feed_has_its_row_with_the_figures_of_the_summary(view: RunView) -> None:
    (table,) = parse(oracles(view)).all("table")

    lines = view.summary.oracles
    assert [row["Feed"].text() for row in rows(table)] == [line.feed for line in lines] == ["maker", "median"]
    for row, line in zip(rows(table), lines, strict=True):
        (worst,) = row["Worst error"].all("data")
        assert float(worst.attributes["value"] or "nan") == pytest.approx(line.error_percent_worst)


def test_a_run_whose_feeds_said_nothing_says_so(view: RunView) -> None:
    empty = replace(view, summary=view.summary.model_copy(update={"oracles": ()}))

    assert "No feed said anything." in parse(oracles(empty)).text()
