"""One entrance to all engines."""

import math
from collections.abc import Sequence
from typing import Final

from intents.assets import ETH, OPTION_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.wants import Leg, Package
from solvers.routing import greedy, path
from solvers.routing.desk import Desk, priced
from solvers.routing.exact import DEFAULT_NODES, Allocation, Share, allocate
from solvers.routing.problem import EngineName, Job, NoRoute, Parcel, Route
from solvers.routing.quantise import draft, levelled, whole_quantity
from venues.graph import LiquidityGraph
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Side, Unfilled

ENGINES: Final[tuple[EngineName, ...]] = ("exact", "greedy", "path")


def route(
    graph: LiquidityGraph, job: Job, engine: EngineName = "exact", *, nodes: int = DEFAULT_NODES
) -> Route | NoRoute:
    """Return a route for what remains of an intent, simulated in whole numbers, or why there is none.

    Args:
        graph: Liquidity at one instant.
        job: The intent and what remains of it.
        engine: `path` (best single path), `greedy` (chunked split), or `exact` (mixed-integer program, and never worse
            than the other two).
        nodes: Most branch-and-bound nodes of the exact engine.
    """
    if engine == "path":
        return path.route(graph, job)
    if engine == "greedy":
        return greedy.route(graph, job)
    return _best(graph, job, nodes)


def _best(graph: LiquidityGraph, job: Job, nodes: int) -> Route | NoRoute:
    """Return the best of all engines: the program does not see that legs on one board move each other's price."""
    simple = [path.route(graph, job), greedy.route(graph, job)]
    hopeless = least_cost(graph, job) > job.intent.limit
    allocation = None if hopeless else allocate(graph, [job], nodes=nodes)
    exact = _from_allocation(graph, job, allocation) if allocation is not None else None
    spent = allocation.work if allocation is not None else 0 if hopeless else nodes
    work = sum(answer.work for answer in simple) + spent
    routes = [answer for answer in (exact, *simple) if isinstance(answer, Route)]
    if not routes:
        refusals = [answer for answer in simple if isinstance(answer, NoRoute)]
        return min(refusals, key=lambda answer: (answer.unit_cost is None, answer.unit_cost or 0))
    best = max(routes, key=lambda answer: answer.surplus)
    return Route(job=job, parcels=best.parcels, engine=best.engine, work=work, gap=best.gap)


def least_cost(graph: LiquidityGraph, job: Job) -> float:
    """Return what no route of one unit can undercut, in USDC base units: the best first price of every leg, no gas.

    It is minus infinity where first prices say nothing: for a payoff floor, where a venue moves all series of an
    expiry together and the package sells some and buys others, and where such a venue quotes no single lot.
    """
    want = job.intent.want
    if not isinstance(want, Package):
        return -math.inf
    costs = (_cost_on(graph, job, chain, want) for chain in job.chains(graph))
    return min(costs, default=math.inf)


def _cost_on(graph: LiquidityGraph, job: Job, chain: str, want: Package) -> float:
    """Return the bound of `least_cost` on one chain."""
    shared = tuple(name for name, venue in graph.snapshot.by_venue.items() if isinstance(venue, OptionAmm))
    bought, sold = ({_expiry(leg) for leg in want.legs if leg.ratio * sign > 0} for sign in (1, -1))
    total = 0.0
    for leg in want.legs:
        side: Side = "buy" if leg.ratio > 0 else "sell"
        edges = [edge for edge in graph.trades(leg.instrument, side, chain) if job.allows(edge.key)]
        quotes = {edge.key: Desk(graph.snapshot).quote(edge.key, leg.instrument, side, LOT) for edge in edges}
        moved = leg.instrument != ETH and _expiry(leg) in bought & sold
        if any(key in shared and (moved or cash is None) for key, cash in quotes.items()):
            return -math.inf
        total += _first_price(leg, [cash for cash in quotes.values() if cash is not None])
    return total


def _first_price(leg: Leg, quotes: Sequence[int]) -> float:
    """Return the best of the prices of a lot, for the ratio of a leg, in USDC base units; infinite without any."""
    if not quotes:
        return math.inf
    rounding = 1
    best = min(quotes) - rounding if leg.ratio > 0 else max(quotes) + rounding
    return leg.ratio * best * OPTION_UNIT / LOT


def _expiry(leg: Leg) -> int:
    return 0 if leg.instrument == ETH else parse_series(leg.instrument).expiry_ms


def _from_allocation(graph: LiquidityGraph, job: Job, allocation: Allocation) -> Route | None:
    """Return the better route of two ways of rounding an allocation, or `None` if neither keeps the limit."""
    levels, plain = levelled(allocation.shares), allocation.shares
    rounded = [_executed(graph, job, allocation, shares) for shares in (levels, plain)]
    return max((route for route in rounded if route), key=lambda route: route.surplus, default=None)


def _executed(graph: LiquidityGraph, job: Job, allocation: Allocation, shares: Sequence[Share]) -> Route | None:
    """Return the route that delivers `shares`, or `None` if nothing of it survives rounding within the limit."""
    parts: list[Parcel] = []
    desk = Desk(graph.snapshot)
    for share in (share for share in shares if whole_quantity(share)):
        sketch = draft(graph, allocation, share)
        part = priced(desk, job, sketch) if sketch is not None else None
        if part is None or isinstance(part, Unfilled):
            return None
        if part.cost.total <= job.intent.max_debit(part.quantity):
            parts.append(part)
    if not parts:
        return None
    work = allocation.work + desk.work
    return Route(job=job, parcels=tuple(parts), engine="exact", work=work, gap=allocation.gap)
