"""Greedy split: each leg in chunks, every chunk to the venue that is then the cheapest."""

from collections.abc import Mapping
from typing import Final

from intents.assets import ETH, OPTION_UNIT
from intents.intent import LOT
from intents.lifecycle import Cause
from solvers.routing.desk import Desk, Draft, open_order, priced
from solvers.routing.path import listed, over_limit
from solvers.routing.problem import Job, NoRoute, Parcel, Route
from solvers.routing.replication import legs_for
from solvers.routing.structures import together
from venues.graph import Edge, LiquidityGraph
from venues.markets.venue import Order, Side, Unfilled

CHUNKS: Final = 8
SHARES: Final = (1, 2, 4)
"""Quantities tried for partial fills: all that remains, then a half, then a quarter."""


def route(graph: LiquidityGraph, job: Job) -> Route | NoRoute:
    """Return the parcel with the largest surplus over chains and a few quantities."""
    work = 0
    found: list[Parcel] = []
    for quantity in _quantities(job):
        for chain in job.chains(graph):
            desk = Desk(graph.snapshot)
            part = _parcel(graph, job, chain, quantity, desk)
            work += desk.work
            if part is not None:
                found.append(part)
    if not found:
        return NoRoute(job=job, cause=Cause.NO_LIQUIDITY, detail="no chain offers every leg in any size", work=work)
    best = max(found, key=lambda part: job.intent.max_debit(part.quantity) - part.cost.total)
    if best.cost.total > job.intent.max_debit(best.quantity):
        cheapest = min(found, key=lambda part: part.cost.total * OPTION_UNIT // part.quantity)
        return over_limit(job, cheapest, work)
    return Route(job=job, parcels=(best,), engine="greedy", work=work)


def _quantities(job: Job) -> list[int]:
    sizes = [job.lots() // share // LOT * LOT for share in SHARES]
    return [size for size in dict.fromkeys(sizes) if size > 0 and size >= job.least()]


def _parcel(graph: LiquidityGraph, job: Job, chain: str, quantity: int, desk: Desk) -> Parcel | None:
    legs = legs_for(job.intent.want, quantity, listed(graph, chain), ether=ETH in graph.instruments(chain))
    if not legs:
        return None
    found, work = together(graph, job, chain, quantity, legs)
    desk.work += work
    by_leg = _by_leg(graph, job, chain, quantity, desk)
    return min([*found, by_leg] if by_leg else found, key=lambda part: part.cost.total, default=None)


def _by_leg(graph: LiquidityGraph, job: Job, chain: str, quantity: int, desk: Desk) -> Parcel | None:
    """Return the parcel that splits each leg over venues."""
    legs = legs_for(job.intent.want, quantity, listed(graph, chain)) or {}
    orders: list[Order] = []
    for instrument, held in sorted(legs.items()):
        split = _split(graph, job, chain, (instrument, held), desk)
        if split is None:
            return None
        side: Side = "buy" if held > 0 else "sell"
        orders.extend(open_order(venue, instrument, side, size) for venue, size in sorted(split.items()))
    fresh = Desk(graph.snapshot)
    part = priced(fresh, job, Draft(chain=chain, quantity=quantity, legs=legs, orders=tuple(orders)))
    return None if isinstance(part, Unfilled) else part


def _split(graph: LiquidityGraph, job: Job, chain: str, leg: tuple[str, int], desk: Desk) -> Mapping[str, int] | None:
    """Return how much of a leg goes to each venue, or `None` if they cannot take all of it."""
    instrument, held = leg
    side: Side = "buy" if held > 0 else "sell"
    edges = [edge for edge in graph.trades(instrument, side, chain) if job.allows(edge.key)]
    split: dict[str, int] = {}
    left = abs(held)
    chunk = max(-(-left // CHUNKS // LOT) * LOT, LOT)
    while left:
        size = min(chunk, left)
        venue = _cheapest(graph, edges, split, size, desk)
        if venue is None or isinstance(desk.trade(open_order(venue, instrument, side, size)), Unfilled):
            return None
        split[venue] = split.get(venue, 0) + size
        left -= size
    return split


def _cheapest(graph: LiquidityGraph, edges: list[Edge], used: Mapping[str, int], size: int, desk: Desk) -> str | None:
    """Return the venue that adds least for the next chunk; a venue not used yet also costs its gas.

    All chunks of a venue become one order, so a venue that takes the chunk but not the whole is left out.
    """
    best: tuple[int, str] | None = None
    for edge in edges:
        cash = desk.quote(edge.key, edge.instrument, edge.side, size)
        if cash is None or not _takes_whole(graph, edge, used.get(edge.key, 0), size):
            continue
        gas = 0 if edge.key in used else graph.snapshot.gas_cash(edge.source[1], edge.gas)
        cost = (cash if edge.side == "buy" else -cash) + gas
        best = min(best or (cost, edge.key), (cost, edge.key))
    return best[1] if best else None


def _takes_whole(graph: LiquidityGraph, edge: Edge, used: int, size: int) -> bool:
    """Return whether a venue fills a chunk together with what it was given before, in one order."""
    if not used:
        return True
    return Desk(graph.snapshot).quote(edge.key, edge.instrument, edge.side, used + size) is not None
