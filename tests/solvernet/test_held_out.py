"""Hours of 12 March 2020 that demand is not fitted to, with few rounds and seeds.

The strict form is in `tests/proofs/test_l1_fees.py`.
"""

from dataclasses import replace

import numpy as np
import pytest

from solvernet import held_out
from solvernet.held_out import Study
from solvernet.market_data import Row

PRICES = 4


@pytest.fixture(scope="module")
def study() -> Study:
    return held_out.study(0, rounds=4, seeds=3)


def test_fees_of_odd_hours_are_foretold_from_even_ones(study: Study) -> None:
    model = study.scores["model"]

    assert max(model.chance[:PRICES]) <= 0.001
    assert min(model.rank[:PRICES]) > 0.85
    assert min(model.skill[:PRICES]) > 0.4
    assert max(model.error[:PRICES]) < 0.3


def test_fees_rise_fifteenfold_and_counts_fall_as_the_chain_says(study: Study) -> None:
    assert 12.0 < study.fall.fees < 18.0
    assert 0.7 < study.fall.count < 0.9


@pytest.mark.parametrize("null", ["constant", "shuffled"])
def test_a_demand_that_knows_nothing_of_the_hour_fails_at_every_price(study: Study, null: str) -> None:
    failed = study.failing_nulls()[null]

    assert {f"{what} of {name}" for what in ("rank", "skill") for name in ("mean", "p35", "p60", "p90")} <= set(failed)


def test_nothing_of_the_hidden_hours_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def scrambled(rows: list[Row], parity: int) -> list[Row]:
        """Return the rows with other prices and counts in the hidden hours."""
        names = ("mean_gwei", "p35_gwei", "p60_gwei", "p90_gwei", "tx_count")
        other = dict.fromkeys(names, "77")
        return [row if i // 6 % 2 == parity else {**row, **other} for i, row in enumerate(rows)]

    rows, asked = held_out.day(), held_out.fitted(0, 2)
    monkeypatch.setattr(held_out, "day", lambda: scrambled(rows, 0))

    assert held_out.fitted(0, 2) == asked


def test_hidden_hours_lie_between_their_neighbours() -> None:
    found = held_out.fitted(0, 1)

    levels = np.log([step.level_gwei for step in found.demand.steps])
    assert levels[6:12] == pytest.approx(np.interp(np.arange(6, 12), [5, 12], levels[[5, 12]]), abs=1e-4)
    assert levels[138:] == pytest.approx(levels[137])


def test_the_constant_demand_is_the_same_all_day_and_the_shuffled_one_has_the_same_hours() -> None:
    found = held_out.fitted(0, 1)

    constant, shuffled = held_out.constant(found), held_out.shuffled(found, 1)

    assert len({replace(step, start_ms=0) for step in constant.demand.steps}) == 1
    levels = [sorted(step.level_gwei for step in some.known().values()) for some in (found, shuffled)]
    assert levels[0] == pytest.approx(levels[1])
    assert found.demand != shuffled.demand
