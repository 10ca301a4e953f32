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
    forward = tendered >= 0.0
    share = gamma * abs(tendered) / (held[0] if forward else held[1])
    left = 1.0 / (1.0 + share)
    if weight == 0.5:
        part = share * left
    elif weight in (0.8, 0.2):
        root = math.sqrt(math.sqrt(left))
        steep, flat = (1.0 + left) * (1.0 + left * left), 1.0 / ((1.0 + root) * (1.0 + root * root))
        part = share * left * (steep if forward == (weight == 0.8) else flat)
    else:
        power = weight / (1.0 - weight)
        part = -math.expm1(-(power if forward else 1.0 / power) * math.log1p(share))
    return part * (held[1] if forward else held[0])
