"""Scenario files: what ships parses, and what is wrong is said in one line."""

from pathlib import Path

import pytest

from solvernet.build import build_world
from solvernet.errors import InvalidScenarioError, UnknownScenarioError, UnknownWindowError
from solvernet.people_parts import WANTS
from solvernet.scenario import parse_scenario, scenario_names, scenario_text, with_solvers
from solvernet.users import known_wants
from solvers.registry import load, parse_spec
from tests.solvernet.conftest import quarter_text


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_scenario_parses_under_its_own_name(name: str) -> None:
    scenario = parse_scenario(scenario_text(name), name)

    assert scenario.name == name
    assert set(scenario.users.wants) <= set(known_wants())
    for window in scenario.windows.values():
        assert scenario.window.start <= window.start < window.end <= scenario.window.end


@pytest.mark.parametrize("name", scenario_names())
def test_the_solvers_of_a_shipped_scenario_load(name: str) -> None:
    specs = parse_scenario(scenario_text(name), name).solvers.specs

    assert all(load(parse_spec(spec)) for spec in specs)


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(UnknownScenarioError, match="no scenario 'nowhere'; known are black-thursday-v1"):
        scenario_text("nowhere")


def test_an_unknown_window_names_the_known_ones() -> None:
    scenario = parse_scenario(scenario_text("black-thursday-v1"), "x")

    with pytest.raises(UnknownWindowError, match="no window 'night'; it has whole, demo"):
        scenario.window_named("night")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("every_s = 300.0", "every_s = -1.0", "rounds.every_s"),
        ("count = 48", 'count = "many"', "users.count"),
        ("[bridges.main]", "[bridge.main]", "bridge"),
        ('preset = "rollup-2s"', "", "chains.rollup.preset"),
        ('venue = "book.rollup"', 'venue = "book.moon"', "the file"),
        ('kind = "median"', 'kind = "crystal_ball"', "oracles.median"),
        ('start = "2020-03-11T12:00:00Z"', 'start = "2020-03-11T12:00:00"', "window.start"),
        ('expiries = ["13MAR20", "20MAR20", "27MAR20"]', 'expiries = ["32MAR20"]', "the file"),
        ('name = "quarter"', 'name = "a quarter"', "name"),
        ("proof_delay_s = 30.0", "proof_delay_s = inf", "proof_delay_s"),
        ("every_s = 300.0", "every_s = 0.0", "rounds.every_s"),
        ("every_s = 300.0", "every_s = nan", "rounds.every_s"),
        ("tip_gwei = 0.01", "tip_gwei = nan", "policy.tip_gwei"),
        ("cap_percent = 200", "cap_percent = -1", "policy.cap_percent"),
        ("fast_half_life_s = 10800.0", "fast_half_life_s = 0.0", "level.fast_half_life_s"),
        ("floor = 0.6", "floor = 9.0", "level: cap must be at least floor"),
        ("bridge_scale = 1.0", "bridge_scale = 1e18", "market.bridge_scale"),
        ("strikes = [130, ", "strikes = [0, ", "market.strikes.0"),
        ("poll_s = 10.0", "poll_s = 0.0", "oracles.median.median.poll_s"),
        ("nodes = 7", "nodes = 1000000000000", "oracles.median.median.nodes"),
        ("ether = 4000.0", "ether = 0.0", "venues.pool.rollup.constant_product.ether"),
        ("ether = 8000.0", "ether = -8000.0", "venues.amm.rollup.option_amm.ether"),
        ("levels = 3", "levels = 1000000000000", "makers.alpha.levels"),
        ("refresh_s = 20.0", "refresh_s = 0.0", "makers.alpha.refresh_s"),
        ("period_s = 30.0", "period_s = 0.0", "arbitrageurs.rollup.period_s"),
        ("fee_percent = 0.04", "fee_percent = -0.04", "bridges.main.liquidity.fee_percent"),
        ("count = 48", "count = 1000000000000", "users.count"),
        ("size_median = 18.0", "size_median = nan", "users.size_median"),
        ("home_share = { ethereum = 0.5, rollup = 0.5 }", "home_share = {}", "users: home_share"),
        ("tolerance = [0.02, 0.30]", "tolerance = [0.3, 0.02]", "users: tolerance"),
        ("hedge = 0.26", "hegde = 0.26", "users: wants: there is no kind 'hegde'"),
        ('caip2 = "eip155:1"', 'caip2 = "eip155:1"\nsettles_on = ""', "the file: '' is referred to but not defined"),
        ('caip2 = "eip155:1"', 'caip2 = "mainnet"', "the file: chains.ethereum.caip2"),
        ('caip2 = "eip155:1"', 'caip2 = "eip155:901"', "the file: chains.rollup.caip2"),
        (
            'chains = ["ethereum", "rollup"]',
            'chains = ["rollup", "rollup"]',
            "bridges.main.liquidity: a bridge joins",
        ),
        ('episode = "black_thursday"', 'episode = "2008"', "the file: market.episode"),
        ("2020-03-11T", "2021-03-11T", "the file: window: prices of black_thursday are known"),
        ("award_delay_s = 10.0", "award_delay_s = 300.0", "the file: rounds.award_delay_s"),
        ('[makers.alpha]\nvenue = "book', '[makers.alpha]\nvenue = "amm', "the file: makers.alpha.venue"),
        (
            'venues = ["pool.rollup", ',
            'venues = ["pool.ethereum", ',
            "the file: arbitrageurs.rollup.venues",
        ),
        ('specs = ["single-path"', 'specs = ["auctioneer=greedy"', "the file: no solver can be called"),
    ],
)
def test_a_field_at_fault_is_named_in_one_line(old: str, new: str, place: str) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        parse_scenario(quarter_text(**{old: new}), "mine.toml")

    assert str(caught.value).startswith(f"scenario mine.toml: {place}")
    assert "\n" not in str(caught.value)


def test_every_kind_of_want_can_be_posted() -> None:
    assert set(known_wants()) == WANTS


@pytest.mark.parametrize("spec", ["auctioneer=greedy", "0xabc=greedy"])
def test_a_solver_cannot_take_the_name_of_an_account(spec: str) -> None:
    with pytest.raises(InvalidScenarioError, match="an account has that name"):
        with_solvers(parse_scenario(quarter_text(), "x"), [spec])


def test_a_file_that_is_not_toml_is_refused() -> None:
    with pytest.raises(InvalidScenarioError, match="is not TOML"):
        parse_scenario("name = ", "broken.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidScenarioError, match="cannot be read"):
        scenario_text(str(path))


def test_the_world_of_black_thursday_begins_with_its_real_prices() -> None:
    scenario = parse_scenario(scenario_text("black-thursday-v1"), "x")
    start = scenario.window_named("demo").start

    world = build_world(scenario, 7, start, {})

    ethereum = world.state(scenario.chains["ethereum"].caip2)
    assert ethereum.answer.price == 168_68500000  # Maker's value of 11:14 UTC, 24 % above the market
    assert world.truth.price(start) == 136_49640000
