import importlib.util

import numpy as np
import pytest

from intents.options import Style
from venues.pricing import black76, exotics
from venues.pricing.exotics import Exotic, value
from venues.seeds import generator

needs_quantlib = pytest.mark.skipif(importlib.util.find_spec("QuantLib") is None, reason="QuantLib is not installed")

FORWARD, VOL, DAYS = 150.0, 0.9, 73
DAY = exotics.TICKS_PER_DAY
CASES = [(strike, call) for strike in (110.0, 150.0, 190.0) for call in (True, False)]


def _value(style: Style, strike: float, call: bool, *, days: int = DAYS, barrier: float | None = None) -> float:
    return value(Exotic(style=style, strike=strike, ticks=days * DAY, call=call, barrier=barrier), FORWARD, VOL)


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
        Exotic(
            style="up-in" if way == "up" else "down-in", strike=strike, ticks=DAYS * DAY, call=call, barrier=barrier
        ),
        FORWARD,
        VOL,
    )
    knocked_out = value(
        Exotic(
            style="up-out" if way == "up" else "down-out", strike=strike, ticks=DAYS * DAY, call=call, barrier=barrier
        ),
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
@pytest.mark.parametrize("strike", [146.0, 150.0, 154.0])
def test_an_option_on_the_mean_is_worth_what_it_pays_on_average(strike: float) -> None:
    """Against 200,000 paths of 24 hourly prices, of which one half mirrors the other."""
    steps = generator(7, "asian").standard_normal((100_000, 24))
    deviation = VOL * np.sqrt(1 / 24 / 365)
    ways = np.concatenate([steps, -steps]).cumsum(axis=1) * deviation - deviation**2 / 2 * np.arange(1, 25)
    pays = np.maximum(strike - FORWARD * np.exp(ways).mean(axis=1), 0.0)

    found = value(Exotic(style="asian", strike=strike, ticks=DAY, call=False, fixings=24), FORWARD, VOL)

    assert found == pytest.approx(pays.mean(), abs=4 * pays.std() / np.sqrt(len(pays)))


@needs_quantlib
def test_an_option_on_the_mean_of_one_price_is_european_and_known_prices_leave_less_to_chance() -> None:
    alone = value(Exotic(style="asian", strike=150.0, ticks=DAY, call=False), FORWARD, VOL)
    last = value(
        Exotic(style="asian", strike=150.0, ticks=1, call=False, fixings=24, known=(146.0,) * 23), FORWARD, VOL
    )

    assert alone == pytest.approx(_european(150.0, call=False, days=1), rel=1e-9)
    assert last == pytest.approx(150.0 - (23 * 146.0 + FORWARD) / 24, rel=1e-3)


@needs_quantlib
@pytest.mark.parametrize("ticks", [1, 7, 4_000, exotics.MOST_TICKS])
def test_lives_are_counted_in_quarters_of_an_hour(ticks: int) -> None:
    found = value(Exotic(style="european", strike=160.0, ticks=ticks, call=True), FORWARD, VOL)

    years = ticks * exotics.TICK_MS / black76.MS_PER_YEAR
    assert found == pytest.approx(float(black76.price(FORWARD, 160.0, VOL, years, True)), rel=1e-9, abs=1e-12)


@needs_quantlib
def test_a_barrier_that_is_touched_already_is_refused() -> None:
    with pytest.raises(ValueError, match="is touched at 150"):
        _value("up-out", 150.0, True, barrier=140.0)


@pytest.mark.parametrize("ticks", [0, exotics.MOST_TICKS + 1])
def test_a_life_that_the_library_cannot_count_is_refused(ticks: int) -> None:
    with pytest.raises(ValueError, match="life"):
        Exotic(style="digital", strike=1.0, ticks=ticks, call=True)


def test_an_option_on_prices_that_are_all_known_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is left to chance"):
        Exotic(style="asian", strike=1.0, ticks=1, call=False, fixings=2, known=(1.0, 1.0))


def test_a_barrier_goes_with_barrier_styles_only() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        Exotic(style="asian", strike=1.0, ticks=1, call=True, barrier=2.0)
    with pytest.raises(ValueError, match="nothing else"):
        Exotic(style="up-in", strike=1.0, ticks=1, call=True)


def test_without_quantlib_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exotics, "find_spec", lambda _: None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install solvernet\[exotics\]"):
        _value("american", 149.5, True)
