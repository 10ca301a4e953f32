"""Rows on option packages over several chains, and on routing that ignores gas, there and on the real auction."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.harness import Row
from benchmarks.routing_network import cow
from benchmarks.routing_network.packages import PACKAGES, Case, cases, job, snapshot
from intents.assets import USDC_UNIT
from solvers.routing import convex
from solvers.routing.certificate import certificate
from solvers.routing.desk import Desk, Draft, priced
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.fixed_costs import Limits, cost_of, solve_exact
from solvers.routing.problem import Job, NoRoute, Parcel, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph
from venues.markets.venue import Unfilled
from venues.seeds import generator
from venues.snapshot import Snapshot

CHAINS = (3, 4, 5, 6, 7, 8)
COUNT, FEW = 12, 4
"""Intents for each number of chains, usually and in haste."""

CERTIFIED = 8
"""Routes held against a bound at real prices."""

SIZES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Of packages on the way from a trifle to what venues hardly take, in options."""

AMOUNTS = {("WETH", "USDC"): (0.3, 3000.0), ("DAI", "WBTC"): (1e3, 1e6), ("BAL", "USDC"): (50.0, 2e4)}
"""Least and most sold in the real auction."""

LOOSE = Limits(tolerance=1e-4)
"""The gap that is asked for: a hundredth of a percent."""

GENEROUS = 10**9
"""USDC base units above fair value, so that every route fills all of an order."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a router made of each case, in dollars of surplus and milliseconds."""

    surplus: list[float]
    ms: list[float]
    answers: list[Route | NoRoute]


def packages(quick: bool) -> list[Row]:
    """Return how well and how fast `exact` routes packages over three to eight chains, against simpler rules."""
    route(LiquidityGraph((first := cases(3, 1)[0]).snapshot), first.job)
    rows = []
    for chains in CHAINS[:: 5 if quick else 1]:
        rows += _rows_of(chains, cases(chains, FEW if quick else COUNT))
    return rows


def _rows_of(chains: int, several: Sequence[Case]) -> list[Row]:
    name = f"packages, {chains} chains"
    ours = _timed(several, route)
    found = [answer for answer in ours.answers if isinstance(answer, Route)]
    gaps = [answer.gap for answer in found if answer.gap is not None]
    proven = f"proven optimal in its model {sum(gap <= 1e-6 for gap in gaps)} of {len(several)}"
    note = f"ms, exact, median of {len(several)} (slowest {max(ours.ms):.0f}); {proven}; peer: the aim, 500 ms"
    middle = statistics.median(ours.ms)
    rows = [Row(f"{name}, time", middle, 500.0, middle / 500.0, note)]
    blind = _timed(several, gas_blind)
    peers = {
        "best single path": _timed(several, lambda graph, wish: route(graph, wish, "path")),
        "greedy split": _timed(several, lambda graph, wish: route(graph, wish, "greedy")),
        "convex routing that ignores gas": blind,
    }
    total = sum(ours.surplus)
    for peer, theirs in peers.items():
        won = sum(a > b + 0.01 for a, b in zip(ours.surplus, theirs.surplus, strict=True))
        note = f"dollars of surplus, exact; peer: {peer} ({statistics.median(theirs.ms):.1f} ms); more on {won}"
        rows.append(Row(f"{name}, surplus", total, sum(theirs.surplus), total / sum(theirs.surplus), note))
    return [*rows, _certified(name, several, found)]


def _certified(name: str, several: Sequence[Case], found: Sequence[Route]) -> Row:
    """Return how near the bound of real prices all routes are."""
    graphs = {case.job.intent_id: LiquidityGraph(case.snapshot) for case in several}
    proofs = [certificate(graphs[answer.job.intent_id], answer) for answer in found[:CERTIFIED]]
    kept = [proof for proof in proofs if proof is not None]
    gained, bound = sum(proof.surplus for proof in kept) / USDC_UNIT, sum(proof.bound for proof in kept) / USDC_UNIT
    gaps = sorted(proof.gap for proof in kept)
    note = f"dollars, exact; peer: bound at real prices of {len(kept)} of {len(proofs)}"
    gap = f"gap median {statistics.median(gaps):.2%}, worst {gaps[-1]:.2%}"
    return Row(f"{name}, certified", gained, bound, gained / bound, f"{note}; {gap}")


def _timed(several: Sequence[Case], router: Callable[[LiquidityGraph, Job], Route | NoRoute]) -> Timed:
    """Return what a router makes of each case, every one on a graph that has worked nothing out yet."""
    found = Timed([], [], [])
    for case in several:
        graph = LiquidityGraph(case.snapshot)
        start = time.perf_counter()
        answer = router(graph, case.job)
        found.ms.append((time.perf_counter() - start) * 1e3)
        found.surplus.append(answer.surplus / USDC_UNIT if isinstance(answer, Route) else 0.0)
        found.answers.append(answer)
    return found


def gas_blind(graph: LiquidityGraph, wish: Job) -> Route | NoRoute:
    """Return what convex routing finds where gas costs nothing, at its real cost; its surplus may be negative."""
    free = tuple(replace(view, gas_price_wei=0) for view in graph.snapshot.chains)
    found = convex.route(LiquidityGraph(replace(graph.snapshot, chains=free)), wish)
    if isinstance(found, NoRoute):
        return found
    desk, parcels = Desk(graph.snapshot), list[Parcel]()
    for part in found.parcels:
        draft = Draft(chain=part.chain, quantity=part.quantity, legs=part.legs, orders=part.orders)
        paid = priced(desk, wish, draft)
        assert not isinstance(paid, Unfilled)
        parcels.append(paid)
    return replace(found, parcels=tuple(parcels), gap=None)


def gas_share(quick: bool) -> list[Row]:
    """Return what routing that ignores gas loses, on orders from a trifle to large ones."""
    return [*_shares_of_auction(3 if quick else 9), *_shares_of_packages(SIZES[:: 4 if quick else 1])]


def _share_row(name: str, net: tuple[float, float], gas: float, gross: float) -> Row:
    ours, blind = net
    note = f"net of gas; peer: convex routing that ignores gas; gas share {gas / gross:.3e}"
    return Row(name, ours, blind, ours / blind, f"{note}; loss {(ours - blind) / gross:.3e} of the order")


def _shares_of_auction(points: int) -> list[Row]:
    rows = []
    for (sold, bought), (least, most) in AMOUNTS.items():
        for amount in np.geomspace(least, most, points):
            case, costs = cow.trade(float(f"{amount:.2g}"), sold, bought)
            best, blind = solve_exact(case.network, case.aim, costs, LOOSE), solve_dual(case.network, case.aim)
            gas = cost_of(best.trades, costs)
            net = best.value, blind.value - cost_of(blind.trades, costs)
            rows.append(_share_row(f"gas share, {case.name}", net, gas, best.value + gas))
    return rows


def _shares_of_packages(sizes: Sequence[float]) -> list[Row]:
    rows = []
    for number, (name, want) in enumerate(PACKAGES.items()):
        market = snapshot(generator(number, "packages", 3), 3)
        for size in sizes:
            usual = job(want, size, 1)
            generous = usual.intent.model_copy(update={"limit": usual.intent.limit + GENEROUS})
            wish = replace(usual, intent=generous)
            graph = LiquidityGraph(market)
            best, blind = route(graph, wish), gas_blind(graph, wish)
            if isinstance(best, Route) and isinstance(blind, Route):
                gas, gross = best.cost.gas / USDC_UNIT, _turnover(market, best)
                net = tuple(gross - (each.cost.total - best.cost.venues) / USDC_UNIT for each in (best, blind))
                rows.append(_share_row(f"gas share, {name} of {size:g}", (net[0], net[1]), gas, gross))
    return rows


def _turnover(market: Snapshot, found: Route) -> float:
    """Return the dollars that all orders of a route move."""
    desk, total = Desk(market), 0
    for part in found.parcels:
        for order in part.orders:
            fill = desk.trade(order)
            assert not isinstance(fill, Unfilled)
            total += fill.cash
    return total / USDC_UNIT
