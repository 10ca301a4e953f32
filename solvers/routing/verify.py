"""A second look at a route: executed again in whole numbers, against the market and what the owner signed."""

from dataclasses import dataclass

from intents.satisfaction import violation
from solvers.routing.desk import Desk, bought, cost_of
from solvers.routing.problem import Cost, Job, Parcel, Route
from venues.graph import LiquidityGraph
from venues.markets.venue import Unfilled


@dataclass(frozen=True, slots=True)
class Verified:
    """What a route comes to when it is executed again."""

    cost: Cost
    surplus: int
    """What the owner's limit leaves above the cost, in USDC base units."""


def verify_route(graph: LiquidityGraph, job: Job, route: Route) -> Verified | str:
    """Return what a route of `job` costs on the snapshot, or what does not hold, in one line.

    Orders run in the route's order, each on the venues that those before it leave. A route may cost less than it
    says, never more.
    """
    if route.job != job:
        return f"it is a route of {route.job.intent_id}, not of {job.intent_id} as it stands"
    if route.quantity > job.remaining:
        return f"it fills {route.quantity}, {job.remaining} remains"
    desk, total = Desk(graph.snapshot), Cost(0, 0, 0)
    for part in route.parcels:
        outcome = _allowed(graph, job, part) or _executed(desk, job, part)
        if isinstance(outcome, str):
            return outcome
        total += outcome
    limit = sum(job.intent.max_debit(part.quantity) for part in route.parcels)
    return Verified(total, limit - total.total)


def _allowed(graph: LiquidityGraph, job: Job, part: Parcel) -> str | None:
    """Return what in a parcel the owner did not sign, or `None`."""
    intent = job.intent
    broken = violation(intent, part.legs, part.quantity, part.cost.total, remaining=job.remaining)
    if broken:
        return broken
    strange = next((order.venue for order in part.orders if not job.allows(order.venue)), None)
    if strange or (intent.chains and part.chain not in intent.chains):
        return f"the owner does not allow {strange or part.chain}"
    if part.chain not in graph.chains_from(intent.home):
        return f"no bridge leads from {intent.home} to {part.chain}"
    venues = graph.snapshot.by_venue
    lost = next((o.venue for o in part.orders if o.venue not in venues or venues[o.venue].chain != part.chain), None)
    if lost:
        return f"{lost} is not on {part.chain}"
    return None


def _executed(desk: Desk, job: Job, part: Parcel) -> Cost | str:
    """Return what a parcel costs on a desk, or what does not hold."""
    paid = desk.trade_all(part.orders)
    if isinstance(paid, Unfilled):
        return paid.detail
    if paid > part.cost.venues:
        return f"orders on {part.chain} cost {paid}, the route says {part.cost.venues}"
    if bought(part.orders) != dict(part.legs):
        return f"orders on {part.chain} bring {bought(part.orders)}, the legs are {dict(part.legs)}"
    cost = cost_of(desk.snapshot, job, part, paid)
    if cost.total > part.cost.total:
        return f"the parcel on {part.chain} costs {cost.total}, the route says {part.cost.total}"
    return cost
