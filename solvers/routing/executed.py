"""From an allocation to a route: rounded to whole lots, executed on the snapshot, held against the limit."""

from collections.abc import Sequence

from solvers.routing.desk import Desk, priced
from solvers.routing.exact import Allocation, Share
from solvers.routing.problem import Job, Parcel, Route
from solvers.routing.quantise import draft, levelled, whole_quantity
from venues.graph import LiquidityGraph
from venues.markets.venue import Unfilled


def executed(graph: LiquidityGraph, job: Job, allocation: Allocation) -> Route | None:
    """Return the better route of two ways of rounding an allocation, or `None` if neither keeps the limit."""
    levels, plain = levelled(allocation.shares), allocation.shares
    rounded = [_route_of(graph, job, allocation, shares) for shares in (levels, plain)]
    return max((route for route in rounded if route), key=lambda route: route.surplus, default=None)


def _route_of(graph: LiquidityGraph, job: Job, allocation: Allocation, shares: Sequence[Share]) -> Route | None:
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
