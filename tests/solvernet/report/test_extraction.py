from dataclasses import replace

import pytest

from solvernet.extraction_table import AdversaryLine, ExtractionFigures, TransferLine
from solvernet.report.extraction import MOST_LINES, extraction
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse, rows

SANDWICH = TransferLine(taker="adversary.a", how="sandwich", loser="swapper.s", role="trader", blocks=2, usd=12.5)


def figures(count: int = 1) -> ExtractionFigures:
    line = AdversaryLine(
        adversary="adversary.a",
        kind="sandwich",
        transactions=4,
        reverted=1,
        took_usd=12.5,
        gas_usd=2.0,
        net_usd=10.5,
    )
    return ExtractionFigures(blocks=2, adversaries=(line,), transfers=(SANDWICH,) * count)


def with_figures(view: RunView, found: ExtractionFigures | None) -> RunView:
    return replace(view, summary=view.summary.model_copy(update={"extraction": found}))


def test_both_tables_hold_the_figures_of_the_summary(view: RunView) -> None:
    adversaries, transfers = parse(extraction(with_figures(view, figures()))).all("table")

    (row,) = rows(adversaries)
    assert row["Adversary"].text() == "adversary.a"
    values = [float(data.attributes["value"] or "nan") for cell in row.values() for data in cell.all("data")]
    assert values == [4, 1, 12.5, 2.0, 10.5]
    (row,) = rows(transfers)
    assert [row[head].text() for head in ("Taken by", "How", "Taken from", "Who that is")] == [
        "adversary.a",
        "sandwich",
        "swapper.s",
        "trader",
    ]


def test_the_lead_says_how_much_was_taken_from_whom(view: RunView) -> None:
    assert "changed 2 blocks, and took $12.50 from traders" in parse(extraction(with_figures(view, figures()))).text()


@pytest.mark.parametrize("count", [MOST_LINES, MOST_LINES + 5])
def test_no_more_than_the_largest_transfers_are_shown(view: RunView, count: int) -> None:
    _, transfers = parse(extraction(with_figures(view, figures(count)))).all("table")

    assert len(rows(transfers)) == MOST_LINES


def test_a_run_without_adversaries_says_so(view: RunView) -> None:
    assert "No adversary" in parse(extraction(with_figures(view, None))).text()
