import math

import numpy as np
import pytest

from venues.pricing import svi_fit
from venues.pricing.smile import Slice
from venues.pricing.svi import RawSvi
from venues.pricing.svi_fit import Quoted

TRUE = RawSvi(a=0.002, b=0.05, rho=-0.2, m=0.01, sigma=0.1)
LATER = RawSvi(a=0.02, b=0.12, rho=-0.3, m=0.0, sigma=0.3)


def _quoted(shape: RawSvi, years: float, *, width: float = 0.01, vols: np.ndarray | None = None) -> Quoted:
    k = np.linspace(-3, 3, 25) * math.sqrt(shape.theta)
    made = np.sqrt(shape.total_variance(k) / years) if vols is None else vols
    return Quoted(Slice(150.0, years, 150.0 * np.exp(k), made), made - width / 2, made + width / 2)


def test_a_fit_finds_the_slices_that_made_the_quotes() -> None:
    parts = [_quoted(LATER, 0.2), _quoted(TRUE, 0.02)]

    found = svi_fit.fit(parts)

    k = np.linspace(-0.4, 0.4, 81)
    for fitted, shape in zip(found.slices, (TRUE, LATER), strict=True):
        assert fitted.total_variance(k) == pytest.approx(shape.total_variance(k), rel=1e-3)


def test_the_misfit_of_the_true_slice_is_nothing_and_every_quote_is_met() -> None:
    found = svi_fit.misfit(_quoted(LATER, 0.2), LATER, TRUE)

    assert (found.rms, found.most) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert (found.quotes, found.inside) == (25, 1.0)
    assert found.width == pytest.approx(1.0)
    assert found.least_rise > 0


def test_quotes_that_cross_in_time_are_fitted_by_slices_that_do_not() -> None:
    """The later expiry is quoted with less total variance far down than the earlier one."""
    early = RawSvi(a=0.001, b=0.09, rho=-0.2, m=0.0, sigma=0.1)
    late = RawSvi(a=0.004, b=0.08, rho=0.3, m=0.0, sigma=0.15)
    assert late.total_variance(-0.2) < early.total_variance(-0.2)

    short, long = svi_fit.fit([_quoted(early, 0.02, width=0.05), _quoted(late, 0.03, width=0.05)]).slices

    k = np.linspace(-3, 3, 601)
    assert (long.total_variance(k) - short.total_variance(k)).min() > 0


def test_quotes_with_a_butterfly_below_zero_are_fitted_by_a_slice_without_one() -> None:
    vogt = RawSvi(a=-0.0410, b=0.1331, rho=0.3060, m=0.3586, sigma=0.4153)
    k = np.linspace(-1.5, 1.5, 25)
    vols = np.sqrt(vogt.total_variance(k))
    part = Quoted(Slice(150.0, 1.0, 150.0 * np.exp(k), vols), vols - 0.005, vols + 0.005)

    (fitted,) = svi_fit.fit([part]).slices

    fine = np.linspace(-3, 3, 2001)
    assert vogt.durrleman(fine).min() < -0.01
    assert fitted.durrleman(fine).min() >= 0
    assert svi_fit.misfit(part, fitted, None).rms < 2
