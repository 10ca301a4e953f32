"""One entrance to all engines."""

import math
from typing import Final

from intents.assets import OPTION_UNIT
from intents.intent import LOT
from intents.wants import Leg, Package
from solvers.routing import greedy, path
from solvers.routing.desk import Desk, priced
from solvers.routing.exact import DEFAULT_NODES, Allocation, allocate
from solvers.routing.problem import EngineName, Job, NoRoute, Parcel, Route
from solvers.routing.quantise import draft
from venues.graph import LiquidityGraph
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

    Only a package has such a bound; for a payoff floor it is minus infinity.
    """
    want = job.intent.want
    if not isinstance(want, Package):
        return -math.inf
    costs = []
    for chain in job.chains(graph):
        legs = [_best_price(graph, job, chain, leg) for leg in want.legs]
        costs.append(math.inf if None in legs else sum(price for price in legs if price is not None))
    return min(costs, default=math.inf)


def _best_price(graph: LiquidityGraph, job: Job, chain: str, leg: Leg) -> float | None:
    """Return the best price of a lot of a leg over all venues of a chain, per option in USDC base units, signed."""
    side: Side = "buy" if leg.ratio > 0 else "sell"
    desk = Desk(graph.snapshot)
    edges = (edge for edge in graph.trades(leg.instrument, side, chain) if job.allows(edge.key))
    quotes = [cash for edge in edges if (cash := desk.quote(edge.key, leg.instrument, side, LOT)) is not None]
    if not quotes:
        return None
    rounding = 1
    best = min(quotes) - rounding if side == "buy" else max(quotes) + rounding
    return leg.ratio * best * OPTION_UNIT / LOT


def _from_allocation(graph: LiquidityGraph, job: Job, allocation: Allocation) -> Route | None:
    """Return the route of an allocation, or `None` if nothing of it survives rounding within the limit."""
    parts: list[Parcel] = []
    desk = Desk(graph.snapshot)
    for share in allocation.shares:
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
