"""Bringing a portfolio within bounds by hand: one trade after the other, each the cheapest cure for what is left.

Every bound is a row over the legs, and what is broken of it a distance. A step tries each instrument, bought or sold,
in each size that mends one row, and takes the one that mends most for its price at the owner's mark. Of several such
ways, with ether and without, the one with the least net debit stands. The optimising router finds cheaper portfolios;
this is what a desk would do without one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.bounds import bounds_gap
from intents.greeks import VOL_UNIT, YEAR_MS
from intents.intent import LOT
from intents.options import OptionSeries, parse_series
from intents.wants import Exposure
from solvers.routing.exposure_rows import Row, most_traded, rows, slope_terms, tradable, value_terms
from venues.pricing import black76
from venues.pricing.black76 import Floats

STEPS: Final = 24
"""Trades after which the desk gives up."""

POWERS: Final = (1, 2, 4)
"""How much more a trade counts that mends much at once: the desk tries several and takes the cheapest result."""

HANDLING: Final = 0.05
"""Dollars that any option traded counts as, so that what is nearly worthless is not traded in heaps."""

SPREAD: Final = 0.005
"""What ether costs beyond its price, as a fraction of it: what is paid for it is not lost."""

MOST_ROUNDED: Final = 6
"""Legs whose roundings are tried in all combinations."""

MOST_NUDGES: Final = 60
"""Lots by which legs that are rounded to the nearest are changed, at most."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """The rows of a number of units as arrays, and what each instrument costs at the mark."""

    names: tuple[str, ...]
    matrix: Floats
    low: Floats
    worth: Floats
    """Dollars that each costs at the mark."""

    price: Floats
    """Dollars that each counts as, where what is paid for ether is not lost."""

    most: float


def rebalanced(want: Exposure, quantity: int, listed: Sequence[OptionSeries], *, ether: bool) -> dict[str, int] | None:
    """Return legs that keep the bounds for `quantity` units, or `None` if this method finds none."""
    series = tradable(want, listed)
    desks = [_desk(want, quantity, series, ether=False)] if series else []
    desks += [_desk(want, quantity, series, ether=True)] if ether else []
    ways = [(desk, held) for desk in desks for power in POWERS if (held := _mended(desk, power)) is not None]
    for desk, held in sorted(ways, key=lambda way: float(way[1] @ way[0].worth)):
        legs = whole_legs(want, dict(zip(desk.names, held.tolist(), strict=True)), quantity)
        if legs is not None:
            return legs
    return None


def whole_legs(want: Exposure, legs: dict[str, float], quantity: int) -> dict[str, int] | None:
    """Return legs in whole lots near fractions of options that keep the bounds for `quantity` units, if any do.

    Of the roundings of a few legs those that buy least are tried first, then those a lot further away. Many legs are
    rounded to the nearest, and changed a lot at a time.
    """
    lots = {name: round(held * OPTION_UNIT / LOT, 6) for name, held in sorted(legs.items())}
    lots = {name: held for name, held in lots.items() if held}
    if not lots:
        return None
    choices = [sorted({int(held // 1), _up(held)}) for held in lots.values()]
    wider = [[low - 1, *between, high + 1] for between in choices for low, high in [(between[0], between[-1])]]
    for tried, most in ((choices, MOST_ROUNDED), (wider, MOST_ROUNDED - 2)):
        if len(lots) <= most:
            for whole in sorted(product(*tried), key=lambda each: (sum(each), each)):
                found = _kept(want, dict(zip(lots, whole, strict=True)), quantity)
                if found is not None:
                    return found
    return _nudged(want, lots, quantity)


def _nudged(want: Exposure, lots: dict[str, float], quantity: int) -> dict[str, int] | None:
    """Return legs rounded to the nearest lots, then changed a lot at a time until nothing is short, if that works."""
    series = [parse_series(name) for name in lots if name != ETH]
    desk = _desk(want, quantity, series, ether=ETH in lots)
    whole = np.array([round(lots[name]) for name in desk.names])
    lot, scale = desk.matrix * (LOT / OPTION_UNIT), np.maximum(np.abs(desk.matrix).max(axis=1), 1e-9)
    moves = np.vstack([np.eye(len(whole)), -np.eye(len(whole))]).astype(int)
    for _ in range(MOST_NUDGES):
        found = _kept(want, dict(zip(desk.names, whole.tolist(), strict=True)), quantity)
        if found is not None:
            return found
        every = np.vstack([whole, whole + moves])
        short = np.maximum((desk.low - every @ lot.T) / scale, 0.0).sum(axis=1)
        best = int(short.argmin())
        if best == 0:
            return None
        whole = every[best]
    return None


def _kept(want: Exposure, lots: Mapping[str, int], quantity: int) -> dict[str, int] | None:
    """Return numbers of lots as legs if they keep the bounds."""
    found = {name: held * LOT for name, held in lots.items() if held}
    keeps = found.get(ETH, 0) >= 0 and bounds_gap(want, found, quantity) is None
    return found if found and keeps else None


def _desk(want: Exposure, quantity: int, series: Sequence[OptionSeries], *, ether: bool) -> _Desk:
    """Return the rows of a quantity, those on backing on the safe side: ether covers no loss below a call's strike."""
    units = quantity / OPTION_UNIT
    every = list(rows(want, series, ether=ether))
    for kink in sorted({0, *(each.strike for each in series)}):
        terms = value_terms(want, series, kink, ether=False)
        every.append(Row(terms, -want.collateral / USDC_UNIT))
    every.append(Row(slope_terms(series, ether=ether), 0.0))
    names = tuple(each.symbol for each in series) + ((ETH,) if ether else ())
    matrix = np.array([[row.terms.get(name, 0.0) for name in names] for row in every])
    years = (series[0].expiry_ms - want.mark.at_ms) / YEAR_MS if series else 1.0
    price, vol = want.mark.price / PRICE_UNIT, want.mark.vol / VOL_UNIT
    worth = [float(black76.price(price, s.strike / PRICE_UNIT, vol, years, s.right == "C")) for s in series]
    cash = np.array([*worth, *([price] if ether else [])])
    counted = np.array([*worth, *([price * SPREAD] if ether else [])]) + HANDLING
    low = np.array([row.per_unit * units for row in every])
    return _Desk(names, matrix, low, cash, counted, most_traded(want) * units)


def _mended(desk: _Desk, power: int) -> Floats | None:
    """Return numbers of each instrument that keep every row, or `None` after `STEPS` trades."""
    held = np.zeros(len(desk.names))
    scale = np.maximum(np.abs(desk.matrix).max(axis=1), 1e-9)
    for _ in range(STEPS):
        short = (desk.low - desk.matrix @ held) / scale
        if float(short.max(initial=0.0)) <= 1e-9:
            return held
        step = _best_step(desk, held, (short, scale), power)
        if step is None:
            return None
        held[step[0]] += step[1]
    return None


def _best_step(desk: _Desk, held: Floats, broken_rows: tuple[Floats, Floats], power: int) -> tuple[int, float] | None:
    """Return the instrument and size that mend most of what is short for their price."""
    short, scale = broken_rows
    broken = np.flatnonzero(short > 1e-9)
    before, best = float(np.maximum(short, 0.0).sum()), None
    for index in range(len(desk.names)):
        column = desk.matrix[:, index] / scale
        for size in {float(short[row] / column[row]) for row in broken if abs(column[row]) > 1e-9}:
            after = held[index] + size
            if (desk.names[index] == ETH and after < 0) or np.abs(held).sum() + abs(size) > desk.most:
                continue
            left = float(np.maximum(short - column * size, 0.0).sum())
            gain = (before - left) ** power / (abs(size) * desk.price[index])
            if left < before - 1e-9 and (best is None or gain > best[0]):
                best = (gain, index, size)
    return (best[1], best[2]) if best is not None else None


def _up(lots: float) -> int:
    return -int(-lots // 1)
