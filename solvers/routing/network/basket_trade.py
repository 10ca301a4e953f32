"""Best trades with weighted pools of any number of tokens, with a fee.

At a level `m`, each reserve ends at `m w / price` if that is below what is there, at `gamma m w / price` if that is
above, and stays otherwise. The invariant is piecewise linear in `ln m`, so its level is found exactly from two kinks.
"""

import math

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Baskets


@compiled
def drift(baskets: Baskets, pool: int, price: Floats, level: float) -> float:
    """Return by how much the logarithm of the invariant is off at a logarithm of the level."""
    fee = math.log(baskets.gamma[pool])
    total = 0.0
    for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
        kink = math.log(price[baskets.tokens[i]] * baskets.reserves[i] / baskets.weights[i])
        total += baskets.weights[i] * (min(level - kink, 0.0) + max(level + fee - kink, 0.0))
    return total


@compiled
def basket_level(baskets: Baskets, pool: int, price: Floats) -> float:
    """Return the logarithm of the level at which the invariant is kept."""
    fee = math.log(baskets.gamma[pool])
    low, high, below, above = -math.inf, math.inf, 0.0, 0.0
    for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
        kink = math.log(price[baskets.tokens[i]] * baskets.reserves[i] / baskets.weights[i])
        for level in (kink, kink - fee):
            off = drift(baskets, pool, price, level)
            if off <= 0.0 and level > low:
                low, below = level, off
            if off >= 0.0 and level < high:
                high, above = level, off
    return low if above <= below else low - below * (high - low) / (above - below)


@compiled
def basket_move(baskets: Baskets, pool: int, i: int, price: Floats, level: float) -> float:
    """Return by how much the logarithm of one reserve moves at a level."""
    kink = math.log(price[baskets.tokens[i]] * baskets.reserves[i] / baskets.weights[i])
    return min(level - kink, 0.0) + max(level + math.log(baskets.gamma[pool]) - kink, 0.0)


@compiled
def trade_baskets(baskets: Baskets, price: Floats, trade: Floats) -> None:
    """Set the net trade of each token of each pool, received above zero and tendered below."""
    for pool in range(len(baskets.gamma)):
        level = basket_level(baskets, pool, price)
        for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
            grown = math.expm1(basket_move(baskets, pool, i, price, level)) * baskets.reserves[i]
            trade[i] = -grown / baskets.gamma[pool] if grown > 0.0 else -grown


@compiled
def add_baskets(baskets: Baskets, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Add net trades and curvature, as `add_pools` does; return value and value tendered."""
    value, tendered = 0.0, 0.0
    for pool in range(len(baskets.gamma)):
        begin, end = baskets.starts[pool], baskets.starts[pool + 1]
        level = basket_level(baskets, pool, price)
        moving = 0.0
        for i in range(begin, end):
            move = basket_move(baskets, pool, i, price, level)
            if move == 0.0:
                continue
            moving += baskets.weights[i]
            grown = math.expm1(move) * baskets.reserves[i]
            got = -grown / baskets.gamma[pool] if grown > 0.0 else -grown
            flow[baskets.tokens[i]] += got
            value += got * price[baskets.tokens[i]]
            tendered -= min(got * price[baskets.tokens[i]], 0.0)
        if curvature.shape[0] > 0 and moving > 0.0:
            add_edges(baskets, pool, price, curvature, level - math.log(moving))
    return value, tendered


@compiled
def add_edges(baskets: Baskets, pool: int, price: Floats, curvature: Floats, scale: float) -> None:
    """Add an edge of weight `exp(scale) w_i w_k` between any two tokens that the pool trades."""
    level = basket_level(baskets, pool, price)
    for i in range(baskets.starts[pool], baskets.starts[pool + 1]):
        if basket_move(baskets, pool, i, price, level) == 0.0:
            continue
        for k in range(baskets.starts[pool], i):
            if basket_move(baskets, pool, k, price, level) == 0.0:
                continue
            one, two = baskets.tokens[i], baskets.tokens[k]
            edge = math.exp(scale) * baskets.weights[i] * baskets.weights[k]
            curvature[one, one] += edge
            curvature[two, two] += edge
            curvature[max(one, two), min(one, two)] -= edge
