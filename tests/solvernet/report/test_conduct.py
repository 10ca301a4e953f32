import math
from dataclasses import replace

import pytest

from solvernet.report import conduct
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse, rows


def test_a_finding_is_told_as_an_observation(flagged: RunView) -> None:
    assert "Dependence is an observation, not a finding of collusion." in conduct.conduct(flagged)


def test_the_path_of_the_evidence_is_drawn_beside_the_line(flagged: RunView) -> None:
    line, path = conduct.evidence(flagged).sheet["data"]

    (flag,) = flagged.summary.flags
    assert line["y"] == [20.0, 20.0]
    assert path["x"] == [time_ms for time_ms, _ in flag["path"]]
    assert path["y"] == pytest.approx([math.exp(float(log_e)) for _, log_e in flag["path"]], rel=1e-3)


def test_only_the_last_evidence_of_an_instant_is_drawn(flagged: RunView) -> None:
    start = flagged.start_ms
    flag = flagged.summary.flags[0] | {"path": [[start, "0.0000"], [start, "1.0000"], [start + 1, "2.0000"]]}

    _, path = conduct.evidence(_with(flagged, flag)).sheet["data"]

    assert path["x"] == [start, start + 1]
    assert path["y"] == [2.718, 7.389]


def test_evidence_beyond_all_floats_is_still_drawn(flagged: RunView) -> None:
    flag = flagged.summary.flags[0] | {"path": [[flagged.start_ms, "-5000.0000"], [flagged.end_ms, "5000.0000"]]}

    low, high = conduct.evidence(_with(flagged, flag)).sheet["data"][1]["y"]

    assert 0 < low < 1e-5
    assert 1e290 < high < math.inf


def test_the_table_has_the_evidence_and_what_else_may_explain_it(flagged: RunView) -> None:
    (table,) = parse(conduct.conduct(flagged)).all("table")
    (row,) = rows(table)

    assert row["Pair"].text() == "greedy + no-settle"
    assert row["First seen"].text() == "12:05"
    assert (row["Auctions"].text(), row["Agreement"].text(), row["Correlation"].text()) == ("240", "0.2415", "0.7407")
    assert [item.text() for item in row["Other explanations"].all("li")] == [
        "shared software: no (greedy declared nothing, no-settle nothing)",
        "few auctions: no (240 joint auctions; 100 rule out a single episode)",
    ]


def test_the_strongest_pair_is_told_with_the_time_it_passed_the_line(flagged: RunView) -> None:
    # The log of the evidence starts at -1 and rises by a half each minute; log 20 is just below 3.
    assert "passed the line at 12:08 UTC" in conduct.evidence(flagged).notice


def test_a_run_without_findings_says_so(view: RunView) -> None:
    assert "No two solvers were found to bid in dependence." in conduct.conduct(view)


def test_without_findings_the_strongest_evidence_is_told(view: RunView) -> None:
    class Monitor:
        config = view.outcome.engine.conduct.config

        def log_e_values(self) -> dict[tuple[str, str], float]:
            return {("a", "b"): 0.5, ("a", "c"): math.log(3.0)}

    class Engine:
        conduct = Monitor()

    said = conduct._nothing_found(replace(view, outcome=replace(view.outcome, engine=Engine())))

    assert "2 pairs met often enough to be tested; the strongest evidence, on a and c, is an e-value of 3" in said


def _with(view: RunView, flag: object) -> RunView:
    return replace(view, summary=view.summary.model_copy(update={"flags": (flag,)}))
