"""One entrance to all engines."""

from typing import Final

from intents.assets import USDC_UNIT
from solvers.routing import auto, convex, greedy, path
from solvers.routing.exact import DEFAULT_NODES, Allocation, allocate
from solvers.routing.executed import executed
from solvers.routing.least_cost import least_cost
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from venues.graph import LiquidityGraph

ENGINES: Final[tuple[EngineName, ...]] = ("auto", "exact", "convex", "dual", "greedy", "path")


def route(
    graph: LiquidityGraph, job: Job, engine: EngineName = "exact", *, nodes: int = DEFAULT_NODES
) -> Route | NoRoute:
    """Return a route for what remains of an intent, simulated in whole numbers, or why there is none.

    Args:
        graph: Liquidity at one instant.
        job: The intent and what remains of it.
        engine: `path` (best single path), `greedy` (chunked split), or `exact` (mixed-integer program, and never worse
            than the other two), or `auto` (the same within the usual budget, verified, with what failed on the way).
            `convex` (relaxation without whole numbers) and `dual` (prices, for one instrument) know no fixed costs.
        nodes: Most branch-and-bound nodes of the exact engine.
    """
    if engine == "path":
        return path.route(graph, job)
    if engine == "greedy":
        return greedy.route(graph, job)
    if engine == "convex":
        return convex.route(graph, job)
    if engine == "dual":
        # Compiled code takes a second to load, which solvers that do without it should not spend.
        from solvers.routing import dual

        return dual.route(graph, job)
    if engine == "auto":
        return auto.route(graph, job, auto.Budget(nodes=nodes))
    return _best(graph, job, nodes)


def _best(graph: LiquidityGraph, job: Job, nodes: int) -> Route | NoRoute:
    """Return the best of all engines: the program does not see that legs on one board move each other's price."""
    simple = [path.route(graph, job), greedy.route(graph, job)]
    hopeless = least_cost(graph, job) > job.intent.limit
    allocation = None if hopeless else allocate(graph, [job], nodes=nodes)
    exact = executed(graph, job, allocation) if allocation is not None else None
    spent = allocation.work if allocation is not None else 0 if hopeless else nodes
    work = sum(answer.work for answer in simple) + spent
    routes = [answer for answer in (exact, *simple) if isinstance(answer, Route)]
    if not routes:
        refusals = [answer for answer in simple if isinstance(answer, NoRoute)]
        return min(refusals, key=lambda answer: (answer.unit_cost is None, answer.unit_cost or 0))
    best = max(routes, key=lambda answer: answer.surplus)
    gap = best.gap if best is exact or allocation is None else _below(allocation, best)
    return Route(job=job, parcels=best.parcels, engine=best.engine, work=work, gap=gap)


def _below(allocation: Allocation, best: Route) -> float:
    """Return how far a simple route is below what the program proves, as a part of that."""
    bound = (allocation.surplus + allocation.gap * abs(allocation.surplus)) * USDC_UNIT
    return max(bound - best.surplus, 0.0) / max(abs(bound), 1.0)
