"""The report of a run in which the scenario let things go wrong."""

from dataclasses import replace

import pytest

from solvernet.fault_table import FaultLine
from solvernet.report import gains, leaderboard, market, outcomes
from solvernet.report.bands import BAND, Band
from solvernet.report.faults import faults
from solvernet.report.html import render
from solvernet.report.plots import Panel, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Picture, picture
from tests.solvernet.report.reading import parse, rows

MINUTE_MS = 60_000


def _line(view: RunView, name: str, kind: str, minutes: tuple[int, int], **counts: object) -> FaultLine:
    from_ms, until_ms = (view.start_ms + minute * MINUTE_MS for minute in minutes)
    given = {"rounds": 1, "skipped": 0, "bids_lost": 0, "delivered": 0, "failed_by_cause": {}} | counts
    figure = {"gas_spike": "price × 20", "reorg": "3 blocks"}.get(kind, "")
    return FaultLine(name=name, kind=kind, target="rollup", from_ms=from_ms, until_ms=until_ms, figure=figure, **given)  # type: ignore[arg-type]


@pytest.fixture
def troubled(view: RunView) -> RunView:
    """The run as if it had had three faults, the last of which outlasts it."""
    lines = (
        _line(view, "dear", "gas_spike", (1, 4), delivered=3, failed_by_cause={"late": 2}),
        _line(view, "back <b>", "reorg", (4, 4)),
        _line(view, "down", "outage", (5, 10_000), failed_by_cause={"late": 1}),
    )
    return replace(view, summary=view.summary.model_copy(update={"faults": lines}))


def _pictures(view: RunView) -> list[Picture]:
    return [
        market.prices(view),
        market.fees(view),
        outcomes.through_time(view),
        gains.gain_picture(view),
        leaderboard.race(view),
        leaderboard.kept_out(view),
    ]


def test_every_picture_over_time_marks_every_fault(troubled: RunView) -> None:
    for found in _pictures(troubled):
        shapes = [shape for shape in found.sheet["layout"]["shapes"] if shape["name"] == BAND]  # type: ignore[index]
        marks = [note["text"] for note in found.sheet["layout"]["annotations"] if note.get("name") == BAND]  # type: ignore[index]

        assert [shape["type"] for shape in shapes] == ["rect", "line", "rect"]
        assert marks == ["1", "2", "3"]
        assert shapes[0]["x0"] == troubled.start_ms + MINUTE_MS
        assert shapes[-1]["x1"] == troubled.end_ms
        assert [key.label for key in found.keys if key.look == "band"] == ["faults, by number"]


def test_a_run_without_faults_has_no_bands_and_no_table(view: RunView) -> None:
    for found in _pictures(view):
        assert "shapes" not in found.sheet["layout"] or found.sheet["layout"]["shapes"] == []  # type: ignore[index,operator]
        assert not [key for key in found.keys if key.look == "band"]
    page = render(view.summary, view.outcome)
    assert 'id="faults"' not in page
    assert "#faults" not in page


def test_the_table_says_what_went_wrong_and_what_fell_into_its_time(troubled: RunView) -> None:
    (table,) = parse(faults(troubled)).all("table")

    found = [{head: cell.text() for head, cell in row.items()} for row in rows(table)]
    assert [row["No."] for row in found] == ["1", "2", "3"]
    assert [row["Fault"] for row in found] == ["dear", "back <b>", "down"]
    assert [row["What"] for row in found] == ["gas spike: price × 20", "reorg: 3 blocks", "outage"]
    assert [row["Lasts"] for row in found][:2] == ["3 min", "–"]
    assert [(row["Failed"], row["Why"]) for row in found] == [("2", "late 2"), ("0", "–"), ("1", "late 1")]


def test_the_section_names_the_fault_around_which_most_fills_failed(troubled: RunView) -> None:
    text = parse(faults(troubled)).text()

    assert "The scenario let 3 things go wrong: gas spike, reorg and outage." in text
    assert "Most fills failed around “dear”: 2 of 5 that were under way." in text


def test_the_page_leads_to_the_table(troubled: RunView) -> None:
    page = render(troubled.summary, troubled.outcome)

    assert '<a href="#faults">Faults</a>' in page
    assert page.index('id="glance"') < page.index('id="faults"') < page.index('id="market"')


def test_the_line_of_the_legend_hides_bands_and_no_trace(troubled: RunView) -> None:
    buttons = parse(picture(market.prices(troubled))).all("button")

    (band,) = [button for button in buttons if "data-bands" in button.attributes]
    assert band.attributes["data-traces"] == ""
    assert band.text() == "faults, by number"


def test_marks_that_begin_close_to_each_other_stand_in_rows() -> None:
    starts = (0, 10, 20, 500, 505)
    bands = [Band(mark=str(start), text="", start_ms=start, end_ms=start + 300) for start in starts]

    notes = over_time([], [Panel(heading="", height_px=100)], (0, 1000), bands)["layout"]["annotations"]  # type: ignore[index]

    shifts = [note["yshift"] for note in notes if note.get("name") == BAND]
    assert shifts == [0, -14, -28, 0, -14]
