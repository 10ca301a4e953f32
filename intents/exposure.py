"""What a portfolio of options and ether must be backed with, exactly.

The value of a portfolio at expiry is piecewise linear in the settlement price, so it is known everywhere once it is
known at zero, at every strike, and by its slope beyond the last strike. Each expiry is backed on its own, because
the price of one expiry says nothing about the next: ether covers what is short beyond the last strike, cash covers
the worst of the remaining kinks. Options of other styles than European are backed one series at a time by the most
that they can ever pay, and what is held of them covers nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intents.assets import ETH
from intents.options import DIGITAL_PAYOUT, PAYOFF_SCALE, OptionSeries, parse_series

Positions = Sequence[tuple[OptionSeries, int]]
"""Series and signed quantities."""


@dataclass(frozen=True, slots=True)
class Backing:
    """Assets that cover the worst case of a portfolio."""

    ether: int
    """Wei of ether."""

    cash: int
    """USDC base units, rounded up."""


NO_BACKING = Backing(0, 0)


def backing(positions: Iterable[tuple[OptionSeries, int]]) -> Backing:
    """Return what covers `positions` (series and signed quantity) whatever happens, rounded against their owner."""
    by_expiry: dict[int, list[tuple[OptionSeries, int]]] = {}
    parts = []
    for series, quantity in positions:
        if not series.is_european:
            parts.append(exotic_backing(series, quantity))
        elif quantity:
            by_expiry.setdefault(series.expiry_ms, []).append((series, quantity))
    parts += [expiry_backing(legs) for legs in by_expiry.values()]
    return Backing(sum(part.ether for part in parts), sum(part.cash for part in parts))


def exotic_backing(series: OptionSeries, quantity: int) -> Backing:
    """Return what covers a position of another style than European: ether for a short call, cash for a short put.

    A digital option is covered by its payout. Rounding: up.
    """
    if quantity >= 0:
        return NO_BACKING
    if series.right == "C" and series.style != "digital":
        return Backing(-quantity, 0)
    most = DIGITAL_PAYOUT if series.style == "digital" else series.strike
    return Backing(0, -(quantity * most // PAYOFF_SCALE))


def expiry_backing(legs: Iterable[tuple[OptionSeries, int]]) -> Backing:
    """Return what covers positions in European series of a single expiry."""
    legs = list(legs)
    cover = max(0, -sum(quantity for series, quantity in legs if series.right == "C"))
    kinks = {0, *(series.strike for series, _ in legs)}
    worst = min(scaled_value(legs, cover, price) for price in kinks)
    return Backing(cover, -(min(worst, 0) // PAYOFF_SCALE))


def scaled_value(legs: Iterable[tuple[OptionSeries, int]], ether: int, price: int) -> int:
    """Return the value at settlement `price`, in USDC base units times `PAYOFF_SCALE` (exact)."""
    return ether * price + sum(quantity * series.intrinsic(price) for series, quantity in legs)


def split_legs(legs: Mapping[str, int]) -> tuple[list[tuple[OptionSeries, int]], int]:
    """Return the option positions and the wei of ether in a mapping from instrument to quantity."""
    options = [(parse_series(name), quantity) for name, quantity in sorted(legs.items()) if name != ETH]
    return options, legs.get(ETH, 0)


def uncovered(legs: Mapping[str, int]) -> Backing:
    """Return the backing that a set of legs needs beyond the ether it brings itself.

    Ether left over after the calls are covered does not reduce the cash: its value can fall to nothing.
    """
    options, ether = split_legs(legs)
    need = backing(options)
    return Backing(max(0, need.ether - ether), need.cash)
