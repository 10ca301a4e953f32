"""What no route of one unit can undercut: the cheap test that comes before any program."""

import math
from collections.abc import Sequence

from intents.assets import ETH, OPTION_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.wants import Leg, Package
from solvers.routing.desk import Desk
from solvers.routing.problem import Job
from solvers.routing.structures import is_simple
from venues.graph import LiquidityGraph
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Side


def least_cost(graph: LiquidityGraph, job: Job) -> float:
    """Return what no route of one unit can undercut, in USDC base units: the best first price of every leg, no gas.

    It is minus infinity where first prices say nothing: for a payoff floor, where a venue moves all series of an
    expiry together and the package sells some and buys others, where such a venue quotes no single lot, and where a
    desk sells structures, or lots.
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
    if not is_simple(graph, chain):
        return -math.inf
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
