"""Sales on the board of an option market maker make purchases there cheaper, which a bound has to allow for.

Volatility falls by a point for each standard size sold, whatever the series, and a purchase is priced at what is left.
So what a purchase of `q` saves by a sale of `s` is at most a slope times `q s`: the slope is the largest vega there can
be times the fall of volatility. A product is bounded by planes ([McCormick]), piece by piece of `s`.

[McCormick]: https://doi.org/10.1007/BF01580665
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT
from intents.options import OptionSeries, parse_series
from solvers.routing.exact import Model
from solvers.routing.problem import Route
from venues.graph import Edge, LiquidityGraph
from venues.markets.board import VOL_POINT, strike_key
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Market
from venues.pricing import black76
from venues.pricing.black76 import Floats
from venues.pricing.fixed_point import ONE

Board = tuple[str, int]
"""Venue and expiry."""

SAFE = 1 + 1e-9
"""What a slope is multiplied by, for the rounding of its arithmetic."""


@dataclass(slots=True)
class Pieces:
    """Into which pieces the sales on each board are cut, in options."""

    most: float | None = None
    """Most that is sold on one, or `None` for whatever the program allows."""

    breaks: dict[Board, list[float]] = field(default_factory=dict)

    def refine(self, board: Board, sold: float) -> None:
        """Cut the piece in which something is sold there, where it is."""
        marks = self.breaks[board]
        last = marks[-1]
        near = {min(max(sold * factor, 0.0), last) for factor in (0.9, 1.0, 1.1)}
        marks[:] = _apart(sorted({*marks, *near}), last)


@dataclass(frozen=True, slots=True)
class Discounts:
    """Where a program has sales and purchases on one board."""

    sold: Mapping[Board, list[int]]
    """Variables of all that is sold there."""


NEAR = 1e-6
"""How far deltas in floating-point numbers may be from those in whole numbers."""


def add_discounts(model: Model, graph: LiquidityGraph, pieces: Pieces) -> Discounts:
    """Add what purchases on a board save by sales on it, at most."""
    sold: dict[Board, list[int]] = {}
    for (name, expiry), buys, sells in _boards(model, graph):
        venue = graph.snapshot.by_venue[name]
        if not buys or not sells:
            continue
        assert isinstance(venue, OptionAmm)
        steps = [step for edge in sells for step in model.flows[edge]]
        most = sum(model.program.upper[step] for step in steps)
        if pieces.most is not None and pieces.most < most:
            most = pieces.most
            model.program.row(dict.fromkeys(steps, 1.0), high=most)
        if most <= 0:
            continue
        marks = pieces.breaks.setdefault((name, expiry), [0.0, most])
        sold[name, expiry] = steps
        opened = _cut(model, steps, marks)
        for edge in buys:
            _add_saving(model, edge, (marks, opened), slope(venue, edge, (most, _depth(model, edge)), graph))
    return Discounts(sold)


def add_crowding(model: Model, graph: LiquidityGraph) -> None:
    """Add what two purchases on one board cost more than each alone, at least.

    Whichever comes second finds the volatility raised. The product of both is at least the larger of zero and a plane.
    """
    for (name, _), buys, sells in _boards(model, graph):
        venue = graph.snapshot.by_venue[name]
        assert isinstance(venue, OptionAmm)
        sold = sum(_depth(model, edge) for edge in sells)
        bought = sum(_depth(model, edge) for edge in buys)
        for one, two in combinations(buys, 2):
            each = min(least_slope(venue, edge, (sold, bought), graph) for edge in (one, two))
            first, second = _depth(model, one), _depth(model, two)
            extra = model.program.variable(gain=-each)
            terms = dict.fromkeys(model.flows[one], -second) | dict.fromkeys(model.flows[two], -first)
            model.program.row({extra: 1.0} | terms, low=-first * second)


def least_slope(venue: OptionAmm, edge: Edge, most: tuple[float, float], graph: LiquidityGraph) -> float:
    """Return the least dollars by which a purchase of one option makes one of another series dearer.

    Vega is least at an end of the volatilities that may be met.
    """
    series, (sold, bought) = parse_series(edge.instrument), most
    board, rules = venue.boards[series.expiry], venue.rules
    move = VOL_POINT / ONE / (rules.standard_size / OPTION_UNIT)
    adjusted, base, skew = rules.skew_adjustment / ONE, board.base_iv / ONE, board.skews[strike_key(series)] / ONE
    low = (base - move * sold) * (skew - move * adjusted * sold)
    high = (base + move * bought) * (skew + move * adjusted * bought)
    forward, strike = graph.snapshot.by_chain[venue.chain].spot / PRICE_UNIT, series.strike / PRICE_UNIT
    years = max(series.expiry_ms - graph.snapshot.time_ms, 0) / black76.MS_PER_YEAR
    least_skew = skew - move * adjusted * sold
    if low <= 0 or least_skew <= 0 or forward <= 0 or years <= 0:
        return 0.0
    vega = min(float(black76.vega(forward, strike, vol, years)) for vol in (low, high))
    return vega * move * least_skew / SAFE


def slope(venue: OptionAmm, edge: Edge, most: tuple[float, float], graph: LiquidityGraph) -> float:
    """Return the most dollars that a purchase of one option saves by a sale of one; `most` is what is sold and bought.

    Vega is largest where the volatility is `sqrt(2 |log moneyness| / years)`, or at the end nearer to it.
    """
    series = parse_series(edge.instrument)
    board, rules = venue.boards[series.expiry], venue.rules
    move = VOL_POINT / ONE / (rules.standard_size / OPTION_UNIT)
    adjusted, sold, bought = rules.skew_adjustment / ONE, *most
    base, skew = board.base_iv / ONE + move * bought, board.skews[strike_key(series)] / ONE + move * adjusted * bought
    fall = move * (skew + adjusted * base)
    high = base * skew
    vega = _largest_vega(series, (max(high - fall * (sold + bought), 1e-6), high), graph, venue.chain)
    return vega * fall * (1 + rules.price_fee / ONE) * SAFE


def most_sold(graph: LiquidityGraph, route: Route) -> float:
    """Return the most options that a route sells on the boards of one market maker."""
    sold: dict[str, int] = {}
    for part in route.parcels:
        for order in part.orders:
            if order.side == "sell" and isinstance(graph.snapshot.by_venue[order.venue], OptionAmm):
                sold[order.venue] = sold.get(order.venue, 0) + order.quantity
    return max(sold.values(), default=0) / OPTION_UNIT


def may_trade(venue: OptionAmm, series: OptionSeries, moved: float, market: Market) -> bool:
    """Return whether a maker may take a series once up to `moved` options have been traded on its board, either way.

    Delta has its extremes at the ends of the volatilities, or where they are as `_flattest` says.
    """
    board, rules = venue.boards[series.expiry], venue.rules
    move = VOL_POINT / ONE / (rules.standard_size / OPTION_UNIT) * moved
    base, skew = board.base_iv / ONE, board.skews[strike_key(series)] / ONE
    adjusted = rules.skew_adjustment / ONE * move
    low, high = max((base - move) * max(skew - adjusted, 0), 1e-6), (base + move) * (skew + adjusted)
    if high * SAFE < rules.min_vol / ONE or low > rules.max_vol / ONE * SAFE or market.spot <= 0:
        return False
    years = max(series.expiry_ms - market.now_ms, 0) / black76.MS_PER_YEAR
    vols = [low, min(max(_flattest(series, market.spot, years), low), high), high]
    deltas = [abs(float(black76.delta(market.spot, series.strike, vol, years, series.right == "C"))) for vol in vols]
    least = rules.min_delta / ONE
    return max(deltas) >= least - NEAR and min(deltas) <= 1 - least + NEAR


def refine(pieces: Pieces, discounts: Discounts, values: Floats) -> None:
    """Cut the sales on every board where a program sells."""
    for board, steps in discounts.sold.items():
        pieces.refine(board, float(values[steps].sum()))


def _boards(model: Model, graph: LiquidityGraph) -> Iterator[tuple[Board, list[Edge], list[Edge]]]:
    """Yield the boards on which a program may trade, with the edges that buy and those that sell."""
    found: dict[Board, tuple[list[Edge], list[Edge]]] = {}
    for edge in model.flows:
        if isinstance(graph.snapshot.by_venue[edge.key], OptionAmm) and edge.instrument != ETH:
            sides = found.setdefault((edge.key, parse_series(edge.instrument).expiry_ms), ([], []))
            sides[edge.side == "sell"].append(edge)
    for board, (buys, sells) in sorted(found.items(), key=lambda item: item[0]):
        yield board, buys, sells


def _cut(model: Model, steps: Sequence[int], marks: Sequence[float]) -> list[tuple[int, int]]:
    """Add, for each piece between marks, what is sold in it and whether it is the one; return both variables."""
    program = model.program
    opened = [(program.variable(), program.variable(integer=True)) for _ in marks[1:]]
    program.row({chosen: 1.0 for _, chosen in opened}, low=1.0, high=1.0)
    program.row(dict.fromkeys(steps, 1.0) | {sold: -1.0 for sold, _ in opened}, low=0.0, high=0.0)
    for (sold, chosen), (low, high) in zip(opened, pairwise(marks), strict=True):
        program.row({sold: 1.0, chosen: -high}, high=0.0)
        program.row({sold: 1.0, chosen: -low}, low=0.0)
    return opened


def _add_saving(model: Model, edge: Edge, cut: tuple[Sequence[float], list[tuple[int, int]]], each: float) -> None:
    """Add what a purchase saves in every piece, below both planes of the product of what is bought and sold there."""
    program, (marks, opened), depth = model.program, cut, _depth(model, edge)
    parts = []
    for (sold, chosen), (low, high) in zip(opened, pairwise(marks), strict=True):
        bought, saved = program.variable(), program.variable(gain=each)
        parts.append(bought)
        program.row({bought: 1.0, chosen: -depth}, high=0.0)
        program.row({saved: 1.0, bought: -high}, high=0.0)
        program.row({saved: 1.0, bought: -low, sold: -depth, chosen: depth * low}, high=0.0)
    program.row(dict.fromkeys(model.flows[edge], 1.0) | dict.fromkeys(parts, -1.0), low=0.0, high=0.0)


def _depth(model: Model, edge: Edge) -> float:
    return sum(model.program.upper[step] for step in model.flows[edge])


def _largest_vega(series: OptionSeries, vols: tuple[float, float], graph: LiquidityGraph, chain: str) -> float:
    forward, strike = graph.snapshot.by_chain[chain].spot / PRICE_UNIT, series.strike / PRICE_UNIT
    years = max(series.expiry_ms - graph.snapshot.time_ms, 0) / black76.MS_PER_YEAR
    if forward <= 0 or strike <= 0 or years <= 0:
        return 0.0
    low, high = vols
    vol = min(max(_flattest(series, forward * PRICE_UNIT, years), low), high)
    return float(black76.vega(forward, strike, vol, years))


def _flattest(series: OptionSeries, spot: float, years: float) -> float:
    """Return the volatility at which vega is largest and delta turns: `sqrt(2 |log moneyness| / years)`."""
    return math.sqrt(2 * abs(math.log(spot / series.strike)) / max(years, 1e-12))


def _apart(marks: Sequence[float], last: float) -> list[float]:
    """Return marks without those that lie next to another; the ends stay."""
    kept = [0.0]
    kept += [mark for before, mark in pairwise(marks) if mark - before > 1e-3 * last and mark < last * (1 - 1e-3)]
    return [*kept, last]
