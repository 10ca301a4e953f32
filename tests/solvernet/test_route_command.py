import re
from pathlib import Path

import pytest

from intents import builders
from intents.options import parse_series
from intents.wants import Exposure, Package, Payoff
from solvernet.bounds_in_words import bounds_in_words
from solvernet.cli.app import run_app
from solvernet.cli.show import console
from solvernet.errors import SolvernetError
from solvernet.wish import parse_wish

AT = "2020-03-11T12:01"
PUT, LOW_PUT = "ETH-20MAR20-190-P", "ETH-20MAR20-170-P"
MARK = builders.mark(200, 0.6, parse_series(PUT).expiry_ms - 9 * 86_400_000)


def test_words_stand_for_wants() -> None:
    one, spread = parse_wish(PUT, MARK), parse_wish(f"2*{PUT} -1*{LOW_PUT}", MARK)

    assert isinstance(one, Package)
    assert isinstance(spread, Package)
    assert [(leg.instrument, leg.ratio) for leg in spread.legs] == [(PUT, 2), (LOW_PUT, -1)]
    assert parse_wish("hedge 20MAR20 180", MARK) == builders.hedge("20MAR20", 180)
    assert isinstance(parse_wish("hedge 20MAR20 180", MARK), Payoff)


def test_words_stand_for_bounds_on_risk() -> None:
    protect, neutral = parse_wish("protect 20MAR20 20", MARK), parse_wish(f"neutral {PUT}", MARK)

    assert isinstance(protect, Exposure)
    assert isinstance(neutral, Exposure)
    assert bounds_in_words(protect) == (
        "a loss of at most 20 between 0 and 400, of +1 ETH with what is bought for it in options of 20MAR20, "
        "measured at 200 and a volatility of 60%"
    )
    assert bounds_in_words(neutral).startswith(f"delta between -0.05 and 0.05, of -1 {PUT} with what is bought for it")


def test_bounds_of_every_form_have_words() -> None:
    bounds = [builders.delta(high=0.5), builders.vega(-0.25), builders.most_loss(5), builders.most_loss(9, 100)]

    assert bounds_in_words(builders.exposure("20MAR20", MARK, bounds)) == (
        "delta of at most 0.5, vega of at least -0.25, a loss of at most 5 at any price, a loss of at most 9 at any "
        "price above 100, of what is bought in options of 20MAR20, measured at 200 and a volatility of 60%"
    )


def test_a_file_holds_a_want_as_it_is_signed(tmp_path: Path) -> None:
    want = builders.exposure("20MAR20", MARK, [builders.delta(-1, 1)], held={PUT: -1.0}, collateral=7)
    file = tmp_path / "want.json"
    file.write_text(want.model_dump_json(), encoding="utf-8")

    assert parse_wish(str(file), MARK) == want


@pytest.mark.parametrize(
    "text", ["nonsense", "0*ETH-20MAR20-190-P", "hedge 20MAR20 x", "missing.json", "neutral ETH", ""]
)
def test_words_that_stand_for_nothing_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(SolvernetError, match="is not understood"):
        parse_wish(text, MARK)


def test_the_command_shows_what_every_engine_makes_of_an_intent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", 200)
    care = ["--least-success", "0.9", "--margin-rate", "0.1", "--tail-weight", "0.1", "--within-s", "900"]

    code = run_app(["route", "calm-v1", "--at", AT, "--want", "protect 20MAR20 20", "--limit", "15", *care])

    said = capsys.readouterr().out
    assert code == 0
    assert all(f"\n {engine} " in said for engine in ("auto", "exact", "convex", "greedy", "path", "careful"))
    assert "none: prices alone serve one instrument" in said
    assert "careful: all works with a chance of" in said
    assert "exact leaves delta +0." in said
    assert re.search(r"at real prices no route gains more than [0-9.,]+: the best is within [0-9.]+% of it", said)


def test_without_a_route_there_is_nothing_to_hold_against_a_bound(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_app(["route", "calm-v1", "--at", AT, "--want", PUT, "--limit", "0.01"])

    assert code == 0
    assert "no engine has a route" in capsys.readouterr().out


def test_the_command_refuses_an_intent_that_makes_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(["route", "calm-v1", "--at", AT, "--want", PUT, "--limit", "1e9"]) == 2
    assert "no such intent" in capsys.readouterr().err
