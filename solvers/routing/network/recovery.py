"""From prices to trades that can be executed: each market's own best trade, shortened where a token runs short.

Prices leave a residue of flow. Any market's trade may be shortened, since its set of trades is convex and holds the
empty one; what is paid out is then computed afresh from what is tendered, by the market's own formula.
"""

from typing import NamedTuple

import numpy as np

from solvers.routing.network.basket_trade import trade_baskets
from solvers.routing.network.compiled import Floats, Ints, compiled
from solvers.routing.network.network import Families
from solvers.routing.network.offer_trade import Anchor, tender_offers
from solvers.routing.network.pair_trade import pair_outputs
from solvers.routing.network.pools import Pools, prepare, tender_pools
from solvers.routing.network.stable_trade import stable_output, tender_stables

TURNS = 20
"""Rounds of joint shortening before trades that still hand over a short token are dropped."""

SHORT = 1e-13
"""Share by which trades are shortened beyond need."""

ROUNDING = 2e-13
"""Shortfall of a token, relative to all that is handed over of it, that is rounding."""


class Trades(NamedTuple):
    """What is done at each market."""

    pairs: Floats
    """Tendered of the first token where above zero; of the second, negated, where below."""

    baskets: Floats
    """Net trade of each token of each pool: received above zero, tendered below."""

    stables: Floats
    """As for pairs."""

    offers: Floats
    """Tendered to each offer."""


@compiled
def best_trades(families: Families, price: Floats, anchor: Anchor) -> Trades:
    """Return each market's best trade at these prices."""
    return trades_at(families, prepare(families.pairs), price, anchor)


@compiled
def trades_at(families: Families, pools: Pools, price: Floats, anchor: Anchor) -> Trades:
    """Return each market's best trade at these prices; `pools` are the pairs, prepared."""
    trades = Trades(
        np.empty(len(families.pairs.gamma)),
        np.empty(len(families.baskets.tokens)),
        np.empty(len(families.stables.gamma)),
        np.empty(len(families.offers.rate)),
    )
    tender_pools(pools, price, trades.pairs)
    trade_baskets(families.baskets, price, trades.baskets)
    tender_stables(families.stables, price, trades.stables)
    tender_offers(families.offers, price, anchor, trades.offers)
    return trades


class Arcs(NamedTuple):
    """All trades of two tokens, from what is given to what is taken."""

    give: Ints
    take: Ints
    amount: Floats
    output: Floats


@compiled
def arcs_of(families: Families, trades: Trades) -> Arcs:
    """Return the trades of pairs, then stables, then offers, with what each market pays for its tender."""
    pairs, stables, offers = families.pairs, families.stables, families.offers
    count = len(pairs.gamma) + len(stables.gamma) + len(offers.rate)
    arcs = Arcs(np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count), np.empty(count))
    put(arcs, 0, pairs.first, pairs.second, trades.pairs)
    pair_outputs(pairs, trades.pairs, arcs.output)
    at = len(pairs.gamma)
    put(arcs, at, stables.first, stables.second, trades.stables)
    for i in range(len(stables.gamma)):
        arcs.output[at + i] = stable_output(stables, i, trades.stables[i])
    at += len(stables.gamma)
    put(arcs, at, offers.tendered, offers.received, trades.offers)
    arcs.output[at:] = trades.offers * offers.rate
    return arcs


@compiled
def put(arcs: Arcs, at: int, first: Ints, second: Ints, tendered: Floats) -> None:
    """Set the ends and amounts of trades from a place on; those below zero go from the second token to the first."""
    give, take, amount = arcs.give[at:], arcs.take[at:], arcs.amount[at:]
    for i in range(len(tendered)):
        forward = tendered[i] >= 0.0
        give[i], take[i] = first[i] if forward else second[i], second[i] if forward else first[i]
        amount[i] = abs(tendered[i])


@compiled
def totals(families: Families, trades: Trades, arcs: Arcs, given: Floats, taken: Floats) -> None:
    """Set what is handed over and what is received of each token."""
    given[:] = 0.0
    taken[:] = 0.0
    give, take, amount, output = arcs
    for i in range(len(amount)):
        given[give[i]] += amount[i]
        taken[take[i]] += output[i]
    for i, token in enumerate(families.baskets.tokens):
        given[token] -= min(trades.baskets[i], 0.0)
        taken[token] += max(trades.baskets[i], 0.0)


@compiled
def flows(families: Families, trades: Trades, arcs: Arcs, size: int) -> Floats:
    """Return what is received of each token (column) for each token handed over (row)."""
    matrix = np.zeros((size, size))
    for i in range(len(arcs.amount)):
        matrix[arcs.give[i], arcs.take[i]] += arcs.output[i]
    baskets = families.baskets
    for pool in range(len(baskets.gamma)):
        given = -1
        for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
            if trades.baskets[i] < 0.0:
                given = baskets.tokens[i]
        for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
            if given >= 0 and trades.baskets[i] > 0.0:
                matrix[given, baskets.tokens[i]] += trades.baskets[i]
    return matrix


@compiled
def shorten(families: Families, trades: Trades, arcs: Arcs, factor: Floats) -> None:
    """Multiply each trade by the least factor of the tokens it hands over."""
    for i in range(len(arcs.amount)):
        arcs.amount[i] *= factor[arcs.give[i]]
        arcs.output[i] *= factor[arcs.give[i]]
    baskets = families.baskets
    for pool in range(len(baskets.gamma)):
        least = 1.0
        for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
            if trades.baskets[i] < 0.0:
                least = min(least, factor[baskets.tokens[i]])
        for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
            trades.baskets[i] *= least


@compiled
def joint_factors(flow: Floats, given: Floats, stock: Floats, short: Ints) -> Floats:
    """Return the factors at which each short token is handed over exactly as it comes in, the others unchanged.

    Rows of `flow` are tokens handed over, columns tokens received. The matrix is that of a Markov chain that ends where
    a token is in excess; `SHORT` stands in for an end where there is none, and such a circle of trades is given up.
    """
    which = np.flatnonzero(short)
    system, right = np.zeros((len(which), len(which))), stock[which]
    for row in range(len(which)):
        k = int(which[row])
        for i in range(len(given)):
            if short[i] == 0:
                right[row] += flow[i, k]
        for column in range(len(which)):
            system[row, column] = -flow[which[column], k]
        system[row, row] += given[k] * (1.0 + SHORT)
    factor = np.ones(len(given))
    factor[which] = solve_dominant(system, right)
    return factor


@compiled
def solve_dominant(system: Floats, right: Floats) -> Floats:
    """Return the solution, between zero and one, of a system with dominant diagonal, which needs no pivoting."""
    size = len(right)
    for j in range(size):
        for i in range(j + 1, size):
            if system[i, j] != 0.0 and system[j, j] > 0.0:
                share = system[i, j] / system[j, j]
                system[i, j:] -= share * system[j, j:]
                right[i] -= share * right[j]
    for j in range(size - 1, -1, -1):
        right[j] = right[j] / system[j, j] if system[j, j] > 0.0 else 0.0
        right[j] = min(max(right[j], 0.0), 1.0)
        right[:j] -= system[:j, j] * right[j]
    return right


@compiled
def balance(families: Families, stock: Floats, trades: Trades) -> Floats:
    """Shorten trades in place until no token runs short of its stock; return the net trade of each token."""
    size = len(stock)
    given, taken, short = np.empty(size), np.empty(size), np.zeros(size, np.int64)
    arcs, whole = arcs_of(families, trades), True
    for turn in range(TURNS + size):
        totals(families, trades, arcs, given, taken)
        if not mark_short(stock, given, taken, short):
            break
        if turn < TURNS:
            factor = joint_factors(flows(families, trades, arcs, size), given, stock, short)
        else:
            factor = (1 - short).astype(np.float64)
        shorten(families, trades, arcs, factor)
        whole = False
    if not whole:
        keep(families, trades, arcs)
        totals(families, trades, arcs_of(families, trades), given, taken)
    return taken - given


@compiled
def mark_short(stock: Floats, given: Floats, taken: Floats, short: Ints) -> bool:
    """Mark the tokens of which more is handed over than there is; return whether there are any now."""
    found = False
    for k in range(len(given)):
        if given[k] - taken[k] - stock[k] > ROUNDING * given[k]:
            short[k] = 1
            found = True
    return found


@compiled
def keep(families: Families, trades: Trades, arcs: Arcs) -> None:
    """Write the shortened tenders back, with their signs."""
    pairs, stables = len(families.pairs.gamma), len(families.stables.gamma)
    trades.pairs[:] = np.copysign(arcs.amount[:pairs], trades.pairs)
    trades.stables[:] = np.copysign(arcs.amount[pairs : pairs + stables], trades.stables)
    trades.offers[:] = arcs.amount[pairs + stables :]
