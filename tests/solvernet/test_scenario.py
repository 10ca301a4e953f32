"""Scenario files: what ships parses, and what is wrong is said in one line."""

from pathlib import Path

import pytest

from solvernet.build import build_world
from solvernet.errors import InvalidScenarioError, UnknownScenarioError, UnknownWindowError
from solvernet.scenario import parse_scenario, scenario_names, scenario_text
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
    ],
)
def test_a_field_at_fault_is_named_in_one_line(old: str, new: str, place: str) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        parse_scenario(quarter_text(**{old: new}), "mine.toml")

    assert str(caught.value).startswith(f"scenario mine.toml: {place}")
    assert "\n" not in str(caught.value)


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
