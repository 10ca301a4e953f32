"""Option prices, Greeks, implied volatilities and books against other libraries, where these are installed.

Each row is one run on one machine. A library that is absent gives a row that says so.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.harness import Row, skipped
from venues.pricing import black76
from venues.pricing.greeks import greeks
from venues.pricing.implied import implied_vol
from venues.seeds import generator

FORWARD = 150.0
VOL = 0.9


def rows(quick: bool) -> list[Row]:
    """Return a row or more for QuantLib and for vollib."""
    found: list[Row] = []
    for name, measure in (("QuantLib", _quantlib), ("vollib", _vollib)):
        if importlib.util.find_spec(name) is None:
            found.append(skipped(f"black-76 against {name}", f"{name} is not installed"))
        else:
            found += measure(2_000 if quick else 20_000)
    return found


def _seconds(run: Callable[[], object]) -> float:
    """Return the best of five."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def _quantlib(count: int) -> list[Row]:
    """Return price and four Greeks of an option against the analytic European engine, in microseconds."""
    draw = generator(4, "benchmark", "options of a peer")
    strike, days, call = draw.uniform(80, 300, count), draw.integers(3, 365, count), draw.random(count) < 0.5
    options = _european_options(strike.tolist(), days.tolist(), call.tolist())

    def theirs() -> list[tuple[float, ...]]:
        found = []
        for option in options:
            option.recalculate()
            found.append((option.NPV(), option.delta(), option.gamma(), option.vega(), option.theta()))
        return found

    inputs = (np.full(count, FORWARD), strike, np.full(count, VOL), days / 365, call)
    for mine, other in zip(greeks(*inputs), zip(*theirs(), strict=True), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-8, atol=1e-12)
    many = [np.tile(x, 10) for x in inputs]
    a, b = _seconds(lambda: greeks(*many)) / (10 * count) * 1e6, _seconds(theirs) / count * 1e6
    note = "us an option; peer: its analytic European engine from Python, objects made before; ratio peer over ours"
    return [Row("price and four Greeks against QuantLib", a, b, b / a, note)]


def _european_options(strikes: list[float], days: list[int], calls: list[bool]) -> list[Any]:
    """Return QuantLib's options on a spot that is its own forward: all rates are zero."""
    library = importlib.import_module("QuantLib")
    today, count = library.Date(1, 1, 2024), library.Actual365Fixed()
    library.Settings.instance().evaluationDate = today
    zero = library.YieldTermStructureHandle(library.FlatForward(today, 0.0, count))
    flat = library.BlackVolTermStructureHandle(library.BlackConstantVol(today, library.NullCalendar(), VOL, count))
    spot = library.QuoteHandle(library.SimpleQuote(FORWARD))
    engine = library.AnalyticEuropeanEngine(library.BlackScholesMertonProcess(spot, zero, zero, flat))
    options = []
    for strike, life, call in zip(strikes, days, calls, strict=True):
        payoff = library.PlainVanillaPayoff(library.Option.Call if call else library.Option.Put, strike)
        option = library.EuropeanOption(payoff, library.EuropeanExercise(today + life))
        option.setPricingEngine(engine)
        options.append(option)
    return options


def _vollib(count: int) -> list[Row]:
    """Return implied volatility against vollib in microseconds, and the error of both out to six deviations."""
    invert = importlib.import_module("vollib.black.implied_volatility").implied_volatility
    draw = generator(4, "benchmark", "volatilities of a peer")
    vol, years = draw.uniform(0.2, 3.0, count), draw.uniform(1 / 365, 1.0, count)
    strike = FORWARD * np.exp(draw.uniform(-6, 6, count) * vol * np.sqrt(years))
    call = strike >= FORWARD
    prices = black76.price(FORWARD, strike, vol, years, call)
    flags = np.where(call, "c", "p").tolist()
    terms = list(zip(prices.tolist(), strike.tolist(), years.tolist(), flags, strict=True))

    def theirs() -> list[float]:
        return [invert(price, FORWARD, k, 0.0, life, flag) for price, k, life, flag in terms]

    a = _seconds(lambda: implied_vol(prices, FORWARD, strike, years, call)) / count * 1e6
    b = _seconds(theirs) / count * 1e6
    errors = np.abs(implied_vol(prices, FORWARD, strike, years, call) - vol), np.abs(np.array(theirs()) - vol)
    mine, other = (float(np.quantile(each, 0.999)) for each in errors)
    return [
        Row("implied volatility against vollib", a, b, b / a, "us an option, one by one; ratio peer over ours"),
        Row(
            "implied volatility, error of 99.9 %", mine, other, mine / other, "to six deviations; ratio ours over peer"
        ),
    ]
