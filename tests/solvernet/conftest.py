"""Small runs: a quarter of an hour of the calm day."""

from collections.abc import Callable
from pathlib import Path

import pytest

from solvernet.engine import RunName
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvernet.simulate import RunConfig

WINDOW = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T16:00:00Z"'
QUARTER = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:15:00Z"'


def quarter_text(**replacements: str) -> str:
    """Return the text of a scenario that lasts three rounds, with lines replaced."""
    text = scenario_text("calm-v1").replace(WINDOW, QUARTER, 1).replace('name = "calm-v1"', 'name = "quarter"')
    assert QUARTER in text
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="session")
def quarter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "quarter.toml"
    path.write_text(quarter_text(), encoding="utf-8")
    return path


@pytest.fixture
def quarter(quarter_file: Path, tmp_path: Path) -> Callable[..., RunConfig]:
    """Return a maker of configurations for the quarter of an hour."""

    def config(**options: object) -> RunConfig:
        given = {"scenario": str(quarter_file), "out": tmp_path / "run", "ideal": False} | options
        return RunConfig(**given)  # type: ignore[arg-type]

    return config


def name_of(text: str, seed: int = 7) -> RunName:
    scenario = parse_scenario(text, "test")
    return RunName(scenario, scenario_hash(text), scenario.window, seed)


@pytest.fixture(scope="session")
def inline_run() -> InlineRun:
    """Return the quarter of an hour, run in this process."""
    run = open_inline(name_of(quarter_text()))
    run.drive()
    return run
