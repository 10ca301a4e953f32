"""Wants that leave the legs to the solver, as rows of the program: payoff floors, and bounds on risk."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from intents.assets import ETH, PRICE_UNIT, USDC_UNIT
from intents.options import OptionSeries, parse_series
from intents.wants import SLOPE_UNIT, Exposure, Payoff, expiries
from solvers.routing.exposure_rows import most_traded, rows, slope_terms, tradable
from solvers.routing.program import Program

Legs = dict[str, tuple[int, int | None]]
"""Long and short variable of each instrument that may be used; no short one where it may not be sold."""

REACH: Final = 0.3
"""How far from a knot, as a fraction of its price, a strike may be and still be considered for a floor."""

MOST_LEGS: Final = 100.0
"""Options bought and sold for each unit of a floor, at most: nothing is traded for a floor that is not delivered.

Otherwise it would be a place for arbitrage between venues, and for what other intents sell and nobody wants.
"""


def usable(want: Payoff | Exposure, instruments: Sequence[str], *, every: bool = False) -> tuple[OptionSeries, ...]:
    """Return the series among the instruments of a chain that may become legs.

    For a floor those are puts, and calls where it is above zero on the right, struck within `REACH` of a knot: others
    only add cost. With `every`, all that the want allows.
    """
    listed = tuple(map(parse_series, (name for name in instruments if name != ETH)))
    if every:
        return tuple(each for each in listed if each.is_european and (each.expiry_ms,) == expiries(want))
    if isinstance(want, Exposure):
        return tradable(want, listed)
    needs_calls = want.right_slope > 0 or want.knots[-1].value > 0
    return tuple(
        series
        for series in listed
        if series.is_european
        and (series.expiry_ms,) == expiries(want)
        and (series.right == "P" or needs_calls)
        and any(abs(series.strike - knot.price) <= REACH * knot.price for knot in want.knots)
    )


def add_legs(
    program: Program, quantity: int, want: Payoff | Exposure, series: Sequence[OptionSeries], *, ether: bool
) -> Legs:
    """Add legs of some series, and of ether, and the rows that make them give what is wanted for `quantity` units.

    `quantity` is a variable; whether `ether` is traded on the chain is for the caller to say.
    """
    legs: Legs = {each.symbol: (program.variable(), program.variable()) for each in series}
    if ether and (isinstance(want, Exposure) or want.right_slope > 0):
        legs[ETH] = (program.variable(), None)
    most = most_traded(want) if isinstance(want, Exposure) else MOST_LEGS
    every = {index: 1.0 for pair in legs.values() for index in pair if index is not None}
    program.row(every | {quantity: -most}, high=0.0)
    if isinstance(want, Exposure):
        _add_bounds(program, quantity, want, (series, legs))
        return legs
    for terms, per_unit in _floor_rows(want, series, ether=ETH in legs):
        program.row(_signed(legs, terms) | {quantity: -per_unit}, low=0.0)
    return legs


def _floor_rows(
    want: Payoff, series: Sequence[OptionSeries], *, ether: bool
) -> Iterator[tuple[Mapping[str, float], float]]:
    """Yield what one of each leg pays and the floor of one unit, at every kink and beyond the last."""
    for price in sorted({*want.kinks(), *(each.strike for each in series)}):
        pays = {each.symbol: each.intrinsic(price) / PRICE_UNIT for each in series}
        yield pays | ({ETH: price / PRICE_UNIT} if ether else {}), float(want.value(price)) / USDC_UNIT
    yield slope_terms(series, ether=ether), want.right_slope / SLOPE_UNIT


def _add_bounds(program: Program, quantity: int, want: Exposure, chosen: tuple[Sequence[OptionSeries], Legs]) -> None:
    series, legs = chosen
    for row in rows(want, series, ether=ETH in legs):
        program.row(_signed(legs, row.terms) | {quantity: -row.per_unit}, low=0.0)
    cover = _add_cover(program, quantity, want, legs) if ETH in legs else None
    for price in sorted({0, *(each.strike for each in series)}):
        terms = _signed(legs, {each.symbol: each.intrinsic(price) / PRICE_UNIT for each in series})
        backed = {cover: price / PRICE_UNIT} if cover is not None else {}
        program.row(terms | backed | {quantity: -(-want.collateral / USDC_UNIT)}, low=0.0)
    if cover is None:
        program.row(_signed(legs, slope_terms(series, ether=False)), low=0.0)


def _add_cover(program: Program, quantity: int, want: Exposure, legs: Legs) -> int:
    """Add the ether that covers calls sold: as many as are net sold, none where calls are net bought.

    A clearing house counts no more ether than that against losses, so what is left over must not help here either.
    """
    calls = _signed(legs, {name: 1.0 for name in legs if name.endswith("-C")})
    most = most_traded(want) * program.upper[quantity]
    cover, sold = program.variable(), program.variable(integer=True)
    program.row({cover: 1.0, legs[ETH][0]: -1.0}, high=0.0)
    program.row(calls | {cover: 1.0}, low=0.0)
    program.row(calls | {cover: 1.0, sold: most}, high=most)
    program.row({cover: 1.0, sold: -most}, high=0.0)
    return cover


def _signed(legs: Legs, values: Mapping[str, float]) -> dict[int, float]:
    """Return the terms of a row that adds `values` for long legs and takes them off for short ones."""
    row: dict[int, float] = {}
    for name, value in values.items():
        long, short = legs[name]
        if value:
            row[long] = value
            if short is not None:
                row[short] = -value
    return row
