"""Peers without cones: the best single path, and a greedy split; and what prices of a peer are worth."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.routing_network.quasi_newton import Found, cfmm_router, quasi_newton
from solvers.routing.network.certificate import dual_bound, exact_fills, executable
from solvers.routing.network.compiled import Floats
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.pair_trade import pair_output
from solvers.routing.network.recovery import best_trades
from solvers.routing.network.stable_trade import stable_output

QUASI_NEWTON = (
    (cfmm_router, "L-BFGS-B as CFMMRouter, its start and closed forms, compiled, with trades"),
    (quasi_newton, "L-BFGS-B favoured, our start and one root a pool, compiled, prices only"),
)
"""The method as published, which is the peer, and the same given whatever we have that helps it."""

HOPS = 3
CHUNKS = 20


def gap_of(network: Network, aim: Aim, prices: Floats) -> float:
    """Return how far from its bound the trades at prices are, once they are made to balance as ours are."""
    trades = best_trades(network.families, prices, exact_fills(network))
    _, value = executable(network, aim, trades)
    return 1.0 - value / dual_bound(network, aim, prices)


def effort(network: Network, aim: Aim, found: Found) -> str:
    """Return the evaluations a quasi-Newton peer took, their share of its time, and its gap after our repair."""
    left = gap_of(network, aim, found.prices)
    return (
        f"{found.evaluations} evaluations, {found.inside:.0%} of its time; its trades made to balance: gap {left:.1e}"
    )


Edge = tuple[int, int, int, int, float]
"""Family, market, token in, token out, sign of the tender."""


@dataclass(slots=True)
class Pools:
    """Markets that remember what they were tendered, so that a next chunk meets moved prices."""

    network: Network
    tendered: list[dict[int, float]] = field(default_factory=lambda: [{}, {}, {}])
    """For pairs, stables and sides of books: signed as the engines sign it."""

    edges: list[Edge] = field(default_factory=list)
    sides: list[tuple[Floats, Floats]] = field(default_factory=list)
    """What the offers between two tokens take and pay together, best first."""

    def __post_init__(self) -> None:
        for family, rows in enumerate((self.network.pairs, self.network.stables)):
            for i in range(len(rows.gamma)):
                one, two = int(rows.first[i]), int(rows.second[i])
                self.edges += [(family, i, one, two, 1.0), (family, i, two, one, -1.0)]
        offers = self.network.offers
        ends = sorted(set(zip(offers.tendered.tolist(), offers.received.tolist(), strict=True)))
        for give, take in ends:
            which = np.flatnonzero((offers.tendered == give) & (offers.received == take))
            which = which[np.argsort(-offers.rate[which])]
            size = np.concatenate([[0.0], np.cumsum(offers.size[which])])
            paid = np.concatenate([[0.0], np.cumsum(offers.size[which] * offers.rate[which])])
            self.edges.append((2, len(self.sides), give, take, 1.0))
            self.sides.append((size, paid))

    def output(self, edge: Edge, amount: float) -> float:
        """Return what a further tender brings; zero against the direction used before, or beyond a book."""
        family, i, _, _, sign = edge
        before = self.tendered[family].get(i, 0.0)
        if before * sign < 0:
            return 0.0
        if family == 2:
            size, paid = self.sides[i]
            both = np.interp([before, before + amount], size, paid)
            return float(both[1] - both[0]) if before + amount <= size[-1] else 0.0
        if family == 0:
            pairs = self.network.pairs
            return pair_output(pairs, i, before + sign * amount) - (pair_output(pairs, i, before) if before else 0.0)
        stables = self.network.stables
        return stable_output(stables, i, before + sign * amount) - (
            stable_output(stables, i, before) if before else 0.0
        )

    def path(self, sold: int, amount: float, bought: int) -> tuple[float, list[Edge]]:
        """Return the best output over at most three hops, and the edges used."""
        best: dict[int, tuple[float, list[Edge]]] = {sold: (amount, [])}
        for _ in range(HOPS):
            reached = dict(best)
            for edge in self.edges:
                if edge[2] not in best or edge[3] == sold:
                    continue
                held, way = best[edge[2]]
                got = self.output(edge, held) if all(edge[:2] != used[:2] for used in way) else 0.0
                if got > reached.get(edge[3], (0.0, []))[0]:
                    reached[edge[3]] = (got, [*way, edge])
            best = reached
        return best.get(bought, (0.0, []))

    def execute(self, way: list[Edge], amount: float) -> float:
        """Tender an amount along a path and return what comes out; nothing if there is no path."""
        if not way:
            return 0.0
        for edge in way:
            got = self.output(edge, amount)
            family, i, _, _, sign = edge
            self.tendered[family][i] = self.tendered[family].get(i, 0.0) + sign * amount
            amount = got
        return amount


def single_path(network: Network, aim: Aim) -> float:
    """Return what the best path without any split brings."""
    sold, bought = traded(aim)
    return Pools(network).path(sold, float(aim.stock[sold]), bought)[0]


def greedy_split(network: Network, aim: Aim) -> float:
    """Return what twenty equal chunks bring, each on the best path after the ones before."""
    sold, bought = traded(aim)
    pools, chunk = Pools(network), float(aim.stock[sold]) / CHUNKS
    return sum(pools.execute(pools.path(sold, chunk, bought)[1], chunk) for _ in range(CHUNKS))


def traded(aim: Aim) -> tuple[int, int]:
    """Return the token sold and the token bought of a swap."""
    return int(np.flatnonzero(np.isfinite(aim.stock) & (aim.stock > 0))[0]), int(np.argmax(aim.utility))
