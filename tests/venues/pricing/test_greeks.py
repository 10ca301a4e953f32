import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.pricing import black76, greeks_kernel
from venues.pricing.greeks import greeks
from venues.seeds import generator

forwards = st.floats(50, 500)
strikes = st.floats(20, 800)
vols = st.floats(0.05, 5)
years = st.floats(1e-3, 2)


def _options(count: int) -> tuple[black76.Floats, ...]:
    draw = generator(1, "greeks")
    bounds = ((50, 500), (20, 800), (0.2, 3), (0.01, 2), (0, 1))
    forward, strike, vol, life, call = (draw.uniform(low, high, count) for low, high in bounds)
    return forward, strike, vol, life, call < 0.5


def test_prices_deltas_and_vegas_are_those_of_black_76_across_blocks() -> None:
    options = _options(2 * greeks_kernel.BLOCK + 17)

    found = greeks(*options)

    np.testing.assert_allclose(found.price, black76.price(*options), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.delta, black76.delta(*options), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.vega, black76.vega(*options[:4]), rtol=1e-12, atol=1e-12)


def test_gamma_and_theta_are_the_slopes_of_delta_and_price() -> None:
    forward, strike, vol, life, call = _options(500)
    step, wait = forward * 1e-5, life * 1e-5

    found = greeks(forward, strike, vol, life, call)

    rise = greeks(forward + step, strike, vol, life, call).delta - greeks(forward - step, strike, vol, life, call).delta
    loss = black76.price(forward, strike, vol, life - wait, call) - black76.price(
        forward, strike, vol, life + wait, call
    )
    np.testing.assert_allclose(found.gamma, rise / (2 * step), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.theta, loss / (2 * wait), rtol=1e-5, atol=1e-5)


@given(forwards, strikes, vols, years)
def test_calls_and_puts_differ_by_the_forward_contract_alone(
    forward: float, strike: float, vol: float, life: float
) -> None:
    call, put = greeks(forward, strike, vol, life, True), greeks(forward, strike, vol, life, False)

    assert float(call.price - put.price) == pytest.approx(forward - strike, abs=1e-9)
    assert float(call.delta - put.delta) == pytest.approx(1)
    assert (call.gamma, call.vega, call.theta) == (put.gamma, put.vega, put.theta)


@given(forwards, strikes, vols, years, st.booleans())
def test_options_gain_from_moves_and_volatility_and_lose_with_time(
    forward: float, strike: float, vol: float, life: float, call: bool
) -> None:
    found = greeks(forward, strike, vol, life, call)

    assert found.gamma >= 0
    assert found.vega >= 0
    assert found.theta <= 0


@pytest.mark.parametrize(("vol", "life"), [(0.0, 1.0), (1.0, 0.0), (1.0, -1.0)])
def test_without_volatility_or_time_only_the_intrinsic_value_is_left(vol: float, life: float) -> None:
    forward, strike = [120.0, 100.0, 80.0] * 2, 100.0
    call = [True, True, True, False, False, False]

    found = greeks(forward, strike, vol, life, call)

    assert found.price.tolist() == [20, 0, 0, 0, 0, 20]
    assert found.delta.tolist() == [1, 0.5, 0, 0, -0.5, -1]
    assert [row.tolist() for row in found[2:]] == [[0.0] * 6] * 3


def test_arguments_broadcast() -> None:
    found = greeks(100.0, [[90.0], [110.0]], 0.8, [0.1, 0.5, 1.0], True)

    assert {row.shape for row in found} == {(2, 3)}
    assert found.price[1, 2] == pytest.approx(float(black76.price(100.0, 110.0, 0.8, 1.0, True)), rel=1e-12)
