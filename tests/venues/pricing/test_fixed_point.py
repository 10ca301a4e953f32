from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from venues.pricing import fixed_point as fp
from venues.pricing.fixed_point import ERROR, EXP_MOST, ONE

DIGITS = 90

deviations = st.floats(-12, 12).map(lambda x: int(x * ONE))
positive = st.one_of(st.integers(1, 10**40), st.floats(-41, 50).map(lambda x: max(int(ONE * 2.0**x), 1)))


def _error(found: int, exact: Decimal) -> Decimal:
    return abs(Decimal(found) - exact * ONE)


def _exact_cdf(x: Decimal) -> Decimal:
    """Return the normal distribution function by the alternating series of the error function."""
    term = total = x
    n = 0
    while abs(term) > Decimal(10) ** -(DIGITS - 5):
        n += 1
        term = -term * x * x / (2 * n)
        total += term / (2 * n + 1)
    pi = Decimal(
        "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"
    )
    return Decimal("0.5") + total / (2 * pi).sqrt()


@given(st.floats(-60, 36).map(lambda x: int(x * ONE)))
@example(0)
@example(EXP_MOST)
@example(-1)
def test_exp_is_exact_to_the_stated_error(x: int) -> None:
    with localcontext(prec=DIGITS):
        assert _error(fp.exp(x), (Decimal(x) / ONE).exp()) <= ERROR


@given(positive)
@example(1)
@example(2 * ONE - 1)
@example(ONE)
@example(ONE + 1)
@example(ONE - 1)
def test_ln_is_exact_to_the_stated_error(x: int) -> None:
    with localcontext(prec=DIGITS):
        assert _error(fp.ln(x), (Decimal(x) / ONE).ln()) <= ERROR


@given(st.integers(0, 10**40))
def test_sqrt_is_the_exact_root_rounded_down(x: int) -> None:
    root = fp.sqrt(x)

    assert root * root <= x * ONE < (root + 1) * (root + 1)


@given(deviations)
@example(0)
@example(9 * ONE)
@example(8 * ONE + 1)
@example(-8 * ONE - 1)
@example(9 * ONE - 1)
def test_normal_cdf_is_exact_to_the_stated_error(x: int) -> None:
    with localcontext(prec=DIGITS):
        assert _error(fp.normal_cdf(x), _exact_cdf(Decimal(x) / ONE)) <= ERROR


@given(deviations)
def test_normal_pdf_is_exact_to_the_stated_error(x: int) -> None:
    with localcontext(prec=DIGITS):
        value = Decimal(x) / ONE
        pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534")
        assert _error(fp.normal_pdf(x), (-value * value / 2).exp() / (2 * pi).sqrt()) <= ERROR


@given(deviations)
def test_both_tails_of_the_distribution_sum_to_one(x: int) -> None:
    assert abs(fp.normal_cdf(x) + fp.normal_cdf(-x) - ONE) <= 1


@given(st.integers(-10 * ONE, 10 * ONE), st.integers(100, ONE))
def test_the_distribution_does_not_fall_by_more_than_its_error(x: int, step: int) -> None:
    assert fp.normal_cdf(x + step) >= fp.normal_cdf(x) - 2


@pytest.mark.parametrize("x", [0, -1, -ONE])
def test_there_is_no_logarithm_of_what_is_not_positive(x: int) -> None:
    with pytest.raises(ValueError, match="no logarithm"):
        fp.ln(x)
