import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from venues.pricing import black76
from venues.pricing.implied import implied_vol


@given(
    forward=st.floats(10, 5000),
    deviations=st.floats(-6, 6),
    vol=st.floats(0.02, 6),
    years=st.floats(1e-4, 2),
)
def test_the_implied_volatility_of_a_price_is_the_volatility_it_was_made_with(
    forward: float, deviations: float, vol: float, years: float
) -> None:
    strike = forward * math.exp(deviations * vol * math.sqrt(years))
    call = strike >= forward
    price = float(black76.price(forward, strike, vol, years, call))
    assume(price > 1e-13 * forward)

    assert float(implied_vol(price, forward, strike, years, call)) == pytest.approx(vol, rel=1e-8)


@given(st.floats(0.7, 1.4), st.floats(0.3, 3), st.floats(0.01, 1))
def test_call_and_put_of_one_strike_imply_the_same_volatility(ratio: float, vol: float, years: float) -> None:
    prices = [float(black76.price(100.0, 100.0 * ratio, vol, years, call)) for call in (True, False)]
    assume(min(prices) > 1e-6)

    call, put = implied_vol(prices, 100.0, 100.0 * ratio, years, [True, False])

    assert call == pytest.approx(put, rel=1e-6)


def test_prices_that_no_volatility_gives_are_not_a_number() -> None:
    below_intrinsic, as_dear_as_the_forward, dearer = implied_vol([19.9, 100.0, 120.0], 100.0, 80.0, 0.5, True)
    put_as_dear_as_the_strike = implied_vol(80.0, 100.0, 80.0, 0.5, False)
    without_time = implied_vol(5.0, 100.0, 100.0, 0.0, True)

    for value in (below_intrinsic, as_dear_as_the_forward, dearer, put_as_dear_as_the_strike, without_time):
        assert np.isnan(value)


def test_the_intrinsic_value_implies_no_volatility() -> None:
    assert implied_vol([20.0, 0.0], 100.0, [80.0, 130.0], 0.5, True).tolist() == [0.0, 0.0]


def test_all_arguments_broadcast() -> None:
    strikes = np.array([[90.0], [110.0]])
    prices = black76.price(100.0, strikes, 0.7, np.array([0.1, 0.2, 0.3]), True)

    assert implied_vol(prices, 100.0, strikes, np.array([0.1, 0.2, 0.3]), True) == pytest.approx(np.full((2, 3), 0.7))


def test_prices_of_almost_nothing_are_still_inverted() -> None:
    price = float(black76.price(100.0, 180.0, 0.6, 7 / 365, True))

    assert price < 1e-9
    assert float(implied_vol(price, 100.0, 180.0, 7 / 365, True)) == pytest.approx(0.6, rel=1e-9)
