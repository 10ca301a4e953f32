"""The shipped surface of implied volatilities, against the quotes it is fitted to and the rules it must keep."""

import csv
from pathlib import Path

import numpy as np
import pytest

from solvernet import calibrate_smile, market_data
from solvernet.build import truth_of
from solvernet.scenario import parse_scenario, scenario_text
from venues.pricing import black76, smile
from venues.pricing.implied import implied_vol

OPTIONS = Path(market_data.__file__).parent / "data" / "options"
CHAIN = Path(__file__).parents[2] / "../shared/data/options/deribit_eth_2024-01-08.csv"

FAR = np.linspace(-8, 8, 8001)
LEVELS = (0.6, 0.8, 1.2, 2.0, 3.0, 4.0)


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader((OPTIONS / "svi.csv").read_text().splitlines()))


def test_no_butterfly_on_a_shipped_slice_has_a_negative_price() -> None:
    for part in market_data.svi().slices:
        assert part.total_variance(FAR).min() > 0
        assert part.durrleman(FAR).min() > 0
        assert max(part.slopes) < 2


def test_no_calendar_spread_between_shipped_slices_has_a_negative_price() -> None:
    totals = np.array([part.total_variance(FAR) for part in market_data.svi().slices])

    assert np.diff(totals, axis=0).min() > 0


@pytest.mark.parametrize("level", LEVELS)
def test_at_any_level_a_longer_life_never_lowers_a_price(level: float) -> None:
    years = np.geomspace(1 / 365, 1.5, 80)[:, None]
    strikes = 150.0 * np.exp(np.linspace(-2, 2, 81))[None, :]

    vols = market_data.svi().vol(150.0, *np.broadcast_arrays(strikes, years, level))

    assert np.diff(vols**2 * years, axis=0).min() > 0


@pytest.mark.parametrize("days", [1, 2, 4, 8, 15, 60, 400])
@pytest.mark.parametrize("level", LEVELS)
def test_at_any_level_prices_are_convex_and_falling_in_the_strike(days: int, level: float) -> None:
    strikes, years = np.linspace(30.0, 600.0, 1141), days / 365
    vols = market_data.svi().vol(150.0, strikes, np.asarray(years), np.asarray(level))

    steps = np.diff(black76.price(150.0, strikes, vols, years, True))

    assert steps.max() <= 1e-10
    assert np.diff(steps).min() >= -1e-10


def test_a_call_less_a_put_is_the_forward_less_the_strike_on_the_fitted_slices() -> None:
    for part, fitted in zip(market_data.option_slices(), market_data.svi().slices, strict=True):
        vols = np.sqrt(fitted.total_variance(np.log(part.strikes / part.forward)) / part.years)
        call, put = (black76.price(part.forward, part.strikes, vols, part.years, right) for right in (True, False))

        assert call - put == pytest.approx(part.forward - part.strikes, abs=1e-9)


def test_the_errors_in_the_shipped_table_are_those_of_its_parameters() -> None:
    found = calibrate_smile.misfits(market_data.option_quotes(), market_data.svi())

    for row, misfit in zip(_rows(), found, strict=True):
        assert (int(row["quotes"]), float(row["rms_points"])) == (misfit.quotes, pytest.approx(misfit.rms, abs=1e-3))
        assert float(row["most_points"]) == pytest.approx(misfit.most, abs=1e-3)
        assert float(row["inside_percent"]) == pytest.approx(100 * misfit.inside, abs=0.06)


def test_the_surface_meets_three_quotes_in_four_of_each_expiry_and_misses_less_than_one_shape_for_all() -> None:
    quoted = market_data.option_quotes()
    found = calibrate_smile.misfits(quoted, market_data.svi())

    shape = [100 * smile.misfit(market_data.smile(), part) for part in market_data.option_slices()]
    assert min(misfit.inside for misfit in found) > 0.75
    assert np.mean([misfit.rms for misfit in found]) < 0.7 * np.mean([np.sqrt(np.mean(miss**2)) for miss in shape])


@pytest.mark.skipif(not CHAIN.exists(), reason="the folder shared/ with the collected option chain is not here")
def test_options_in_the_money_that_no_fit_saw_are_priced_as_well_as_those_that_it_saw() -> None:
    rows = list(csv.DictReader(CHAIN.read_text().splitlines()))
    for part, fitted in zip(market_data.option_slices(), market_data.svi().slices, strict=True):
        near = [
            row
            for row in rows
            if abs(float(row["underlying_price_usd"]) - part.forward) < 0.02
            and abs(np.log(float(row["strike"]) / part.forward)) < np.sqrt(fitted.theta)
            and (float(row["strike"]) < part.forward) == (row["right"] == "call")
        ]
        strikes, marks = (np.array([float(row[name]) for row in near]) for name in ("strike", "mark_eth"))
        vols = np.sqrt(fitted.total_variance(np.log(strikes / part.forward)) / part.years)
        calls = strikes < part.forward
        quoted = implied_vol(marks * part.forward, part.forward, strikes, part.years, calls)

        assert len(near) > 2
        assert vols == pytest.approx(quoted, abs=0.03)


def test_a_scenario_may_ask_for_the_surface() -> None:
    text = scenario_text("calm-v1")
    asked = parse_scenario(text.replace("[market]\n", '[market]\nsmile = "svi"\n'), "calm-v1")

    assert truth_of(asked, 1).smile == market_data.svi()
    assert truth_of(parse_scenario(text, "calm-v1"), 1).smile == market_data.smile()


@pytest.mark.proof
def test_the_shipped_surface_is_the_fit_to_the_shipped_quotes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate_smile.main(["--out", str(tmp_path)]) == 0

    made = list(csv.DictReader((tmp_path / "options" / "svi.csv").read_text().splitlines()))
    for ours, shipped in zip(made, _rows(), strict=True):
        assert float(ours["rms_points"]) == pytest.approx(float(shipped["rms_points"]), abs=0.02)
    assert capsys.readouterr().out.count("misfit") == 9
