"""Feeds tried alone: the same worlds, one feed each."""

from pathlib import Path

import pytest

from solvernet.cli.app import run_app
from solvernet.errors import InvalidScenarioError
from solvernet.feed_trial import tried, with_feeds

EXAMPLES = Path(__file__).parents[2] / "examples" / "feeds.toml"
ONE = """[oracles.pyth]
kind = "pyth"
chain = "rollup"
poll_s = 10.0
deviation_percent = 0.5
heartbeat_s = 300.0
publishers = 15
least_publishers = 5
noise_percent = 0.05
confidence_percent = 0.08
latency_s = 3.0
"""


def test_each_feed_is_measured_alone(quarter_file: Path, tmp_path: Path) -> None:
    """Two feeds of one chain that reported together would share its answer: the slower one would have less to say."""
    path = tmp_path / "pyth.toml"
    path.write_text(ONE, encoding="utf-8")
    scenario = with_feeds(str(quarter_file), path)

    lines = {line.feed: line for line in tried(scenario, scenario.window, 7)}

    assert list(lines) == ["maker", "median", "pyth"]
    assert lines["pyth"].updates in {2, 3}
    assert lines["pyth"].staleness_s_worst < 400
    assert lines["median"].updates <= 1


def test_the_feeds_of_the_examples_go_with_the_calm_day() -> None:
    assert len(with_feeds("calm-v1", EXAMPLES).oracles) == 7


@pytest.mark.parametrize(
    ("text", "says"),
    [("[oracles.median]\nkind = 'x'\n", "is not TOML"), (ONE.replace('"rollup"', '"moon"'), "'moon' is referred to")],
)
def test_feeds_that_do_not_fit_are_refused_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidScenarioError, match=says):
        with_feeds("calm-v1", path)


def test_a_file_that_is_not_there_is_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_app(["feeds", "calm-v1", "--with", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_prints_json(quarter_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(["feeds", str(quarter_file), "--json"]) == 0
    assert '"feed": "median"' in capsys.readouterr().out
