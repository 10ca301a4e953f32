from dataclasses import replace

import pytest

from solvernet.report.rollups import rollups
from solvernet.report.run_view import RunView
from solvernet.rollup_table import RollupLine
from tests.solvernet.report.reading import parse, rows

LINE = RollupLine(
    chain="op",
    preset="op-stack",
    blocks=1_800,
    batches=24,
    in_blobs=20,
    kilobytes=18_506.9,
    posting_usd=12.5,
    proving_usd=0.0,
    safe_s_p50=116.0,
    safe_s_p99=220.0,
    final_s_p50=1_061.0,
    final_s_p99=None,
    not_safe=3,
    not_final=40,
    messages=0,
    promised_s_mean=1.03,
    lane_rounds=0,
    lane_usd=0.0,
)


def test_each_rollup_has_its_row_with_the_figures_of_the_summary(view: RunView) -> None:
    with_one = replace(view, summary=view.summary.model_copy(update={"rollups": (LINE,)}))
    (table,) = parse(rollups(with_one)).all("table")
    (row,) = rows(table)

    assert row["Rollup"].text() == "op"
    for column, value in (("Batches", 24), ("In blobs", 20), ("Posting", 12.5), ("Safe, 99 %", 220.0)):
        (datum,) = row[column].all("data")
        assert float(datum.attributes["value"] or "nan") == pytest.approx(value)
    assert row["Final, 99 %"].text() == row["Express lane"].text() == "–"


def test_a_run_without_rollups_that_post_says_so(view: RunView) -> None:
    assert "No chain of this run posts to another." in parse(rollups(view)).text()
