"""Values of exotic options on a forward, by QuantLib: American, barrier, digital and Asian.

The optional library is asked through one function. Rates are zero, as in `black76`, so that a value depends on time
only through variance: the library, which counts whole days, is told that a quarter of an hour is a day, at a volatility
that is smaller by as much.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from intents.options import BARRIERS, Style

TICK_MS: Final = 900_000
"""Time in which lives are counted: a quarter of an hour."""

TICKS_PER_DAY: Final = 96
TICKS_PER_HOUR: Final = 4
MOST_TICKS: Final = 700 * TICKS_PER_DAY
"""Longest life: the calendar of the library ends in 2199."""

STEPS: Final = 400
"""Steps of the binomial tree of an American option."""

_BARRIERS: Final = {"up-in": "UpIn", "up-out": "UpOut", "down-in": "DownIn", "down-out": "DownOut"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exotic:
    """What is promised. Prices in one unit, which is that of the value."""

    style: Style
    strike: float
    ticks: int
    """Life in quarters of an hour."""

    call: bool
    barrier: float | None = None
    """Watched at every instant; of the four barrier styles only."""

    fixings: int = 1
    """Of an Asian option: prices that its mean is of, one an hour, the last at its end."""

    known: tuple[float, ...] = ()
    """Of an Asian option: those that are known already; the last of the others is at its end."""

    def __post_init__(self) -> None:
        if (self.style in BARRIERS) != (self.barrier is not None):
            raise ValueError(f"a barrier goes with {', '.join(_BARRIERS)} and with nothing else: {self.style}")
        if not 1 <= self.ticks <= MOST_TICKS or self.strike <= 0:
            raise ValueError(
                f"strike and life must be above zero, the life at most 700 days: {self.strike}, {self.ticks}"
            )
        if not len(self.known) < self.fixings:
            raise ValueError(f"{len(self.known)} prices of {self.fixings} are known: nothing is left to chance")


def require() -> None:
    """Look for the library.

    Raises:
        ModuleNotFoundError: if it is not installed.
    """
    if find_spec("QuantLib") is None:
        raise ModuleNotFoundError(
            "exotic options are priced by QuantLib, which is not installed: pip install solvernet[exotics]"
        )


@lru_cache(maxsize=65536)
def value(option: Exotic, forward: float, vol: float) -> float:
    """Return the value of an option: a digital pays one, an Asian by the arithmetic mean of its fixings.

    Asian options are priced by the moments of the mean (Turnbull and Wakeman), the others by closed forms, American
    ones on a tree.

    Args:
        option: What is promised.
        forward: Price of the underlying.
        vol: Annual volatility.

    Raises:
        ModuleNotFoundError: if QuantLib is not installed.
        ValueError: if a barrier is touched already.
    """
    require()
    if option.barrier is not None and (forward - option.barrier) * (1 if option.style.startswith("up") else -1) >= 0:
        raise ValueError(f"the barrier {option.barrier} is touched at {forward}")
    library: Any = import_module("QuantLib")
    today = library.Date(1, 1, 2001)
    library.Settings.instance().evaluationDate = today
    made, engine = _instrument(
        library, option, today, _process(library, today, forward, vol / math.sqrt(TICKS_PER_DAY))
    )
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
    end = today + option.ticks
    expiry = library.EuropeanExercise(end)
    if option.barrier is not None:
        barrier = getattr(library.Barrier, _BARRIERS[option.style])
        made = library.BarrierOption(barrier, option.barrier, 0.0, payoff, expiry)
        return made, library.AnalyticBarrierEngine(process)
    if option.style == "american":
        tree = library.BinomialVanillaEngine(process, "crr", STEPS)
        return library.VanillaOption(payoff, library.AmericanExercise(today, end)), tree
    if option.style == "asian":
        left = option.fixings - len(option.known)
        dates = [end - k * TICKS_PER_HOUR for k in range(left) if k * TICKS_PER_HOUR < option.ticks][::-1]
        past = (sum(option.known), len(option.known))
        made = library.DiscreteAveragingAsianOption(library.Average.Arithmetic, *past, dates, payoff, expiry)
        return made, library.TurnbullWakemanAsianEngine(process)
    if option.style == "digital":
        payoff = library.CashOrNothingPayoff(kind, option.strike, 1.0)
    return library.VanillaOption(payoff, expiry), library.AnalyticEuropeanEngine(process)
