import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvernet import market_data
from venues.pricing import black76, smile
from venues.pricing.smile import FLAT, Slice, Smile, butterfly

TRUE = Smile(0.5, 0.25, -0.2, 0.1, 1.5)

DAYS = (1, 2, 4, 8, 15)
LEVELS = (0.6, 0.8, 1.2, 2.0, 3.0, 4.0)


def _slice(shape: Smile, atm: float, years: float) -> Slice:
    z = np.linspace(-3, 3, 25)
    strikes = 150.0 * np.exp(z * atm * np.sqrt(years))
    return Slice(150.0, years, strikes, atm * np.sqrt(shape.variance_ratio(z)))


@given(st.floats(0.3, 4), st.floats(0.002, 1))
def test_the_volatility_at_the_forward_is_the_level(atm: float, years: float) -> None:
    vol = TRUE.vol(150.0, np.array([150.0]), np.asarray(years), np.asarray(atm))

    assert float(vol[0]) == pytest.approx(atm)


@given(st.floats(10, 1000), st.floats(0.3, 4))
def test_a_flat_smile_gives_every_strike_the_level(strike: float, atm: float) -> None:
    vol = FLAT.vol(150.0, np.array([strike]), np.asarray(0.05), np.asarray(atm))

    assert float(vol[0]) == pytest.approx(atm)


def test_a_fit_finds_the_shape_that_made_the_volatilities() -> None:
    found = smile.fit([_slice(TRUE, 0.8, 0.02), _slice(TRUE, 0.7, 0.2)])

    z = np.linspace(-3, 3, 61)
    assert found.variance_ratio(z) == pytest.approx(TRUE.variance_ratio(z), abs=1e-6)


def test_a_fit_is_one_at_the_money() -> None:
    found = smile.fit([_slice(TRUE, 0.8, 0.02)])

    assert found.a + found.b * (-found.rho * found.m + np.hypot(found.m, found.s)) == pytest.approx(1.0)


def test_a_slice_reads_the_level_between_the_strikes_around_the_forward() -> None:
    part = Slice(100.0, 0.1, 100.0 * np.exp(np.array([-0.2, -0.1, 0.1, 0.3])), np.array([0.9, 0.8, 0.6, 0.7]))

    assert part.atm_vol == pytest.approx(0.7)
    assert part.moneyness()[2] == pytest.approx(0.1 / (0.7 * np.sqrt(0.1)))


def test_the_misfit_of_the_true_shape_is_zero() -> None:
    assert smile.misfit(TRUE, _slice(TRUE, 0.9, 0.05)) == pytest.approx(np.zeros(25), abs=1e-9)


def test_the_butterfly_function_is_the_density_of_prices_over_that_of_a_normal() -> None:
    """The second derivative of a call by the strike is `butterfly * n(d2) / (K * deviation)`."""
    level, years, step = 0.9, 0.05, 0.01
    strikes = np.array([110.0, 130.0, 150.0, 170.0, 210.0])

    def vols(at: np.ndarray) -> np.ndarray:
        return TRUE.vol(150.0, at, np.asarray(years), np.asarray(level))

    low, mid, high = (
        black76.price(150.0, at, vols(at), years, True) for at in (strikes - step, strikes, strikes + step)
    )
    deviation = vols(strikes) * np.sqrt(years)
    d2 = np.log(150.0 / strikes) / deviation - deviation / 2
    normal = np.exp(-d2 * d2 / 2) / np.sqrt(2 * np.pi)
    z = np.log(strikes / 150.0) / (level * np.sqrt(years))

    density = (low - 2 * mid + high) / step**2
    assert butterfly(TRUE, z, level**2 * years) * normal / (strikes * deviation) == pytest.approx(density, rel=1e-4)


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_shipped_smile_has_a_density_at_every_strike(days: int, level: float) -> None:
    z = np.linspace(-12, 12, 4801)

    assert butterfly(market_data.smile(), z, level * level * days / 365).min() > 0


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("level", LEVELS)
def test_prices_on_the_shipped_smile_are_convex_and_falling_in_the_strike(days: int, level: float) -> None:
    strikes = np.linspace(15.0, 600.0, 1171)
    years = days / 365
    vols = market_data.smile().vol(150.0, strikes, np.asarray(years), np.asarray(level))

    calls = black76.price(150.0, strikes, vols, years, True)

    assert np.diff(calls).max() <= 1e-9
    assert np.diff(calls, 2).min() >= -1e-9


@pytest.mark.parametrize("level", LEVELS)
def test_a_longer_life_on_the_shipped_smile_never_lowers_a_price(level: float) -> None:
    strikes = np.linspace(50.0, 450.0, 81)
    prices = []
    for days in DAYS:
        vols = market_data.smile().vol(150.0, strikes, np.asarray(days / 365), np.asarray(level))
        prices.append(black76.price(150.0, strikes, vols, days / 365, True))

    assert np.diff(np.array(prices), axis=0).min() >= -1e-9


def test_wings_held_constant_would_break_the_butterfly_rule() -> None:
    """Why the shape goes on beyond the quotes."""
    shape, years, level = market_data.smile(), 8 / 365, 1.2
    strikes = np.linspace(40.0, 400.0, 3601)
    z = np.clip(np.log(strikes / 150.0) / (level * np.sqrt(years)), -3, 3)

    calls = black76.price(150.0, strikes, level * np.sqrt(shape.variance_ratio(z)), years, True)

    assert np.diff(calls, 2).min() < -1e-6
