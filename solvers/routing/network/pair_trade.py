"""What pools of two tokens pay for a tender, by their own formula.

A tender that is the share `s` of the reserve, less the fee, earns `1 - (1 + s)**-(w1 / w2)` of the other reserve. For
the usual weights that takes roots and products only, arranged to lose nothing where the share is small.
"""

import math

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Pairs


@compiled
def pair_output(pairs: Pairs, i: int, tendered: float) -> float:
    """Return what the pool pays, in the other token; tendered is of the first where above zero, of the second below."""
    return paid(tendered, pairs.weight_first[i], pairs.gamma[i], (pairs.reserve_first[i], pairs.reserve_second[i]))


@compiled
def pair_outputs(pairs: Pairs, tendered: Floats, output: Floats) -> None:
    """Set what each pool pays for its tender."""
    weight, gamma, first, second = pairs.weight_first, pairs.gamma, pairs.reserve_first, pairs.reserve_second
    for i in range(len(weight)):
        output[i] = paid(tendered[i], weight[i], gamma[i], (first[i], second[i]))


@compiled
def paid(tendered: float, weight: float, gamma: float, held: tuple[float, float]) -> float:
    """Return what one pool pays; reserves and weight are those of a row of `Pairs`."""
    if tendered >= 0.0:
        return paid_share(gamma * tendered / held[0], weight) * held[1]
    other = 0.2 if weight == 0.8 else 0.8 if weight == 0.2 else 1.0 - weight
    return paid_share(-gamma * tendered / held[1], other) * held[0]


@compiled
def paid_share(share: float, weight: float) -> float:
    """Return the share of the other reserve that is paid; `weight` is that of the token tendered."""
    if weight == 0.5:
        return share / (1.0 + share)
    if weight == 0.8:
        left = 1.0 / (1.0 + share)
        return share * left * (1.0 + left) * (1.0 + left * left)
    if weight == 0.2:
        left = 1.0 / math.sqrt(math.sqrt(1.0 + share))
        return share / (1.0 + share) / ((1.0 + left) * (1.0 + left * left))
    return -math.expm1(-weight / (1.0 - weight) * math.log1p(share))
