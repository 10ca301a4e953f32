"""Crossing: opposite intents filled against each other, and only the rest at venues.

The mixed-integer program finds what to cross; here its answer is turned into parcels. Within a crossing the intents
that sell are delivered first, and the first that buys brings the orders for what is missing or left over: the solver
then has in hand what it passes on.

In a ring nobody only sells: each gives what the next one wants, so whoever comes first is given something that the
solver does not have yet. It goes short for a moment, and must back that; a ring without orders is put in the order in
which it has to back least.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import networkx as nx

from intents.exposure import NO_BACKING, Backing, backing, split_legs
from intents.intent import LOT
from solvers.routing.desk import Desk, Draft, bought, open_order, priced
from solvers.routing.exact import Allocation, Flow, Share
from solvers.routing.problem import Job, Parcel
from solvers.routing.quantise import net, split_lots, whole_legs, whole_quantity
from venues.graph import LiquidityGraph
from venues.markets.venue import Order, Side, Unfilled

MOST_ORDERED: Final = 5
"""Members of a ring up to which every order is tried."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Intents that are filled together, sellers first."""

    jobs: tuple[Job, ...]
    parcels: tuple[Parcel, ...]
    work: int

    @property
    def surplus(self) -> int:
        """What the owners' limits leave above all costs, in USDC base units."""
        pairs = zip(self.jobs, self.parcels, strict=True)
        return sum(job.intent.max_debit(part.quantity) - part.cost.total for job, part in pairs)

    @property
    def backing(self) -> Backing:
        """What the solver must have on the chain to back what it is short of between two deliveries."""
        return _peak([(bought(part.orders), part.legs) for part in self.parcels])


def crossings(graph: LiquidityGraph, allocation: Allocation) -> list[Crossing]:
    """Return the groups of shares of an allocation that meet each other, as executable parcels."""
    groups = (_executable(graph, allocation, group) for group in _groups(allocation.shares))
    return [group for group in groups if group is not None]


def _groups(shares: Sequence[Share]) -> list[list[Share]]:
    """Return the shares that have opposite legs in common on one chain, as connected groups of two or more."""
    whole = {i: _legs(share) for i, share in enumerate(shares)}
    meeting: nx.Graph[int] = nx.Graph()
    for i, own in whole.items():
        for j, other in whole.items():
            if i < j and shares[i].chain == shares[j].chain and shares[i].job is not shares[j].job:
                opposite = any(held * other.get(name, 0) < 0 for name, held in own.items())
                meeting.add_edges_from([(i, j)] if opposite else [])
    return [[shares[i] for i in sorted(group)] for group in sorted(map(sorted, nx.connected_components(meeting)))]


def _legs(share: Share) -> Mapping[str, int]:
    quantity = whole_quantity(share)
    return (whole_legs(share, quantity) if quantity else None) or {}


def _executable(graph: LiquidityGraph, allocation: Allocation, group: Sequence[Share]) -> Crossing | None:
    """Return a group as parcels, or `None` if it does not survive rounding."""
    ordered = sorted(group, key=lambda share: (sum(_legs(share).values()), share.job.intent_id))
    legs = [_legs(share) for share in ordered]
    quantities = [whole_quantity(share) for share in ordered]
    if any(not own or size < share.job.least() for own, size, share in zip(legs, quantities, ordered, strict=True)):
        return None
    orders = _venue_orders(graph, allocation.flows, net(legs), ordered[0].chain)
    if orders is None:
        return None
    if not orders and len(ordered) <= MOST_ORDERED:
        best = _least_backed(legs)
        ordered, legs, quantities = [ordered[i] for i in best], [legs[i] for i in best], [quantities[i] for i in best]
    desk = Desk(graph.snapshot)
    parcels = []
    first_buyer = next((i for i, own in enumerate(legs) if sum(own.values()) > 0), len(legs) - 1)
    for i, (share, own, quantity) in enumerate(zip(ordered, legs, quantities, strict=True)):
        draft = Draft(chain=share.chain, quantity=quantity, legs=own, orders=orders if i == first_buyer else ())
        part = priced(desk, share.job, draft)
        if isinstance(part, Unfilled):
            return None
        parcels.append(part)
    return Crossing(tuple(share.job for share in ordered), tuple(parcels), desk.work)


def _least_backed(legs: Sequence[Mapping[str, int]]) -> tuple[int, ...]:
    """Return the order of deliveries in which the solver has to back least; as they are, if no other is better."""

    def need(order: tuple[int, ...]) -> tuple[int, int]:
        peak = _peak([({}, legs[i]) for i in order])
        return peak.ether, peak.cash

    return min(permutations(range(len(legs))), key=need)


def _peak(steps: Sequence[tuple[Mapping[str, int], Mapping[str, int]]]) -> Backing:
    """Return the largest backing of what is left after each step of `(brought, delivered)`, ether and cash apart."""
    held: dict[str, int] = {}
    peak = NO_BACKING
    for brought, delivered in steps:
        held = net([held, brought, {name: -quantity for name, quantity in delivered.items()}])
        options, ether = split_legs(held)
        need = backing(options)
        peak = Backing(max(peak.ether, need.ether - ether), max(peak.cash, need.cash))
    return peak


def _venue_orders(
    graph: LiquidityGraph, flows: Sequence[Flow], rest: Mapping[str, int], chain: str
) -> tuple[Order, ...] | None:
    """Return the orders for what the group does not cross among itself."""
    orders: list[Order] = []
    for instrument, held in sorted(rest.items()):
        side: Side = "buy" if held > 0 else "sell"
        fitting = [
            flow
            for flow in flows
            if flow.edge.instrument == instrument and flow.edge.side == side and flow.edge.source[1] == chain
        ]
        split = split_lots(graph, fitting, abs(held) // LOT)
        if split is None:
            return None
        orders.extend(open_order(venue, instrument, side, lots * LOT) for venue, lots in split if lots)
    return tuple(orders)
