from dataclasses import replace

from solvernet.report.run_view import RunView
from solvernet.report.venues import venues
from tests.solvernet.report.reading import Node, parse, rows


def test_each_kind_and_chain_has_its_row_with_the_figures_of_the_summary(view: RunView) -> None:
    (table,) = parse(venues(view)).all("table")

    shown = [
        (row["Venue"].text(), row["Chain"].text(), *(_value(row[head].all("data")) for head in ("Orders", "Failed")))
        for row in rows(table)
    ]
    lines = view.summary.venues
    assert lines
    assert shown == [(line.kind.replace("_", " "), line.chain, line.orders, line.failed) for line in lines]


def test_causes_of_failed_orders_are_told_with_their_counts(view: RunView) -> None:
    (table,) = parse(venues(view)).all("table")

    line = next(line for line in view.summary.venues if line.failed)
    row = rows(table)[view.summary.venues.index(line)]
    for cause, count in line.by_cause.items():
        assert f"{cause.replace('_', ' ')} {count}" in row["Why"].text()


def test_a_run_without_orders_says_so(view: RunView) -> None:
    empty = replace(view, summary=view.summary.model_copy(update={"venues": ()}))

    assert "No order was awarded." in parse(venues(empty)).text()


def _value(found: list[Node]) -> float:
    (node,) = found
    return float(node.attributes["value"] or "nan")
