from solvernet.report.provenance import provenance, sorted_out
from solvernet.report.run_view import RunView
from tests.solvernet.report.reading import parse


def test_a_description_is_sorted_by_what_is_real() -> None:
    text = "A bad day.\nReal: the price. Reconstructed: the gas\nof 13 March. Counterfactual: no rollups, and more."

    assert sorted_out(text) == (
        "A bad day.",
        [
            ("Real", "The price."),
            ("Reconstructed", "The gas of 13 March."),
            ("Counterfactual", "No rollups, and more."),
        ],
    )


def test_a_description_without_kinds_is_its_own_opening() -> None:
    assert sorted_out("All of it is made up. Not Real: see there.") == (
        "All of it is made up. Not Real: see there.",
        [],
    )


def test_the_scenario_is_told_in_full(view: RunView) -> None:
    description = view.outcome.engine.name.scenario.description
    section = parse(provenance(view))

    told = [item.text() for name in ("dt", "dd") for item in section.all(name)]
    assert len(told) == 6
    assert sorted(" ".join(told).lower().split()) == sorted(description.replace(":", "").lower().split())
