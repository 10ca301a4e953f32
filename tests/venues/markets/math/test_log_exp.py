from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.markets.math.fixed18 import WAD
from venues.markets.math.log_exp import LARGEST_EXPONENT, exp, pow_down, pow_up


def _exact(base: int, exponent: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return (Decimal(base) / WAD) ** (Decimal(exponent) / WAD) * WAD


@given(st.integers(WAD // 1000, 1000 * WAD), st.integers(WAD // 100, 5 * WAD))
def test_powers_are_enclosed_by_their_bounds(base: int, exponent: int) -> None:
    low, high = pow_down(base, exponent), pow_up(base, exponent)

    assert low <= _exact(base, exponent) <= high
    assert high - low <= 3 * (high // 10**14) + 4


@pytest.mark.parametrize(("exponent", "squared"), [(WAD, 3), (2 * WAD, 9), (4 * WAD, 81)])
def test_whole_powers_of_whole_numbers_are_exact(exponent: int, squared: int) -> None:
    assert pow_down(3 * WAD, exponent) == pow_up(3 * WAD, exponent) == squared * WAD


@pytest.mark.parametrize("x", [LARGEST_EXPONENT + 1, -42 * WAD])
def test_exponents_out_of_the_contracts_range_are_errors(x: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        exp(x)


@given(st.integers(-41 * WAD, 130 * WAD))
def test_the_exponential_is_close(x: int) -> None:
    with localcontext() as context:
        context.prec = 90
        exact = (Decimal(x) / WAD).exp() * WAD

    assert abs(exp(x) - exact) <= exact / Decimal(10**16) + 2
