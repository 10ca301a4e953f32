"""Prices, Greeks and implied volatilities against QuantLib and vollib, where these are installed."""

import math
from types import ModuleType

import numpy as np
import pytest

from venues.pricing import black76
from venues.pricing.greeks import greeks
from venues.pricing.implied import implied_vol

FORWARD = 150.0
GRID = [
    (math.exp(z * vol * math.sqrt(years)) * FORWARD, vol, years, call)
    for z in (-3.0, -2.0, -1.0, -0.3, 0.0, 0.2, 1.0, 2.0, 3.0)
    for vol in (0.2, 0.6, 1.2, 3.0)
    for years in (1 / 365, 8 / 365, 0.25, 1.0)
    for call in (True, False)
]
"""Strike, volatility, years, call."""

STRIKES, VOLS, YEARS, CALLS = (np.array(column) for column in zip(*GRID, strict=True))


@pytest.fixture(scope="module")
def quantlib() -> ModuleType:
    return pytest.importorskip("QuantLib", reason="QuantLib is not installed (extra exotics)")


@pytest.fixture(scope="module")
def vollib() -> ModuleType:
    return pytest.importorskip("vollib.black", reason="vollib is not installed (extra bench)")


def test_prices_are_those_of_quantlib(quantlib: ModuleType) -> None:
    kinds = {True: quantlib.Option.Call, False: quantlib.Option.Put}
    theirs = [
        quantlib.blackFormula(kinds[call], strike, FORWARD, vol * math.sqrt(years)) for strike, vol, years, call in GRID
    ]

    assert black76.price(FORWARD, STRIKES, VOLS, YEARS, CALLS) == pytest.approx(theirs, rel=1e-10)


def test_greeks_are_those_of_quantlib(quantlib: ModuleType) -> None:
    kinds = {True: quantlib.Option.Call, False: quantlib.Option.Put}
    theirs = []
    for strike, vol, years, call in GRID:
        payoff = quantlib.PlainVanillaPayoff(kinds[call], strike)
        one = quantlib.BlackCalculator(payoff, FORWARD, vol * math.sqrt(years))
        theirs.append((one.value(), one.deltaForward(), one.gammaForward(), one.vega(years), one.theta(FORWARD, years)))

    ours = greeks(FORWARD, STRIKES, VOLS, YEARS, CALLS)

    for mine, other in zip(ours, zip(*theirs, strict=True), strict=True):
        assert mine == pytest.approx(other, rel=1e-10)


def test_prices_are_those_of_vollib(vollib: ModuleType) -> None:
    theirs = [vollib.black("c" if call else "p", FORWARD, k, years, 0.0, vol) for k, vol, years, call in GRID]

    assert black76.price(FORWARD, STRIKES, VOLS, YEARS, CALLS) == pytest.approx(theirs, rel=1e-10)


def test_implied_volatilities_are_those_of_vollib(vollib: ModuleType) -> None:
    invert = pytest.importorskip("vollib.black.implied_volatility").implied_volatility
    out = (STRIKES >= FORWARD) == CALLS
    prices = black76.price(FORWARD, STRIKES, VOLS, YEARS, CALLS)
    theirs = [
        invert(price, FORWARD, strike, 0.0, years, "c" if call else "p")
        for price, strike, years, call in zip(prices[out], STRIKES[out], YEARS[out], CALLS[out], strict=True)
    ]

    assert implied_vol(prices, FORWARD, STRIKES, YEARS, CALLS)[out] == pytest.approx(theirs, rel=1e-10)
