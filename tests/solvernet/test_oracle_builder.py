"""Feeds of every kind, as a scenario file asks for them, in a world that lives for a few minutes."""

import pytest

from intents.assets import PRICE_UNIT
from solvernet.build import build_world
from solvernet.errors import InvalidScenarioError
from solvernet.oracle_parts import corruptible, sources_of
from solvernet.scenario import Scenario, parse_scenario
from tests.solvernet.conftest import quarter_text
from venues.world import World

ROLLUP = "eip155:901"
MEDIAN = """[oracles.median]
kind = "median"
chain = "rollup"
nodes = 7
faulty = 2
deviation_percent = 0.5
heartbeat_s = 1200.0
poll_s = 10.0
noise_percent = 0.05
latency_s = 8.0
"""
REPORT = 'chain = "rollup"\npoll_s = 10.0\ndeviation_percent = 0.5\nheartbeat_s = 1200.0\n'
PUBLISHERS = "publishers = 12\nleast_publishers = 5\nnoise_percent = 0.05\nconfidence_percent = 0.08\nlatency_s = 3.0\n"
PYTH = f'[oracles.fast]\nkind = "pyth"\n{REPORT}{PUBLISHERS}'
TWAP = f'[oracles.mean]\nkind = "twap"\n{REPORT}venue = "pool.rollup"\nwindow_s = 600\n'
GUARDED = f"""[oracles.guarded]
kind = "fallback"
{REPORT}
[oracles.guarded.sources.nodes]
kind = "nodes"
nodes = 7
faulty = 2
noise_percent = 0.05
latency_s = 8.0

[oracles.guarded.sources.pyth]
kind = "pyth"
{PUBLISHERS}
[oracles.guarded.sources.index]
kind = "index"
latency_s = 5.0

[oracles.guarded.sources.pool]
kind = "pool"
venue = "pool.rollup"
window_s = 600
"""


def _scenario(feed: str) -> Scenario:
    return parse_scenario(quarter_text(**{MEDIAN: feed}), "test")


def _world(feed: str) -> World:
    scenario = _scenario(feed)
    return build_world(scenario, 7, scenario.window.start, {})


@pytest.mark.parametrize("feed", [PYTH, TWAP, GUARDED, MEDIAN + "late = 2\nlate_s = 60.0\n"])
def test_a_feed_of_a_scenario_follows_the_market(feed: str) -> None:
    world = _world(feed)
    error = 0.02 if feed == TWAP else 0.008

    for minutes in range(1, 16):
        world.advance(world.now_ms + 60_000)
        answer, true = world.state(ROLLUP).answer, world.truth.price(world.now_ms)
        assert answer.price == pytest.approx(true, rel=error), minutes
    assert answer.time_ms > world.now_ms - 1_300_000


def test_the_pools_that_a_feed_reads_remember_and_no_others_do() -> None:
    assert set(_world(GUARDED).state(ROLLUP).memories) == {"pool.rollup"}
    assert not _world(MEDIAN).state(ROLLUP).memories


def test_the_bounds_of_a_median_are_those_of_its_scenario() -> None:
    """Ether stands near 200 dollars that day: a feed that may not say more than 150 says nothing."""
    world = _world(MEDIAN + "most_price = 150.0\n")
    first = world.state(ROLLUP).answer

    world.advance(world.now_ms + 900_000)

    assert world.state(ROLLUP).answer == first
    assert first.price > 150 * PRICE_UNIT


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        (TWAP.replace("pool.rollup", "pool.ethereum"), "'pool.ethereum' is not a pool of ether on rollup"),
        (GUARDED.replace("pool.rollup", "amm.rollup"), "'amm.rollup' is not a pool of ether on rollup"),
        (GUARDED.replace("faulty = 2", "faulty = 3"), "3 faulty < nodes"),
    ],
)
def test_a_feed_that_cannot_be_is_refused_in_one_line(feed: str, says: str) -> None:
    with pytest.raises(InvalidScenarioError, match=says):
        _scenario(feed)


def test_what_can_be_corrupted_is_a_feed_or_a_source_behind_one_but_never_a_pool() -> None:
    oracles = _scenario(GUARDED + PYTH).oracles

    assert corruptible(oracles) == {"fast", "guarded.nodes", "guarded.pyth", "guarded.index"}
    assert sources_of(oracles) == corruptible(oracles) - {"fast"} | {"guarded.pool"}


def _faulty(feed: str, fault: str) -> World:
    """Return a world with a fault that begins with the window and lasts."""
    text = quarter_text(**{MEDIAN: feed}) + f"\n[[faults]]\nat = 0.0\nlasts_s = 900.0\n{fault}"
    scenario = parse_scenario(text, "test")
    world = build_world(scenario, 7, scenario.window.start, {})
    world.advance(world.now_ms + 600_000)
    return world


@pytest.mark.parametrize(
    ("feed", "fault", "ratio"),
    [
        pytest.param(MEDIAN, 'kind = "oracle_manipulation"\noracle = "median"\nnodes = 2\nshift_percent = 50.0', 1.0),
        pytest.param(MEDIAN, 'kind = "oracle_manipulation"\noracle = "median"\nnodes = 3\nshift_percent = 50.0', 1.5),
        pytest.param(PYTH, 'kind = "oracle_manipulation"\noracle = "fast"\nnodes = 9\nshift_percent = 5.0', 1.05),
        pytest.param(
            GUARDED, 'kind = "oracle_manipulation"\noracle = "guarded.nodes"\nnodes = 7\nshift_percent = 9.0', 1.0
        ),
        pytest.param(GUARDED, 'kind = "depeg"\nshift_percent = -10.0', 1 / 0.9),
        pytest.param(GUARDED, 'kind = "oracle_halt"\noracle = "guarded.nodes"', 1.0),
    ],
)
def test_faults_of_a_scenario_reach_the_feed_or_the_source_that_they_name(feed: str, fault: str, ratio: float) -> None:
    world = _faulty(feed, fault)

    assert world.state(ROLLUP).answer.price / world.truth.price(world.now_ms) == pytest.approx(ratio, rel=0.01)


def test_a_feed_that_is_halted_says_nothing_until_the_fault_is_over() -> None:
    world = _faulty(
        MEDIAN.replace("heartbeat_s = 1200.0", "heartbeat_s = 60.0"), 'kind = "oracle_halt"\noracle = "median"'
    )
    during = world.state(ROLLUP).answer

    world.advance(world.now_ms + 330_000)

    assert during.time_ms < world.now_ms - 900_000
    assert world.state(ROLLUP).answer.time_ms > during.time_ms
