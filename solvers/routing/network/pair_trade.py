"""Best trades with pools of two tokens at given prices, in closed form.

With reserves R, weights w and gamma g, the pool is left alone while the price of the first token in the second is
between g and 1/g times the pool's own; otherwise the trade goes on until the marginal price after the fee meets it.

[Diamandis et al.]: https://arxiv.org/abs/2302.04938
"""

import math

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Pairs


@compiled
def add_pairs(pairs: Pairs, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Add net trades to `flow` and, unless it is empty, edges to `curvature`; return value and value tendered.

    `curvature` is the lower triangle of the Hessian in relative prices: for two tokens a weighted edge of a graph.
    """
    value, tendered = 0.0, 0.0
    curved = curvature.shape[0] > 0
    for i in range(len(pairs.gamma)):
        first, second, gamma = pairs.first[i], pairs.second[i], pairs.gamma[i]
        weight = pairs.weight_first[i]
        value_first = price[first] * pairs.reserve_first[i]
        value_second = price[second] * pairs.reserve_second[i]
        a, b = value_first * (1.0 - weight), value_second * weight
        if a < gamma * b:
            ratio, fee_in, fee_out = a / (gamma * b), gamma, 1.0
        elif gamma * a > b:
            ratio, fee_in, fee_out = gamma * a / b, 1.0, gamma
        else:
            continue
        shrink = 1.0 / math.sqrt(ratio) if weight == 0.5 else math.exp((weight - 1.0) * math.log(ratio))
        first_in = (shrink - 1.0) / fee_in
        second_in = (ratio * shrink - 1.0) / fee_out
        flow[first] -= first_in * pairs.reserve_first[i]
        flow[second] -= second_in * pairs.reserve_second[i]
        value -= first_in * value_first + second_in * value_second
        tendered += max(first_in * value_first, second_in * value_second)
        if curved:
            edge = (1.0 - weight) * shrink * value_first / fee_in
            curvature[first, first] += edge
            curvature[second, second] += edge
            curvature[max(first, second), min(first, second)] -= edge
    return value, tendered


@compiled
def tender_pairs(pairs: Pairs, price: Floats, tender: Floats) -> None:
    """Set what each pool is tendered: of the first token where above zero, of the second, negated, where below."""
    for i in range(len(pairs.gamma)):
        gamma, weight = pairs.gamma[i], pairs.weight_first[i]
        a = price[pairs.first[i]] * pairs.reserve_first[i] * (1.0 - weight)
        b = price[pairs.second[i]] * pairs.reserve_second[i] * weight
        if a < gamma * b:
            tender[i] = growth(gamma * b, a, 1.0 - weight) * pairs.reserve_first[i] / gamma
        elif gamma * a > b:
            tender[i] = -growth(gamma * a, b, weight) * pairs.reserve_second[i] / gamma
        else:
            tender[i] = 0.0


@compiled
def growth(above: float, below: float, power: float) -> float:
    """Return `(above / below) ** power - 1`, accurate where the two are close."""
    if power == 0.5:
        return (above - below) / (below + math.sqrt(above * below))
    return math.expm1(power * math.log(above / below))


@compiled
def pair_output(pairs: Pairs, i: int, tendered: float) -> float:
    """Return what the pool pays for a tender, signed as in `tender_pairs`, in the other token."""
    weight = pairs.weight_first[i]
    if tendered >= 0.0:
        share = pairs.gamma[i] * tendered / pairs.reserve_first[i]
        if weight == 0.5:
            return float(share / (1.0 + share) * pairs.reserve_second[i])
        return float(-math.expm1(-weight / (1.0 - weight) * math.log1p(share)) * pairs.reserve_second[i])
    share = -pairs.gamma[i] * tendered / pairs.reserve_second[i]
    if weight == 0.5:
        return float(share / (1.0 + share) * pairs.reserve_first[i])
    return float(-math.expm1(-(1.0 - weight) / weight * math.log1p(share)) * pairs.reserve_first[i])
