"""What a run tells of its bridges, on the scenario that has all kinds."""

import pytest

from solvernet.bridge_parts import OptimisticPart
from solvernet.bridge_record import BridgeRecord
from solvernet.bridge_table import BridgeLine, bridge_table
from solvernet.build import build_world
from solvernet.ideal import ideal_scenario
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from venues.world import World


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return it without makers and arbitrageurs, so that bridges are most of what goes on."""
    given = parse_scenario(scenario_text("bridges-v1"), "bridges-v1")
    return given.model_copy(update={"makers": {}, "arbitrageurs": {}})


@pytest.fixture(scope="module")
def lived(scenario: Scenario) -> tuple[World, dict[tuple[str, str], BridgeLine]]:
    world = build_world(scenario, 7, scenario.window.start, {})
    record = BridgeRecord(scenario)
    world.advance(scenario.window.end, [record])
    lines = bridge_table(scenario, record, world)
    return world, {(line.bridge, line.source): line for line in lines}


Lived = tuple[World, dict[tuple[str, str], BridgeLine]]


def test_each_kind_of_bridge_has_a_line_for_each_way(lived: Lived, scenario: Scenario) -> None:
    _, lines = lived

    assert set(lines) == {(name, chain) for name in scenario.bridges for chain in ("ethereum", "rollup")}
    assert {line.kind for line in lines.values()} == {"liquidity", "canonical", "fast", "light_client", "optimistic"}


def test_deposits_and_fronted_transfers_take_minutes_and_others_as_long_as_they_trust_nobody(lived: Lived) -> None:
    _, lines = lived
    median = {way: line.median_s for way, line in lines.items() if line.median_s is not None}

    assert median["fast", "rollup"] < 60
    assert median["canonical", "ethereum"] < 150
    assert median["main", "rollup"] < median["watched", "rollup"] < median["light", "rollup"] + 1_200
    assert median["light", "rollup"] > 900


def test_nobody_leaves_a_rollup_by_its_own_bridge_within_hours(lived: Lived) -> None:
    _, lines = lived

    leaving = lines["canonical", "rollup"]
    assert (leaving.arrived, leaving.median_s) == (0, None)
    assert leaving.under_way > 0


def test_the_forgery_is_lost_where_nobody_watched_and_only_there(lived: Lived) -> None:
    world, lines = lived
    lost = {way: (line.lost_usd, line.bearers) for way, line in lines.items() if line.lost_usd}

    assert lost == {("unwatched", "ethereum"): (50_000.0, ("holders.unwatched", "reserve.unwatched"))}
    caught = world.state("eip155:901").clearing.account("watcher.watched").cash
    assert caught == (200_000 + 5_000) * 10**6


def test_those_halted_for_an_hour_have_transfers_that_took_longer_than_half_of_it(lived: Lived) -> None:
    _, lines = lived

    assert max(lines["main", chain].worst_s or 0 for chain in ("ethereum", "rollup")) > 1_800


def test_those_who_run_bridges_pay_for_gas(lived: Lived) -> None:
    _, lines = lived

    assert all(lines[name, "rollup"].cost_usd > 0 for name in ("fast", "light", "watched"))
    assert lines["main", "rollup"].cost_usd == 0


def test_in_the_ideal_run_nobody_forges(scenario: Scenario) -> None:
    parts = [part for part in ideal_scenario(scenario).bridges.values() if isinstance(part, OptimisticPart)]

    assert [part.forgery for part in parts] == [None, None]
