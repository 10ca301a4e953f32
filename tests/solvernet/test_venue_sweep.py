"""The sweep of `venue-kinds-v2` under growing loads of its rollup."""

import pytest

from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.venue_comparison import Line
from solvernet.venue_sweep import LOADS, SCENARIO, WAIT_MS, crowded, rows_of, table
from solvernet.venue_trial import trial


def line(load: str, seed: int, quoted: float, refused: float) -> Line:
    return Line(load, seed, "rollup", "rfq", 10, quoted, 0.0, 0.0, refused, 0.0, 2.0, 12.0, 0.2, 0.1)


def test_a_load_changes_nothing_but_what_others_want_of_the_rollup() -> None:
    calm, loaded = (crowded(SCENARIO, load) for load in (LOADS[0], LOADS[-1]))

    assert calm == parse_scenario(scenario_text(SCENARIO), SCENARIO)
    assert loaded.model_copy(update={"faults": ()}) == calm
    assert [(fault.kind, fault.factor) for fault in loaded.faults] == [("demand_surge", 20.0), ("gas_spike", 2500.0)]


def test_a_load_is_compared_with_the_first_seed_by_seed() -> None:
    lines = [line("1/1", 1, 1.0, 0.1), line("1/1", 2, 1.0, 0.3), line("9/9", 1, 0.5, 0.2), line("9/9", 2, 0.5, 0.6)]

    calm, loaded = rows_of(lines)

    assert calm["filled"] == pytest.approx(0.8)
    assert loaded["filled"] == pytest.approx(0.3)
    assert loaded["filled_change"] == pytest.approx(-0.5)
    assert loaded["refused_change_half_width"] == pytest.approx(12.71 * 0.1)
    assert "80.0" in table([calm])[1]


def on_the_rollup(scenario: Scenario) -> dict[str, Line]:
    return {line.kind: line for line in trial(scenario, "fall", 1, WAIT_MS) if line.chain == "rollup"}


@pytest.mark.proof
def test_where_gas_is_dear_books_cost_more_and_market_makers_do_not() -> None:
    """Three minutes are enough: makers have quoted in the minutes before, at the prices of gas then."""
    text = scenario_text(SCENARIO).replace("17:42:00Z", "17:23:00Z", 1)
    scenario = parse_scenario(text, SCENARIO)
    loaded = scenario.model_copy(update={"faults": crowded(SCENARIO, LOADS[-1]).faults})

    calm, dear = on_the_rollup(scenario), on_the_rollup(loaded)

    assert "17:23:00Z" in text
    assert dear["order_book"].base_fee_gwei > 100 * calm["order_book"].base_fee_gwei
    for book in ("order_book", "matched_book", "batch_book"):
        assert dear[book].cost_bps - calm[book].cost_bps > 2
    for maker in ("option_amm", "hybrid", "tick_option_amm"):
        assert abs(dear[maker].cost_bps - calm[maker].cost_bps) < 2
    assert {each.wait_s for each in dear.values()} == {WAIT_MS / 1000}
