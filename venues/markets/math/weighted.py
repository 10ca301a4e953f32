"""Weighted pools: the product of balances to the power of their weights stays constant.

Rules of Balancer v3 (`WeightedMath`), with its limits: an order moves at most 30 % of a balance. Balances, weights and
amounts have 18 decimals; weights sum to one. Rounded against the trader.
"""

from collections.abc import Sequence
from typing import Final

from venues.markets.math.fixed18 import WAD, complement, div_down, div_up, mul_down, mul_up
from venues.markets.math.log_exp import pow_down, pow_up

MOST_RATIO: Final = WAD * 3 // 10
"""Largest part of a balance that one swap may bring or take."""

MOST_INVARIANT_RATIO: Final = 3 * WAD
LEAST_INVARIANT_RATIO: Final = WAD * 7 // 10
"""Bounds of the change of the invariant by an unbalanced deposit or withdrawal."""


def out_given_in(balance_in: int, weight_in: int, balance_out: int, weight_out: int, amount_in: int) -> int:
    """Return what `amount_in`, fee taken off, brings; rounded down.

    Raises:
        ValueError: if it is more than `MOST_RATIO` of the balance.
    """
    if amount_in > mul_down(balance_in, MOST_RATIO):
        raise ValueError(f"{amount_in} is more than 30 % of {balance_in}")
    base = div_up(balance_in, balance_in + amount_in)
    return mul_down(balance_out, complement(pow_up(base, div_down(weight_in, weight_out))))


def in_given_out(balance_in: int, weight_in: int, balance_out: int, weight_out: int, amount_out: int) -> int:
    """Return what must come in, fee not included, for `amount_out` to go out; rounded up.

    Raises:
        ValueError: if it is more than `MOST_RATIO` of the balance.
    """
    if amount_out > mul_down(balance_out, MOST_RATIO):
        raise ValueError(f"{amount_out} is more than 30 % of {balance_out}")
    base = div_up(balance_out, balance_out - amount_out)
    return mul_up(balance_in, pow_up(base, div_up(weight_out, weight_in)) - WAD)


def invariant(weights: Sequence[int], balances: Sequence[int], *, up: bool) -> int:
    """Return the weighted product of the balances, rounded as asked."""
    product = WAD
    for weight, balance in zip(weights, balances, strict=True):
        product = mul_up(product, pow_up(balance, weight)) if up else mul_down(product, pow_down(balance, weight))
    return product


def balance_given_ratio(balance: int, weight: int, ratio: int) -> int:
    """Return the balance at which the invariant has grown by `ratio`, all others unchanged; rounded up."""
    return mul_up(balance, pow_up(ratio, div_up(WAD, weight)))


def project_weight(start: int, end: int, elapsed_s: int, total_s: int) -> int:
    """Return the weight of a bootstrapping pool's token on the line between its two weights."""
    passed = min(max(elapsed_s, 0) * WAD // total_s, WAD)
    return start - mul_down(passed, start - end) if start > end else start + mul_down(passed, end - start)
