from dataclasses import replace

from solvernet.report.run_view import RunView
from solvernet.report.validation import validation
from solvernet.validation import CLASSES, SettlementVerdict, TurnedVerdict, Validation
from tests.solvernet.report.reading import parse, rows


def test_the_counts_of_the_summary_are_shown_for_every_class(view: RunView) -> None:
    found = view.summary.validation
    assert found is not None
    (table, *_) = parse(validation(view)).all("table")

    shown = [int(row["Count"].all("data")[0].attributes["value"] or "") for row in rows(table)]

    assert shown == [found.counts[kind] for kind in CLASSES]
    assert found.counts["valid"] > 0
    assert found.counts["unsettled"] > 0
    assert found.counts["violation"] == 0


def test_a_violation_is_listed_with_what_chains_show_and_an_unsettled_fill_is_not(view: RunView) -> None:
    broken = SettlementVerdict(fill="1.x.0.0", verdict="violation", code="venue_calls", detail="another <venue>")
    quiet = SettlementVerdict(fill="1.y.0.0", verdict="unsettled", code="not_settled", detail="due")
    turn = TurnedVerdict(time_ms=1, fill="1.z.0.0", before="valid: settled", after="undecidable: pending")
    found = Validation(counts=dict.fromkeys(CLASSES, 1), found=(broken, quiet), turned=(turn,))

    made = validation(replace(view, summary=view.summary.model_copy(update={"validation": found})))

    _, listing, turned = parse(made).all("table")
    assert [row["Fill"].text() for row in rows(listing)] == ["1.x.0.0"]
    assert [row["What chains show"].text() for row in rows(listing)] == ["another <venue>"]
    assert [row["Fill"].text() for row in rows(turned)] == ["1.z.0.0"]


def test_a_run_without_awards_says_so(view: RunView) -> None:
    empty = Validation(counts=dict.fromkeys(CLASSES, 0))

    made = validation(replace(view, summary=view.summary.model_copy(update={"validation": empty})))

    assert "Nothing was awarded" in parse(made).text()
