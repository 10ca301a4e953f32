"""Prices to start from: those that fit the markets' own prices best, as logarithms, in least squares."""

import math

import numpy as np

from solvers.routing.network.cholesky import factorise, solve_factored
from solvers.routing.network.compiled import Floats, Ints, compiled
from solvers.routing.network.evaluation import Question
from solvers.routing.network.network import Families
from solvers.routing.network.stable_trade import invariant, other_balance, price_and_slope

OFFER_WEIGHT = 0.05
"""What an offer counts, where a pool counts one: books have many."""

SOFT = 1e-9
"""Weight of the guess that a price is one, for tokens that nothing ties to a utility."""


@compiled
def reachable(families: Families, known: Ints) -> None:
    """Mark all tokens that markets connect with marked ones."""
    pairs, baskets, stables, offers = families
    grown = True
    while grown:
        grown = False
        for first, second in ((pairs.first, pairs.second), (stables.first, stables.second)):
            grown |= spread(first, second, known)
        grown |= spread(offers.tendered, offers.received, known)
        for pool in range(len(baskets.gamma)):
            tokens = baskets.tokens[baskets.starts[pool] : baskets.starts[pool + 1]]
            for i in range(1, len(tokens)):
                grown |= spread(tokens[:1], tokens[i : i + 1], known)


@compiled
def spread(first: Ints, second: Ints, known: Ints) -> bool:
    """Mark both ends of each edge with one end marked; return whether that changed anything."""
    grown = False
    for i in range(len(first)):
        if known[first[i]] != known[second[i]]:
            known[first[i]] = known[second[i]] = 1
            grown = True
    return grown


@compiled
def tie(matrix: Floats, right: Floats, ends: tuple[int, int], log_ratio: float, weight: float) -> None:
    """Add the wish that the first price over the second be what `log_ratio` says."""
    first, second = ends
    matrix[first, first] += weight
    matrix[second, second] += weight
    matrix[max(first, second), min(first, second)] -= weight
    right[first] += weight * log_ratio
    right[second] -= weight * log_ratio


@compiled
def tie_all(families: Families, matrix: Floats, right: Floats) -> None:
    """Add the prices of all markets."""
    pairs, baskets, stables, offers = families
    for i in range(len(pairs.gamma)):
        weight = pairs.weight_first[i]
        ratio = weight * pairs.reserve_second[i] / ((1.0 - weight) * pairs.reserve_first[i])
        tie(matrix, right, (pairs.first[i], pairs.second[i]), math.log(ratio), 1.0)
    for pool in range(len(baskets.gamma)):
        begin = baskets.starts[pool]
        for i in range(begin + 1, baskets.starts[pool + 1]):
            ratio = baskets.weights[i] * baskets.reserves[begin] / (baskets.weights[begin] * baskets.reserves[i])
            tie(matrix, right, (baskets.tokens[i], baskets.tokens[begin]), math.log(ratio), 1.0)
    for i in range(len(stables.gamma)):
        x = stables.balance_first[i] * stables.rate_first[i]
        d = invariant(stables.amplification[i], x, stables.balance_second[i] * stables.rate_second[i])
        a = 4.0 * stables.amplification[i]
        level, _ = price_and_slope(a, x / d, other_balance(a, x / d))
        level += math.log(stables.rate_first[i] / stables.rate_second[i])
        tie(matrix, right, (stables.first[i], stables.second[i]), level, 1.0)
    for i in range(len(offers.rate)):
        tie(matrix, right, (offers.tendered[i], offers.received[i]), math.log(offers.rate[i]), OFFER_WEIGHT)


@compiled
def starting_prices(question: Question) -> Floats:
    """Return prices of all tokens: the utility where prices are fixed or, if none is, where there is any."""
    size = len(question.utility)
    price = question.utility.copy()
    pinned = question.fixed > 0.0 if question.fixed.any() else question.utility > 0.0
    if pinned.all():
        return price
    matrix, right = np.zeros((size, size)), np.zeros(size)
    tie_all(question.families, matrix, right)
    for k in range(size):
        if pinned[k]:
            right[k] = math.log(price[k])
    for k in range(size):
        for i in range(size):
            if not pinned[i] and pinned[k]:
                right[i] -= matrix[max(i, k), min(i, k)] * right[k]
    for k in range(size):
        if pinned[k]:
            matrix[k, :k] = 0.0
            matrix[k + 1 :, k] = 0.0
            matrix[k, k] = 1.0
        else:
            matrix[k, k] += SOFT
    if factorise(matrix):
        solve_factored(matrix, right)
    return np.maximum(np.exp(right), price)
