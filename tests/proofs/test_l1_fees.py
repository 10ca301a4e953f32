"""The simulated L1 of 12 March 2020 says what fees were in hours that its demand was not fitted to."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from solvernet import calibrate, held_out

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "l1-fees.json"
SEEDS = 40


@pytest.mark.proof
def test_even_hours_foretell_odd_ones_and_demands_that_know_nothing_do_not() -> None:
    """Odd hours are then fitted to foretell even ones: fees hold, and what the count does is recorded as it is."""
    even, odd = (held_out.study(parity, calibrate.ROUNDS, SEEDS) for parity in (0, 1))

    RESULTS.write_text(json.dumps({"even": asdict(even), "odd": asdict(odd)}) + "\n", encoding="utf-8")
    assert even.failings() == ()
    assert all(even.failing_nulls().values())
    assert not [failure for failure in odd.failings() if "count" not in failure]
    assert all(odd.failing_nulls().values())
