import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.pricing import black76
from venues.pricing.svi import RawSvi, Surface

SHORT = RawSvi(a=0.002, b=0.05, rho=-0.2, m=0.01, sigma=0.1)
LONG = RawSvi(a=0.02, b=0.12, rho=-0.3, m=0.0, sigma=0.3)
SURFACE = Surface((SHORT, LONG))

AXEL_VOGT = RawSvi(a=-0.0410, b=0.1331, rho=0.3060, m=0.3586, sigma=0.4153)
"""A slice that looks harmless and has a butterfly below zero: example 3.1 of Gatheral and Jacquier."""

FAR = np.linspace(-4, 4, 161)
THETAS = np.geomspace(SHORT.theta / 50, LONG.theta * 20, 60)


def test_the_known_slice_with_arbitrage_is_found_out_where_its_butterflies_pay() -> None:
    k = np.array([-1.0, 0.0, 0.5, 0.7, 1.0, 1.2, 1.4])
    middle, step = np.exp(k), 1e-3

    low, mid, high = (
        black76.price(1.0, at, np.sqrt(AXEL_VOGT.total_variance(np.log(at))), 1.0, True)
        for at in (middle - step, middle, middle + step)
    )

    assert (AXEL_VOGT.durrleman(k) < 0).tolist() == [False, False, False, True, True, True, False]
    assert (low - 2 * mid + high < 0).tolist() == [False, False, False, True, True, True, False]


def test_durrlemans_function_is_the_density_of_prices_over_that_of_a_normal() -> None:
    """The second derivative of a call by the strike is `g * n(d2) / (K * sqrt(w))`."""
    strikes, step = np.array([0.7, 0.9, 1.0, 1.2, 1.5]), 1e-4

    def calls(at: np.ndarray) -> np.ndarray:
        return black76.price(1.0, at, np.sqrt(LONG.total_variance(np.log(at))), 1.0, True)

    curvature = (calls(strikes + step) - 2 * calls(strikes) + calls(strikes - step)) / step**2
    root = np.sqrt(LONG.total_variance(np.log(strikes)))
    d2 = -np.log(strikes) / root - root / 2
    normal = np.exp(-d2 * d2 / 2) / np.sqrt(2 * np.pi) / (strikes * root)

    assert LONG.durrleman(np.log(strikes)) == pytest.approx(curvature / normal, rel=1e-4)


def test_the_wings_have_the_slopes_they_say() -> None:
    down, up = LONG.slopes

    assert -np.diff(LONG.total_variance([-1001.0, -1000.0])) == pytest.approx(down, rel=1e-6)
    assert np.diff(LONG.total_variance([1000.0, 1001.0])) == pytest.approx(up, rel=1e-6)


@pytest.mark.parametrize("part", [SHORT, LONG])
def test_a_surface_is_the_slice_at_the_total_variance_of_the_slice(part: RawSvi) -> None:
    assert SURFACE.total_variance(FAR, part.theta) == pytest.approx(part.total_variance(FAR), rel=1e-9)


@given(st.floats(1e-5, 20))
def test_a_surface_is_what_was_asked_for_at_the_money(theta: float) -> None:
    assert float(SURFACE.total_variance(0.0, theta)) == pytest.approx(theta, rel=1e-9)


@given(st.floats(0.3, 4), st.floats(0.0, 2))
def test_the_volatility_at_the_forward_is_the_level(atm: float, years: float) -> None:
    vol = SURFACE.vol(150.0, np.array([150.0]), np.asarray(years), np.asarray(atm))

    assert float(vol[0]) == pytest.approx(atm, rel=1e-9)


def test_total_variance_rises_with_that_at_the_money_at_every_strike() -> None:
    found = SURFACE.total_variance(FAR[None, :], THETAS[:, None])

    assert np.diff(found, axis=0).min() > 0


@pytest.mark.parametrize("theta", THETAS[::6])
def test_prices_between_and_beyond_slices_fall_with_the_strike_and_are_convex_in_it(theta: float) -> None:
    strikes = np.linspace(0.3, 3.0, 400)
    vols = np.sqrt(SURFACE.total_variance(np.log(strikes), theta))
    calls = black76.price(1.0, strikes, vols, 1.0, True)

    slopes = np.diff(calls) / np.diff(strikes)

    assert slopes.max() <= 1e-13
    assert slopes.min() >= -1 - 1e-13
    assert np.diff(slopes).min() >= -1e-12


def test_strikes_whose_prices_no_float_can_hold_still_have_a_volatility() -> None:
    theta = (SHORT.theta + LONG.theta) / 2

    found = SURFACE.total_variance(np.array([-60.0, 60.0]), theta)

    for value, low, high in zip(found, SHORT.total_variance([-60, 60]), LONG.total_variance([-60, 60]), strict=True):
        assert low < value < high


def test_slices_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rise from slice to slice"):
        Surface((LONG, SHORT))
    with pytest.raises(ValueError, match="above zero"):
        Surface(())
