"""Arbitrum's price of gas: a minimum, times an exponential of the gas used faster than the chain can keep up with.

A backlog grows by the gas of each block and shrinks by the speed limit each second. What exceeds the tolerance sets
the price. The exponential is a polynomial of degree four in basis points, which stays 5 % below the true one at two.
A block pays what the block before it set; the backlog shrinks by whole seconds, so most blocks of 250 ms do not
change it.

This is the model of one constraint. Since ArbOS 50 a chain may sum several; none has been needed here.

Source: OffchainLabs/nitro, commit 6dce8d13, `arbos/l2pricing/model.go`.
"""

from dataclasses import dataclass
from typing import Final

ONE: Final = 10_000
"""One, in basis points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRule:
    """Parameters of the rule; the values of Arbitrum One are in its preset."""

    minimum_wei: int
    """Price without a backlog."""

    speed_limit: int
    """Gas per second that the chain can sustain."""

    inertia_s: int
    """Seconds of backlog over which the price grows by a factor of e."""

    tolerance_s: int
    """Seconds of backlog that leave the price alone."""

    elasticity: float
    """Gas limit of a block over what the speed limit grants in its time; nothing here depends on it."""


def drained(backlog_gas: int, elapsed_s: int, rule: BacklogRule) -> int:
    """Return the backlog after time without use."""
    return max(backlog_gas - elapsed_s * rule.speed_limit, 0)


def backlog_price(backlog_gas: int, rule: BacklogRule) -> int:
    """Return the price of gas at a backlog, in wei.

    Rounding: the exponent down to a basis point, each term of the exponential down, the product down.
    """
    excess = backlog_gas - rule.tolerance_s * rule.speed_limit
    if excess <= 0:
        return rule.minimum_wei
    exponent = excess * ONE // (rule.inertia_s * rule.speed_limit)
    return rule.minimum_wei * approximate_exp(exponent) // ONE


def approximate_exp(exponent: int) -> int:
    """Return about e to the power `exponent`, both in basis points; `exponent` is not negative."""
    total = ONE + exponent // 4
    for index in (3, 2, 1):
        total = ONE + total * exponent // (index * ONE)
    return total
