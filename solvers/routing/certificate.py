"""What no route of an intent can gain, whatever engine it is from: a bound for real prices, not for a model of them.

The program of the exact engine takes venues by chords of their cost curves, which err on the dear side. Cost curves are
convex, so within a stretch they run above the chord of the stretch before it, extended forwards, and above the chord of
the one after it, extended backwards. Curves of order books are their chords. The optimum of a program with those
lines, with its own gap, is a bound for every route that trades each leg in one order a venue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, OPTION_UNIT, USDC_UNIT
from intents.options import parse_series
from intents.wants import Package, collateral_per_unit
from solvers.routing.exact import DEFAULT_NODES
from solvers.routing.problem import Job, Route, settlement_gas
from solvers.routing.program import Limits, Optimum, Program
from solvers.routing.structures import is_simple
from venues.graph import Edge, LiquidityGraph
from venues.markets.clob import OrderBook
from venues.markets.kinds import is_priced_by_oracle
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order, Side, Step

RELATIVE_GAP: Final = 1e-5

ROUNDING: Final = 4
"""USDC base units for each edge: whole base units of its cash, its gas, the bridge fee and the limit."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a bound on a cost curve, in options and dollars for one option."""

    size: float
    price: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far a route is from the best there can be."""

    bound: int
    """Largest surplus of any route, in USDC base units."""

    surplus: int

    @property
    def gap(self) -> float:
        """Distance from the bound, as a part of it."""
        return max(self.bound - self.surplus, 0) / max(self.bound, 1)


def certificate(graph: LiquidityGraph, route: Route, *, nodes: int = DEFAULT_NODES) -> Certificate | None:
    """Return how far a route is from the best there can be, or `None` if nothing is proven."""
    bound = surplus_bound(graph, route.job, nodes=nodes)
    return Certificate(bound, route.surplus) if bound is not None else None


def surplus_bound(graph: LiquidityGraph, job: Job, *, nodes: int = DEFAULT_NODES) -> int | None:
    """Return what no route of an intent gains more than, in USDC base units, or `None` if nothing is proven.

    Nothing is said of payoff floors, whose legs are free, nor where one market maker both buys and sells options of
    one expiry: a sale there makes the purchase cheaper; nor where a desk sells structures, or lots.
    """
    want = job.intent.want
    if not isinstance(want, Package):
        return None
    program, uses, edges = Program(), dict[int, float](), 0
    total: dict[int, float] = {}
    for chain in job.chains(graph):
        added = _add_chain(program, graph, job, chain)
        if added is None:
            return None
        quantity, use, count = added
        total[quantity] = uses[use] = 1.0
        edges += count
    program.row(total, high=job.lots() / OPTION_UNIT)
    if job.intent.fill == "all_or_none":
        program.row(uses, high=1.0)
    optimum = program.attempt(Limits(nodes=nodes, relative_gap=RELATIVE_GAP)) if total else None
    if not isinstance(optimum, Optimum):
        return None if total else 0
    proven = optimum.objective + optimum.gap * abs(optimum.objective)
    return int(max(proven, 0.0) * USDC_UNIT * (1 + 1e-9)) + ROUNDING * (edges + 1)


def _add_chain(program: Program, graph: LiquidityGraph, job: Job, chain: str) -> tuple[int, int, int] | None:
    """Add delivery on one chain; return the variables of its quantity and its use, and how many edges it has."""
    if not is_simple(graph, chain):
        return None
    intent, snapshot = job.intent, graph.snapshot
    port = snapshot.bridge(intent.home, chain) if chain != intent.home else None
    fixed = settlement_gas(snapshot, intent.home, chain, 0) + (port.fixed_fee if port is not None else 0)
    most, least = job.lots() / OPTION_UNIT, job.least() / OPTION_UNIT
    quantity = program.variable(gain=intent.limit / USDC_UNIT, upper=most)
    use = program.variable(gain=-fixed / USDC_UNIT, integer=True)
    program.row({quantity: 1.0, use: -most}, high=0.0)
    program.row({quantity: 1.0, use: -least}, low=0.0)
    paid = {quantity: (collateral_per_unit(intent.want) or 0) / USDC_UNIT}
    edges = 0
    for name, per_unit in sorted(_legs(job).items()):
        side: Side = "buy" if per_unit > 0 else "sell"
        leg = {quantity: -abs(per_unit) / OPTION_UNIT}
        for edge in graph.trades(name, side, chain):
            stretches = _stretches(graph, job, edge) if job.allows(edge.key) else []
            if stretches is None:
                return None
            if stretches:
                steps = _add_edge(program, graph, edge, stretches)
                leg |= dict.fromkeys(steps, 1.0)
                paid |= steps
                edges += 1
        program.row(leg, low=0.0, high=0.0)
    moved = program.variable(gain=-(port.fee_ppm if port is not None else 0) / 1e6)
    program.row(paid | {moved: -1.0}, high=0.0)
    return quantity, use, edges


def _add_edge(program: Program, graph: LiquidityGraph, edge: Edge, stretches: list[Stretch]) -> dict[int, float]:
    """Add what an edge trades, and its gas; return what one option of each variable costs, in dollars."""
    venue = graph.snapshot.by_venue[edge.key]
    smallest = Order(venue=edge.key, instrument=edge.instrument, side=edge.side, quantity=1, bound=0)
    gas = graph.snapshot.gas_cash(venue.chain, min(edge.gas, order_gas(venue, smallest)))
    use = program.variable(gain=-gas / USDC_UNIT, integer=True)
    steps = {program.variable(gain=-each.price, upper=each.size): each.price for each in stretches}
    depth = sum(each.size for each in stretches)
    program.row(dict.fromkeys(steps, 1.0) | {use: -depth}, high=0.0)
    return steps


def _stretches(graph: LiquidityGraph, job: Job, edge: Edge) -> list[Stretch] | None:
    """Return a bound from below on what an edge costs; empty where it trades nothing, `None` where there is none."""
    venue = graph.snapshot.by_venue[edge.key]
    market = graph.snapshot.market(venue.chain)
    if (
        is_priced_by_oracle(venue)
        and edge.instrument != ETH
        and _is_mixed(job, parse_series(edge.instrument).expiry_ms)
    ):
        return None
    ladder = graph.ladder(edge)
    first = venue.marginal_price(edge.instrument, edge.side, market)
    if first is None or not ladder:
        return None if is_priced_by_oracle(venue) else []
    sign = 1 if edge.side == "buy" else -1
    beyond = max(venue.capacity(edge.instrument, edge.side, market) - sum(step.quantity for step in ladder), 0)
    lines = _chords(ladder) if isinstance(venue, OrderBook) else _tangents(ladder, first, beyond)
    return [Stretch(size / OPTION_UNIT, sign * price * OPTION_UNIT / USDC_UNIT) for size, price in lines if size]


def _chords(ladder: Sequence[Step]) -> list[tuple[float, float]]:
    """Return size and price of every step, in base units."""
    return [(step.quantity, step.cash / step.quantity) for step in ladder]


def _tangents(ladder: Sequence[Step], first: float, beyond: int) -> list[tuple[float, float]]:
    """Return sizes and prices of lines below a curve that starts at the price `first` and goes on for `beyond`.

    The line from before a stretch and the line from after it meet at `share` of its length. What lies beyond the last
    step costs at least what that costs, and nothing comes after it.
    """
    sizes, chords = zip(*_chords(ladder), strict=True)
    lines: list[tuple[float, float]] = [(beyond, chords[-1])]
    for size, before, own, after in zip(sizes, (first, *chords), chords, (*chords[1:], None), strict=False):
        share = (after - own) / (after - before) if after is not None and after != before else 1.0
        share = min(max(share, 0.0), 1.0)
        lines.append((size * share, before))
        if after is not None:
            lines.append((size * (1 - share), after))
    return lines


def _is_mixed(job: Job, expiry_ms: int) -> bool:
    """Return whether an intent both buys and sells options of an expiry."""
    options = ((parse_series(name), held) for name, held in _legs(job).items() if name != ETH)
    return len({held > 0 for series, held in options if series.expiry_ms == expiry_ms}) > 1


def _legs(job: Job) -> Mapping[str, int]:
    """Return the legs of one unit of a package, in base units; none of a floor, whose legs are free."""
    want = job.intent.want
    return want.unit_legs() if isinstance(want, Package) else {}
