from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from venues.oracles.decimals import MANTISSA_LIMIT, STORED_LIMIT, Decimal

decimals = st.builds(Decimal, st.integers(-MANTISSA_LIMIT + 1, MANTISSA_LIMIT - 1), st.integers(-12, 12))
TOLERANCE = Fraction(1, 10**7)


def _exact(number: Decimal) -> Fraction:
    return number.mantissa * Fraction(10) ** number.exponent


def _is_close(found: Decimal, exact: Fraction, scale: Fraction) -> bool:
    return abs(_exact(found) - exact) <= TOLERANCE * scale and abs(found.mantissa) < MANTISSA_LIMIT


@given(decimals, decimals)
def test_a_product_is_exact_but_for_the_digits_cut(one: Decimal, other: Decimal) -> None:
    exact = _exact(one) * _exact(other)

    assert _is_close(one.times(other), exact, abs(exact))


@given(decimals, decimals.filter(lambda number: number.mantissa != 0))
def test_a_quotient_is_exact_but_for_the_digits_cut(one: Decimal, other: Decimal) -> None:
    exact = _exact(one) / _exact(other)

    assert _is_close(one.over(other), exact, abs(exact))


@given(decimals, decimals)
def test_a_sum_keeps_nine_digits_below_the_larger_exponent_and_does_not_depend_on_the_order(
    one: Decimal, other: Decimal
) -> None:
    found, exact = one.plus(other), _exact(one) + _exact(other)

    lost = Fraction(10) ** (max(one.exponent, other.exponent) - 9)
    assert abs(_exact(found) - exact) <= TOLERANCE * abs(exact) + lost
    assert _exact(found) == _exact(other.plus(one))


@given(st.integers(-(10**30), 10**30), st.integers(-20, 14))
def test_what_is_stored_fits_and_is_cut_towards_zero(mantissa: int, exponent: int) -> None:
    number = Decimal(mantissa, exponent)
    stored = number.stored()

    if stored is None:
        assert abs(_exact(number)) >= STORED_LIMIT
    else:
        assert -STORED_LIMIT <= stored.mantissa < STORED_LIMIT
        assert -16 <= stored.exponent <= 15
        assert 0 <= abs(_exact(number)) - abs(_exact(stored)) <= Fraction(10) ** stored.exponent


def test_digits_are_dropped_towards_zero() -> None:
    assert Decimal(-1_999_999_999, 0).cut() == Decimal(-199_999_999, 1)
    assert Decimal(-19, -1).at(0) == -1
    assert Decimal(19, 1).at(0) == 190
