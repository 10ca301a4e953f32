"""Values of exotic options on a forward, by QuantLib: American, barrier, digital and Asian.

The optional library is asked through one function. Rates are zero, as in `black76`; time is counted in whole days, as
the library counts it.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

Style = Literal["european", "american", "digital", "asian", "up-in", "up-out", "down-in", "down-out"]

STEPS = 800
"""Steps of the binomial tree of an American option."""

_BARRIERS = {"up-in": "UpIn", "up-out": "UpOut", "down-in": "DownIn", "down-out": "DownOut"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exotic:
    """What is promised. Prices in one unit, which is that of the value."""

    style: Style
    strike: float
    days: int
    call: bool
    barrier: float | None = None
    """Watched at every instant; of the four barrier styles only."""

    def __post_init__(self) -> None:
        if (self.style in _BARRIERS) != (self.barrier is not None):
            raise ValueError(f"a barrier goes with {', '.join(_BARRIERS)} and with nothing else: {self.style}")
        if self.days < 1 or self.strike <= 0:
            raise ValueError(f"strike and days must be above zero: {self.strike}, {self.days}")


def value(option: Exotic, forward: float, vol: float) -> float:
    """Return the value of an option: a digital pays one, an Asian the geometric mean of daily prices over the strike.

    Raises:
        ModuleNotFoundError: if QuantLib is not installed.
        ValueError: if a barrier is touched already.
    """
    if find_spec("QuantLib") is None:
        raise ModuleNotFoundError(
            "exotic options are priced by QuantLib, which is not installed: pip install solvernet[exotics]"
        )
    if option.barrier is not None and (forward - option.barrier) * (1 if option.style.startswith("up") else -1) >= 0:
        raise ValueError(f"the barrier {option.barrier} is touched at {forward}")
    library: Any = import_module("QuantLib")
    today = library.Date(1, 1, 2024)
    library.Settings.instance().evaluationDate = today
    made, engine = _instrument(library, option, today, _process(library, today, forward, vol))
    made.setPricingEngine(engine)
    return float(made.NPV())


def _process(library: Any, today: Any, forward: float, vol: float) -> Any:
    count = library.Actual365Fixed()
    zero = library.YieldTermStructureHandle(library.FlatForward(today, 0.0, count))
    flat = library.BlackVolTermStructureHandle(library.BlackConstantVol(today, library.NullCalendar(), vol, count))
    spot = library.QuoteHandle(library.SimpleQuote(forward))
    return library.BlackScholesMertonProcess(spot, zero, zero, flat)


def _instrument(library: Any, option: Exotic, today: Any, process: Any) -> tuple[Any, Any]:
    """Return the instrument and the engine that prices it."""
    kind = library.Option.Call if option.call else library.Option.Put
    payoff = library.PlainVanillaPayoff(kind, option.strike)
    end = today + option.days
    expiry = library.EuropeanExercise(end)
    if option.barrier is not None:
        barrier = getattr(library.Barrier, _BARRIERS[option.style])
        made = library.BarrierOption(barrier, option.barrier, 0.0, payoff, expiry)
        return made, library.AnalyticBarrierEngine(process)
    if option.style == "american":
        tree = library.BinomialVanillaEngine(process, "crr", STEPS)
        return library.VanillaOption(payoff, library.AmericanExercise(today, end)), tree
    if option.style == "asian":
        dates = [today + day for day in range(1, option.days + 1)]
        made = library.DiscreteAveragingAsianOption(library.Average.Geometric, 1.0, 0, dates, payoff, expiry)
        return made, library.AnalyticDiscreteGeometricAveragePriceAsianEngine(process)
    if option.style == "digital":
        payoff = library.CashOrNothingPayoff(kind, option.strike, 1.0)
    return library.VanillaOption(payoff, expiry), library.AnalyticEuropeanEngine(process)
