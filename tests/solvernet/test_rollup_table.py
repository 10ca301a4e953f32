"""What a run says of its rollups, on the scenario that has three."""

import pytest

from solvernet.build import build_world
from solvernet.rollup_record import RollupRecord
from solvernet.rollup_table import RollupLine, rollup_table
from solvernet.scenario import parse_scenario, scenario_text
from solvernet.scenario_parts import Window
from venues.world import World

MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def lived() -> tuple[World, dict[str, RollupLine]]:
    scenario = parse_scenario(scenario_text("rollups-v1"), "rollups-v1")
    start_ms = scenario.window.start
    world = build_world(scenario, 7, start_ms, {})
    record = RollupRecord(scenario)
    world.advance(start_ms + 12 * MINUTE_MS, [record])
    window = Window(start=start_ms, end=start_ms + 10 * MINUTE_MS)
    return world, {line.chain: line for line in rollup_table(scenario, window, record, world)}


def test_every_rollup_posts_and_pays(lived: tuple[World, dict[str, RollupLine]]) -> None:
    _, lines = lived

    assert list(lines) == ["op", "arb", "zk"]
    assert all(line.batches >= 2 and line.posting_usd > 0 and line.kilobytes > 0 for line in lines.values())
    assert [line.blocks for line in lines.values()] == [
        pytest.approx(600_000 / ms, abs=1) for ms in (2_000, 250, 1_000)
    ]


def test_blocks_are_safe_within_the_batch_interval_and_some_slots(lived: tuple[World, dict[str, RollupLine]]) -> None:
    _, lines = lived

    for chain, interval_s in (("op", 300), ("arb", 120), ("zk", 60)):
        assert lines[chain].safe_s_p50 is not None
        assert lines[chain].safe_s_p99 is not None
        assert 0 < lines[chain].safe_s_p50 < lines[chain].safe_s_p99 < interval_s + 60


def test_optimistic_rollups_are_final_with_their_l1_and_the_others_after_their_proofs(
    lived: tuple[World, dict[str, RollupLine]],
) -> None:
    world, lines = lived

    for chain in ("op", "arb"):
        assert lines[chain].final_s_p50 is not None
        assert 12 * 60 < lines[chain].final_s_p50 < 25 * 60
    assert lines["zk"].not_final > lines["zk"].not_safe
    assert len(world.state("eip155:1").inboxes["eip155:324"].batches) > 20


def test_the_lane_brings_what_the_treasury_has(lived: tuple[World, dict[str, RollupLine]]) -> None:
    world, lines = lived
    lane = world.state("eip155:42161").express

    assert lane is not None
    assert lines["arb"].lane_rounds == lane.sold > 20
    assert world.state("eip155:42161").wallets["treasury.arb"] == lane.proceeds_wei
    assert lines["op"].lane_usd == 0


def test_only_the_op_stack_promises_places_before_its_blocks(lived: tuple[World, dict[str, RollupLine]]) -> None:
    _, lines = lived

    assert lines["op"].promised_s_mean is not None
    assert 0.2 < lines["op"].promised_s_mean < 1.8
    assert lines["arb"].promised_s_mean == lines["zk"].promised_s_mean == 0


def test_the_base_fee_of_the_l1_settles_around_the_assumed_level(lived: tuple[World, dict[str, RollupLine]]) -> None:
    world, _ = lived
    fees = sorted(summary.base_fee_wei for summary in list(world.chain("eip155:1").recent)[-100:])

    assert fees[50] == pytest.approx(10**9, rel=0.3)
