"""The page on timelocks says what was measured, and what is measured is as it was."""

import json
from pathlib import Path

from solvernet import timelocks
from solvernet.timelock_tables import coverage_table, ladder_table, swap_table, tables

ROOT = Path(__file__).parents[2]
FOUND = json.loads((ROOT / "docs" / "results" / "timelocks.json").read_text(encoding="utf-8"))


def test_the_page_shows_the_tables_of_what_was_measured() -> None:
    page = (ROOT / "docs" / "explanation" / "timelocks.md").read_text(encoding="utf-8")

    for table in tables(FOUND):
        assert table in page


def test_ladders_are_measured_again_as_they_were() -> None:
    assert timelocks.ladders(timelocks.CALM_HOUR) == FOUND["ladders"]["calm"]


def test_every_trial_and_sender_was_measured() -> None:
    assert list(FOUND["swaps"]) == list(timelocks.trials())
    assert list(FOUND["coverage"]) == list(timelocks.senders())


def test_every_swap_of_a_trial_ended_somehow() -> None:
    swaps = {name: sum(row["outcomes"].values()) for name, row in FOUND["swaps"].items()}

    assert swaps == {name: trial.swaps for name, trial in timelocks.trials().items()}


def test_tables_of_a_few_numbers_worked_out_by_hand() -> None:
    row = {"price_gwei": 10.04, "foretold_s": 90.0, "longest_foretold_s": 173.0, "waited_s": 80.5, "covered": 0.98765}
    cells = {"public_withdrawals": 3, "public_cancellations": 0, "by_third_parties": 1, "ladder_s": 90}
    found = {
        "coverage": {"me": {"today": row}},
        "ladders": {"calm": {"length": 4335.6}, "spike": {"length": 4400.0}},
        "swaps": {"calm": {"outcomes": {"exchanged": 2}, **cells}},
    }

    assert coverage_table(found).splitlines()[-1] == "| me | today | 10 | 90 | 173 | 80.5 | 98.8 % |"
    assert ladder_table(found).splitlines()[-1] == "| length | 4335.6 | 4400 |"
    assert swap_table(found).splitlines()[-1] == "| calm | 2 | 0 | 0 | 0 | 0 | 0 | 3 | 0 | 1 | 2 |"
