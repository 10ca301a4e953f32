"""Ready-made wants, in dollars and whole options, for users who do not think in base units."""

from collections.abc import Mapping, Sequence

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.greeks import DELTA_UNIT, VOL_UNIT
from intents.wants import (
    MAX_PRICE,
    MAX_RISK,
    SLOPE_UNIT,
    Exposure,
    Greek,
    GreekBound,
    Holding,
    Knot,
    Leg,
    LossBound,
    Mark,
    Package,
    Payoff,
)

Range = tuple[float | None, float | None]
"""Lowest and highest; `None` where there is no bound."""


def option(expiry: str, strike: int, right: str, *, underlying: str = ETH) -> str:
    """Return the symbol of a series, such as `option("27MAR20", 130, "P")`."""
    return f"{underlying}-{expiry}-{strike}-{right}"


def single(instrument: str, *, ratio: int = 1) -> Package:
    """Return a package of one leg; sell with a ratio of -1."""
    return Package(legs=(Leg(instrument=instrument, ratio=ratio),))


def vertical(expiry: str, buy: int, sell: int, right: str) -> Package:
    """Return a spread that buys one strike and sells another of the same expiry and right."""
    return Package(
        legs=(
            Leg(instrument=option(expiry, buy, right), ratio=1),
            Leg(instrument=option(expiry, sell, right), ratio=-1),
        )
    )


def straddle(expiry: str, strike: int) -> Package:
    """Return a call and a put of one strike."""
    return strangle(expiry, strike, strike)


def strangle(expiry: str, put: int, call: int) -> Package:
    """Return a put and a call of the same expiry."""
    return Package(
        legs=(Leg(instrument=option(expiry, put, "P"), ratio=1), Leg(instrument=option(expiry, call, "C"), ratio=1))
    )


def collar(expiry: str, put: int, call: int) -> Package:
    """Return ether bought with a put below it and a call sold above it."""
    return Package(
        legs=(
            Leg(instrument=ETH, ratio=1),
            Leg(instrument=option(expiry, put, "P"), ratio=1),
            Leg(instrument=option(expiry, call, "C"), ratio=-1),
        )
    )


def covered_call(expiry: str, call: int) -> Package:
    """Return ether bought with a call sold on it."""
    return Package(legs=(Leg(instrument=ETH, ratio=1), Leg(instrument=option(expiry, call, "C"), ratio=-1)))


def hedge(expiry: str, strike: int, *, deductible: int = 0) -> Payoff:
    """Return a floor that pays every dollar by which ether ends below `strike` less `deductible` dollars."""
    knot = Knot(price=(strike - deductible) * PRICE_UNIT, value=0)
    return Payoff(expiry=expiry, knots=(knot,), left_slope=-SLOPE_UNIT, right_slope=0)


def band(expiry: str, low: int, high: int) -> Payoff:
    """Return a floor that pays `high - low` dollars at `low` or below, falling to nothing at `high`."""
    knots = (Knot(price=low * PRICE_UNIT, value=(high - low) * USDC_UNIT), Knot(price=high * PRICE_UNIT, value=0))
    return Payoff(expiry=expiry, knots=knots, left_slope=0, right_slope=0)


def mark(price: float, vol: float, at_ms: int) -> Mark:
    """Return the market at which delta and vega are measured: dollars, a volatility of 0.8 for 80 %, Unix time."""
    return Mark(price=round(price * PRICE_UNIT), vol=round(vol * VOL_UNIT), at_ms=at_ms)


def delta(low: float | None = None, high: float | None = None) -> GreekBound:
    """Return bounds on delta, in ether for each unit."""
    return _greek("delta", (low, high), DELTA_UNIT)


def vega(low: float | None = None, high: float | None = None) -> GreekBound:
    """Return bounds on vega, in dollars for a point of volatility for each unit."""
    return _greek("vega", (low, high), USDC_UNIT)


def most_loss(dollars: float, low: float = 0, high: float | None = None) -> LossBound:
    """Return the most a unit may lose while ether ends between two prices, or at any price at all."""
    end = MAX_PRICE if high is None else round(high * PRICE_UNIT)
    return LossBound(low=round(low * PRICE_UNIT), high=end, most=round(dollars * USDC_UNIT))


def exposure(
    expiry: str,
    at: Mark,
    bounds: Sequence[GreekBound | LossBound],
    *,
    held: Mapping[str, float] | None = None,
    collateral: float = 0,
) -> Exposure:
    """Return bounds on what is held together with what a solver buys for it, all for each unit.

    Args:
        expiry: Expiry of what may be traded, such as `27MAR20`.
        at: Where delta and vega are measured.
        bounds: Made with `delta`, `vega` and `most_loss`.
        held: Options, or ether, that are held already, by instrument.
        collateral: Dollars that the owner brings to back what is sold. With none, what is bought pays for all that is
            sold, at any price. With some, a solver may sell options against it for their premium.
    """
    holdings = tuple(
        Holding(instrument=name, quantity=round(amount * OPTION_UNIT)) for name, amount in (held or {}).items()
    )
    return Exposure(
        expiry=expiry,
        mark=at,
        held=holdings,
        greeks=tuple(bound for bound in bounds if isinstance(bound, GreekBound)),
        losses=tuple(bound for bound in bounds if isinstance(bound, LossBound)),
        collateral=round(collateral * USDC_UNIT),
    )


def _greek(name: Greek, ends: Range, unit: int) -> GreekBound:
    low, high = ends
    return GreekBound(
        greek=name,
        low=-MAX_RISK if low is None else round(low * unit),
        high=MAX_RISK if high is None else round(high * unit),
    )
