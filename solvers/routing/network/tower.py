"""Weighted geometric means as towers of second-order cones, exact for weights that are small fractions.

`x**p * y**q >= 1` with whole p and q is a product of 2**t factors, filled up with ones; factors are paired, and
`u v >= z**2` is one cone. Equal factors pair without a cone. Power cones would be shorter and make the solver stall.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from solvers.routing.network.errors import InexactWeightsError

MOST_PARTS = 1024
"""Greatest common denominator of weights that is taken for exact."""

EXACT = 1e-12
"""Difference between a weight and its fraction that is rounding."""


def powers_of(weights: Sequence[float]) -> tuple[int, ...]:
    """Return whole numbers in the proportion of the weights; raise `InexactWeightsError` if there are no small ones."""
    fractions = [Fraction(weight).limit_denominator(MOST_PARTS) for weight in weights]
    parts = int(np.lcm.reduce([fraction.denominator for fraction in fractions]))
    close = all(abs(float(f) - w) <= EXACT for f, w in zip(fractions, weights, strict=True))
    if not close or sum(fractions) != 1 or parts > MOST_PARTS:
        raise InexactWeightsError(tuple(weights), MOST_PARTS)
    return tuple(int(fraction * parts) for fraction in fractions)


def product_at_least_one(factors: Sequence[Any], powers: Sequence[int]) -> list[Any]:
    """Return constraints that make the product of powers of the factors at least one, for vectors of pools at once."""
    import cvxpy as cp

    size = factors[0].shape[0]
    total = sum(powers)
    ones = (1 << (total - 1).bit_length()) - total
    nodes: list[Any] = [np.ones(size), *factors]
    counts = {0: ones} | {i + 1: power for i, power in enumerate(powers)}
    constraints: list[Any] = []
    while sum(counts.values()) > 2:
        counts = _paired(counts, nodes, constraints, lambda: cp.Variable(size, nonneg=True))
    left = [nodes[i] for i, count in counts.items() for _ in range(count)]
    return [*constraints, square_below(np.ones(size), left[0], left[1])]


def square_below(middle: Any, one: Any, two: Any) -> Any:
    """Return the cone `middle**2 <= one * two`, with both factors at least zero, entry by entry."""
    import cvxpy as cp

    return cp.SOC(one + two, cp.vstack([2.0 * middle, one - two]), axis=0)


def _paired(counts: Mapping[int, int], nodes: list[Any], constraints: list[Any], fresh: Any) -> dict[int, int]:
    """Halve the number of factors: equal ones pair up with themselves, the odd ones left over with each other."""
    halved = {i: count // 2 for i, count in counts.items() if count > 1}
    odd = [i for i, count in counts.items() if count % 2]
    for one, two in zip(odd[::2], odd[1::2], strict=True):
        middle = fresh()
        constraints.append(square_below(middle, nodes[one], nodes[two]))
        nodes.append(middle)
        halved[len(nodes) - 1] = 1
    return halved
