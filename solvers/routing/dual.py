"""Routing by prices alone: what an intent of one instrument trades, as a network of cash and that instrument.

Cash at home can be carried to each chain at the bridge's fee in proportion, traded there along the curve of every
venue, and what is bought delivered to the owner, who pays the limit for it. Dual decomposition finds prices of cash and
instrument on every chain at which all of that fits together (see `solvers.routing.network.dual`). It knows neither
fixed costs nor packages of several legs; its bound holds for routes without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from intents.assets import ETH_UNIT, OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from intents.wants import Leg, Package, collateral_per_unit
from solvers.routing.exact import Allocation, Flow, Share
from solvers.routing.executed import executed
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.errors import NetworkError
from solvers.routing.network.markets import Offers, Pairs
from solvers.routing.network.network import Aim, Network
from solvers.routing.problem import Job, NoRoute, Route
from venues.graph import Edge, LiquidityGraph
from venues.markets.cpmm import FEE_DENOMINATOR, FEE_NUMERATOR, SpotPool
from venues.markets.venue import Side
from venues.pricing.black76 import Floats

NO_VENUE: Final = "no venue that may be used trades it"

CASH: Final = 0
"""Token number of cash at home; a chain's cash and its instrument follow in pairs."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the dual finds for one intent."""

    allocation: Allocation
    worth: float
    """Surplus without fixed costs, in dollars, of trades that fit together."""

    bound: float
    """What no route is worth more than, fixed costs left out, in dollars."""


@dataclass(slots=True)
class _Draft:
    """Markets on their way into a network."""

    offers: list[tuple[int, int, float, float]]
    """Tendered token, received token, size of what is tendered, and received for each."""

    pools: list[tuple[int, int, float, float]]
    """Cash token, ether token, and their reserves."""

    traded: dict[int, Edge]
    """The edge of each offer that is a stretch of a venue."""

    pooled: list[Edge]


def route(graph: LiquidityGraph, job: Job) -> Route | NoRoute:
    """Return the route that prices give, in whole lots, or why there is none."""
    found = solved(graph, job)
    if isinstance(found, str):
        cause = Cause.NO_LIQUIDITY if found == NO_VENUE else Cause.NO_SOLUTION
        return NoRoute(job=job, cause=cause, detail=found, work=0)
    answer = executed(graph, job, found.allocation) if found.allocation.shares else None
    if answer is None:
        lost = "lost in rounding to whole lots" if found.allocation.shares else "nothing is worth its cost"
        return NoRoute(job=job, cause=Cause.NO_SOLUTION, detail=lost, work=found.allocation.work)
    bound = found.bound * USDC_UNIT
    return replace(answer, engine="dual", gap=max(bound - answer.surplus, 0.0) / max(abs(bound), 1.0))


def solved(graph: LiquidityGraph, job: Job) -> Prices | str:
    """Return what prices find for an intent, or why they cannot serve it."""
    want = job.intent.want
    if not isinstance(want, Package) or len(want.legs) != 1:
        return "prices alone serve one instrument: a package of one leg"
    (leg,) = want.legs
    if (job.intent.limit > 0) != (leg.ratio > 0):
        return "prices alone serve owners who pay for what they buy, or are paid for what they sell"
    if not job.lots():
        return "there is less than a lot to be routed"
    draft = _Draft([], [], {}, [])
    chains = job.chains(graph)
    for position, chain in enumerate(chains):
        _add_chain(draft, graph, job, leg, (chain, 2 * position + 1))
    if not draft.traded and not draft.pooled:
        return NO_VENUE
    bought = leg.ratio > 0
    _add_owner(draft, job, leg, [2 * i + 2 for i in range(len(chains))])
    tokens = 2 * len(chains) + 2
    utility, stock = np.zeros(tokens), np.zeros(tokens)
    utility[CASH], stock[CASH] = 1.0, np.inf
    try:
        network = _network(draft, tokens)
        solution = solve_dual(network, Aim(utility, stock))
    except NetworkError as error:
        return str(error)
    flows = list(_flows(draft, solution.trades.offers, solution.trades.pairs, bought=bought))
    allocation = _allocation(job, leg, flows, solution.work)
    return Prices(allocation, solution.value, solution.bound)


def _add_chain(draft: _Draft, graph: LiquidityGraph, job: Job, leg: Leg, place: tuple[str, int]) -> None:
    """Add the way of cash to a chain and back, and what its venues trade there; `place` is chain and cash token."""
    (chain, cash), home = place, job.intent.home
    port = graph.snapshot.bridge(home, chain) if chain != home else None
    fee = port.fee_ppm / 1e6 if port is not None else 0.0
    most = _most_cash(job)
    draft.offers += [(CASH, cash, most, 1 / (1 + fee)), (cash, CASH, most, 1.0)]
    side: Side = "buy" if leg.ratio > 0 else "sell"
    for edge in graph.trades(leg.instrument, side, chain):
        if not job.allows(edge.key):
            continue
        venue = graph.snapshot.by_venue[edge.key]
        if isinstance(venue, SpotPool) and graph.ladder(edge):
            if venue.cash > 0 and venue.ether > 0:
                draft.pools.append((cash, cash + 1, venue.cash / USDC_UNIT, venue.ether / ETH_UNIT))
                draft.pooled.append(edge)
            continue
        for step in graph.ladder(edge):
            size, paid = step.quantity / OPTION_UNIT, step.cash / USDC_UNIT
            if size > 0 and paid > 0:
                draft.traded[len(draft.offers)] = edge
                bid, ask = (cash + 1, cash, size, paid / size), (cash, cash + 1, paid, size / paid)
                draft.offers.append(ask if side == "buy" else bid)


def _add_owner(draft: _Draft, job: Job, leg: Leg, instruments: list[int]) -> None:
    """Add the owner, who takes or gives what is wanted at the limit, on whichever chain."""
    most = job.lots() / OPTION_UNIT * abs(leg.ratio)
    price = abs(job.intent.limit) / USDC_UNIT / abs(leg.ratio)
    owned = 2 * len(instruments) + 1
    if leg.ratio > 0:
        draft.offers += [(token, owned, most, 1.0) for token in instruments]
        draft.offers.append((owned, CASH, most, price))
    else:
        draft.offers += [(owned, token, most, 1.0) for token in instruments]
        draft.offers.append((CASH, owned, most * price, 1 / price))


def _network(draft: _Draft, tokens: int) -> Network:
    tendered, received, size, rate = (np.array(column) for column in zip(*draft.offers, strict=True))
    offers = Offers(tendered.astype(np.int64), received.astype(np.int64), size.astype(float), rate.astype(float))
    if not draft.pools:
        return Network(tokens=tokens, offers=offers)
    first, second, cash, ether = (np.array(column) for column in zip(*draft.pools, strict=True))
    kept = np.full(len(draft.pools), FEE_NUMERATOR / FEE_DENOMINATOR)
    pairs = Pairs(first.astype(np.int64), second.astype(np.int64), cash, ether, np.full(len(kept), 0.5), kept)
    return Network(tokens=tokens, offers=offers, pairs=pairs)


def _flows(draft: _Draft, offers: Floats, pairs: Floats, *, bought: bool) -> Iterator[Flow]:
    """Yield what each venue trades, in options or ether; a pool's trade the other way is left out."""
    total: dict[Edge, float] = {}
    for index, edge in draft.traded.items():
        _, _, _, rate = draft.offers[index]
        total[edge] = total.get(edge, 0.0) + float(offers[index]) * (rate if bought else 1.0)
    for edge, (_, _, cash, ether), tendered in zip(draft.pooled, draft.pools, pairs, strict=True):
        kept = FEE_NUMERATOR / FEE_DENOMINATOR
        paid = float(tendered) if bought else -float(tendered)
        if paid > 0:
            total[edge] = ether * kept * paid / (cash + kept * paid) if bought else paid
    return (Flow(edge, quantity) for edge, quantity in total.items() if quantity > 0)


def _allocation(job: Job, leg: Leg, flows: list[Flow], work: int) -> Allocation:
    """Return the flows as shares of the intent, a share for each chain, within what remains of it."""
    on: dict[str, float] = {}
    for flow in flows:
        on[flow.edge.source[1]] = on.get(flow.edge.source[1], 0.0) + flow.quantity / abs(leg.ratio)
    most, total = job.lots() / OPTION_UNIT, sum(on.values())
    scale = min(1.0, most / total) if total > 0 else 0.0
    shares = tuple(Share(job, chain, quantity * scale, {}) for chain, quantity in sorted(on.items()) if quantity > 0)
    return Allocation(shares, tuple(flows), 0.0, 0.0, work)


def _most_cash(job: Job) -> float:
    """Return more dollars than any route of an intent moves."""
    per_unit = abs(job.intent.limit) + (collateral_per_unit(job.intent.want) or 0)
    return 10.0 * max(per_unit * job.lots() / OPTION_UNIT / USDC_UNIT, 1.0)
