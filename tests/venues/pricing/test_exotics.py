import importlib.util

import pytest

from venues.pricing import black76, exotics
from venues.pricing.exotics import Exotic, Style, value

needs_quantlib = pytest.mark.skipif(importlib.util.find_spec("QuantLib") is None, reason="QuantLib is not installed")

FORWARD, VOL, DAYS = 150.0, 0.9, 73
CASES = [(strike, call) for strike in (110.0, 150.0, 190.0) for call in (True, False)]


def _value(style: Style, strike: float, call: bool, *, days: int = DAYS, barrier: float | None = None) -> float:
    return value(Exotic(style=style, strike=strike, days=days, call=call, barrier=barrier), FORWARD, VOL)


def _european(strike: float, call: bool, days: int = DAYS) -> float:
    return float(black76.price(FORWARD, strike, VOL, days / 365, call))


@needs_quantlib
@pytest.mark.parametrize(("strike", "call"), CASES)
def test_a_european_option_is_black_76(strike: float, call: bool) -> None:
    assert _value("european", strike, call) == pytest.approx(_european(strike, call), rel=1e-10)


@needs_quantlib
@pytest.mark.parametrize(("strike", "call"), CASES)
def test_an_american_option_without_rates_is_never_worth_exercising_early(strike: float, call: bool) -> None:
    found = _value("american", strike, call)

    assert found == pytest.approx(_european(strike, call), rel=2e-3)
    assert found >= max((FORWARD - strike) * (1 if call else -1), 0)


@needs_quantlib
@pytest.mark.parametrize(("strike", "call"), CASES)
@pytest.mark.parametrize(("way", "barrier"), [("up", 200.0), ("down", 100.0)])
def test_knocked_in_and_knocked_out_make_a_european_option(strike: float, call: bool, way: str, barrier: float) -> None:
    knocked_in = value(
        Exotic(style="up-in" if way == "up" else "down-in", strike=strike, days=DAYS, call=call, barrier=barrier),
        FORWARD,
        VOL,
    )
    knocked_out = value(
        Exotic(style="up-out" if way == "up" else "down-out", strike=strike, days=DAYS, call=call, barrier=barrier),
        FORWARD,
        VOL,
    )

    assert knocked_in + knocked_out == pytest.approx(_european(strike, call), rel=1e-10)
    assert min(knocked_in, knocked_out) >= 0


@needs_quantlib
@pytest.mark.parametrize("strike", [110.0, 150.0, 190.0])
def test_a_digital_option_is_the_limit_of_spreads(strike: float) -> None:
    spread = (_european(strike - 1e-3, True) - _european(strike + 1e-3, True)) / 2e-3

    assert _value("digital", strike, True) == pytest.approx(spread, rel=1e-6)
    assert _value("digital", strike, True) + _value("digital", strike, False) == pytest.approx(1.0)


@needs_quantlib
@pytest.mark.parametrize("strike", [110.0, 150.0, 190.0])
def test_an_asian_call_is_worth_less_than_a_european_one_and_the_same_over_one_day(strike: float) -> None:
    assert _value("asian", strike, True) < _european(strike, True)
    assert _value("asian", strike, True, days=1) == pytest.approx(_european(strike, True, 1), rel=1e-8, abs=1e-12)


@needs_quantlib
def test_a_barrier_that_is_touched_already_is_refused() -> None:
    with pytest.raises(ValueError, match="is touched at 150"):
        _value("up-out", 150.0, True, barrier=140.0)


def test_a_barrier_goes_with_barrier_styles_only() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        Exotic(style="asian", strike=1.0, days=1, call=True, barrier=2.0)
    with pytest.raises(ValueError, match="nothing else"):
        Exotic(style="up-in", strike=1.0, days=1, call=True)


def test_without_quantlib_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exotics, "find_spec", lambda _: None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install solvernet\[exotics\]"):
        _value("american", 150.0, True)
