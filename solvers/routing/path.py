"""Best single path: one chain, one venue for each leg, the whole quantity."""

from collections.abc import Mapping

from intents.assets import ETH
from intents.intent import LOT
from intents.lifecycle import Cause
from intents.options import OptionSeries, parse_series
from solvers.routing.desk import Desk, Draft, open_order, priced
from solvers.routing.problem import Job, NoRoute, Parcel, Route
from solvers.routing.replication import legs_for
from solvers.routing.structures import together
from venues.graph import LiquidityGraph
from venues.markets.venue import Order, Side, Unfilled


def route(graph: LiquidityGraph, job: Job) -> Route | NoRoute:
    """Return the cheapest parcel that fills all whole lots that remain of an intent on a single chain."""
    work = 0
    found: list[Parcel] = []
    for chain in job.chains(graph) if job.lots() >= max(job.least(), LOT) else ():
        desk = Desk(graph.snapshot)
        part = _parcel(graph, job, chain, desk)
        work += desk.work
        if part is not None:
            found.append(part)
    if not found:
        return NoRoute(job=job, cause=Cause.NO_LIQUIDITY, detail="no chain offers every leg in this size", work=work)
    best = min(found, key=lambda part: part.cost.total)
    if best.cost.total > job.intent.max_debit(best.quantity):
        return over_limit(job, best, work)
    return Route(job=job, parcels=(best,), engine="path", work=work)


def over_limit(job: Job, part: Parcel, work: int) -> NoRoute:
    """Return the answer for a parcel dearer than the owner allows, told apart by what gas has to do with it."""
    limit = job.intent.max_debit(part.quantity)
    without_gas = part.cost.total - part.cost.gas
    cause = Cause.UNECONOMIC if without_gas <= limit else Cause.NO_SOLUTION
    unit = -(-part.cost.total * 10**18 // part.quantity)
    detail = f"the cheapest way costs {part.cost.total}, {part.cost.gas} of it gas; the limit is {limit}"
    return NoRoute(job=job, cause=cause, detail=detail, work=work, unit_cost=unit)


def listed(graph: LiquidityGraph, chain: str) -> tuple[OptionSeries, ...]:
    """Return the option series traded on a chain."""
    return tuple(parse_series(name) for name in graph.instruments(chain) if "-" in name)


def _parcel(graph: LiquidityGraph, job: Job, chain: str, desk: Desk) -> Parcel | None:
    legs = legs_for(job.intent.want, job.lots(), listed(graph, chain), ether=ETH in graph.instruments(chain))
    if not legs:
        return None
    found, work = together(graph, job, chain, job.lots(), legs)
    desk.work += work
    orders = _orders(graph, job, chain, legs, desk)
    if orders is not None:
        part = priced(desk, job, Draft(chain=chain, quantity=job.lots(), legs=legs, orders=orders))
        found += [] if isinstance(part, Unfilled) else [part]
    return min(found, key=lambda part: part.cost.total, default=None)


def _orders(
    graph: LiquidityGraph, job: Job, chain: str, legs: Mapping[str, int], desk: Desk
) -> tuple[Order, ...] | None:
    orders = []
    for instrument, quantity in sorted(legs.items()):
        side: Side = "buy" if quantity > 0 else "sell"
        venue = _cheapest(graph, job, chain, instrument, side, abs(quantity), desk)
        if venue is None:
            return None
        orders.append(open_order(venue, instrument, side, abs(quantity)))
    return tuple(orders)


def _cheapest(
    graph: LiquidityGraph, job: Job, chain: str, instrument: str, side: Side, quantity: int, desk: Desk
) -> str | None:
    """Return the venue with the best price for a whole leg, gas included."""
    best: tuple[int, str] | None = None
    for edge in graph.trades(instrument, side, chain):
        cash = desk.quote(edge.key, instrument, side, quantity) if job.allows(edge.key) else None
        if cash is None:
            continue
        cost = (cash if side == "buy" else -cash) + graph.snapshot.gas_cash(chain, edge.gas)
        best = min(best or (cost, edge.key), (cost, edge.key))
    return best[1] if best else None
