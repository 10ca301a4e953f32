"""Pools of two tokens, prepared so that all of them together need no roots but those of token prices.

With reserves `R`, weights `w`, prices `p` and `g` one less the fee, let `K = R1 (w1 R2 / (w2 R1))**w2`. A pool that is
sold its first token ends with `y = K p1**w1 p2**w2 g**-w1` of value: it was tendered `y - p1 R1 / g` and has paid
`p2 R2 - y w2 / w1`. One that is sold its second ends with `y = K p1**w1 p2**w2 g**-w2`: it has paid `p1 R1 - y` and
was tendered `y w2 / w1 - p2 R2 / g`. Both come from the closed forms of [Diamandis et al.], in units of value.

Few pools differ in weight and fee. What follows from these stands in a table of kinds, and powers of prices in another.

[Diamandis et al.]: https://arxiv.org/abs/2302.04938
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Pairs

Places = NDArray[np.uint32]
"""Small, and without a sign: signed indices would be tested for counting from the end."""

MOST_KINDS = 32
"""Kinds up to which pools share them; beyond, each pool has its own."""

MOST_WEIGHTS = 7
"""Different weights whose powers of all prices are kept; others are raised pool by pool."""

BLOCK = 512
"""Pools whose answers are worked out before they are added up, few enough to stay in the nearest cache."""

ONE = np.uint32(1)
WEIGHT, GAMMA, OTHER, RATIO, INVERSE, SOLD, BOUGHT, LOW, HIGH, PLACE = range(10)
"""Columns of kinds: both weights, `w2 / w1`, `1 / g`, powers of `g`, where trade begins, and powers of prices used."""


class Pools(NamedTuple):
    """Prepared pools."""

    first: Places
    second: Places
    kind: Places
    reserve_first: Floats
    reserve_second: Floats
    mean: Floats
    """`K`."""

    kinds: Floats
    exponents: Floats
    """Weights of first tokens whose powers are kept."""


@compiled
def prepare(pairs: Pairs) -> Pools:
    """Return the pools of a family, prepared; no price is needed."""
    size = len(pairs.gamma)
    kind, kinds, count = np.empty(size, np.uint32), np.empty((MOST_KINDS, 10)), 0
    exponents, known = np.empty(MOST_WEIGHTS), 0
    for i in range(size):
        row = 0
        while row < count and not (kinds[row, WEIGHT] == pairs.weight_first[i] and kinds[row, GAMMA] == pairs.gamma[i]):
            row += 1
        if row == count and count < len(kinds):
            known = set_kind(kinds[row], exponents, known, (pairs.weight_first[i], pairs.gamma[i]))
            count += 1
        kind[i] = row
    if size and kind.max() == MOST_KINDS:
        kinds, count, known = np.empty((size, 10)), size, 0
        for i in range(size):
            known = set_kind(kinds[i], exponents, known, (pairs.weight_first[i], pairs.gamma[i]))
            kind[i] = i
    first, second = pairs.first.astype(np.uint32), pairs.second.astype(np.uint32)
    held = (pairs.reserve_first, pairs.reserve_second)
    kinds, exponents = kinds[:count].copy(), exponents[:known].copy()
    return Pools(first, second, kind, *held, means(kinds, kind, *held), kinds, exponents)


@compiled
def set_kind(kind: Floats, exponents: Floats, known: int, terms: tuple[float, float]) -> int:
    """Set a row of the table of kinds; return how many weights are known then."""
    weight, gamma = terms
    other = 1.0 - weight
    kind[WEIGHT], kind[GAMMA], kind[OTHER], kind[RATIO] = weight, gamma, other, other / weight
    kind[INVERSE], kind[SOLD], kind[BOUGHT] = 1.0 / gamma, gamma**-weight, gamma**-other
    kind[LOW], kind[HIGH] = gamma * weight / other, weight / other / gamma
    row = 0
    while row < known and exponents[row] != weight:
        row += 1
    if row == len(exponents):
        kind[PLACE] = 0.0
        return known
    exponents[row] = weight
    kind[PLACE] = 1.0 + 2.0 * row
    return max(known, row + 1)


@compiled
def means(kinds: Floats, kind: Places, reserve_first: Floats, reserve_second: Floats) -> Floats:
    """Return what trades depend on besides prices, kind and reserves."""
    found = np.empty(len(kind))
    for i in range(len(kind)):
        weight, other = kinds[kind[i], WEIGHT], kinds[kind[i], OTHER]
        ratio = reserve_second[i] / reserve_first[i]
        bent = math.sqrt(ratio) if weight == 0.5 else (ratio * weight / other) ** other
        found[i] = reserve_first[i] * bent
    return found


@compiled
def powers(pools: Pools, price: Floats) -> Floats:
    """Return a row for each token: its price, then its powers by both weights of each exponent."""
    table = np.empty((len(price), 1 + 2 * len(pools.exponents)))
    for k in range(len(price)):
        table[k, 0] = price[k]
        for row in range(len(pools.exponents)):
            weight = pools.exponents[row]
            power = math.sqrt(price[k]) if weight == 0.5 else price[k] ** weight
            table[k, 1 + 2 * row], table[k, 2 + 2 * row] = power, price[k] / power
    return table


@compiled
def answer(pools: Pools, table: Floats, begin: int, answers: Floats) -> int:
    """Set what pools receive of both tokens, negative where they are tendered, and the edges of the curvature.

    Amounts are values. Returns how many pools there were: a block of them from `begin` on, or what is left of one.
    There are no branches on the direction of trade, because no processor could guess it.
    """
    one, two, kind = pools.first[begin : begin + BLOCK], pools.second[begin:], pools.kind[begin:]
    held_one, held_two, mean = pools.reserve_first[begin:], pools.reserve_second[begin:], pools.mean[begin:]
    kinds, got_one, got_two, edge = pools.kinds, answers[0], answers[1], answers[2]
    for i in range(len(one)):
        a, b, k = one[i], two[i], kind[i]
        value_one, value_two = table[a, 0] * held_one[i], table[b, 0] * held_two[i]
        sold, bought = value_one < kinds[k, LOW] * value_two, value_one > kinds[k, HIGH] * value_two
        place: Any = np.uint32(kinds[k, PLACE])
        if place > 0:
            power = table[a, place] * table[b, place + ONE]
        else:
            power = table[b, 0] * (table[a, 0] / table[b, 0]) ** kinds[k, WEIGHT]
        after = mean[i] * power * (kinds[k, SOLD] if sold else kinds[k, BOUGHT])
        inverse = kinds[k, INVERSE]
        left_one = (value_one * inverse if sold else value_one) - after
        left_two = (value_two if sold else value_two * inverse) - kinds[k, RATIO] * after
        trades = sold or bought
        got_one[i] = left_one if trades else 0.0
        got_two[i] = left_two if trades else 0.0
        edge[i] = kinds[k, OTHER] * after if trades else 0.0
    return len(one)


@compiled
def add_pools(pools: Pools, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Add net trades to `flow` and, unless it is empty, edges to `curvature`; return value and value tendered.

    `curvature` is the lower triangle of the Hessian in relative prices: for two tokens a weighted edge of a graph.
    """
    table, answers, total = powers(pools, price), np.empty((3, BLOCK)), np.zeros((len(price), 2))
    first, second, tendered, value = pools.first, pools.second, 0.0, 0.0
    for begin in range(0, len(first), BLOCK):
        count = answer(pools, table, begin, answers)
        for i in range(count):
            one, two = first[begin + i], second[begin + i]
            total[one, 0] += answers[0, i]
            total[two, 0] += answers[1, i]
            tendered -= min(answers[0, i], answers[1, i])
        if len(curvature) > 0:
            for i in range(count):
                one, two, edge = first[begin + i], second[begin + i], answers[2, i]
                total[one, 1] += edge
                total[two, 1] += edge
                curvature[max(one, two), min(one, two)] -= edge
    for k in range(len(price)):
        value += total[k, 0]
        flow[k] += total[k, 0] / price[k]
        if len(curvature) > 0:
            curvature[k, k] += total[k, 1]
    return value, tendered


@compiled
def tender_pools(pools: Pools, price: Floats, tender: Floats) -> None:
    """Set what each pool is tendered: of the first token where above zero, of the second, negated, where below."""
    table, answers, first, second = powers(pools, price), np.empty((3, BLOCK)), pools.first, pools.second
    for begin in range(0, len(first), BLOCK):
        for i in range(answer(pools, table, begin, answers)):
            one, two = answers[0, i], answers[1, i]
            worth = min(one, two, 0.0) / price[second[begin + i] if two < one else first[begin + i]]
            tender[begin + i] = worth if two < one else -worth
