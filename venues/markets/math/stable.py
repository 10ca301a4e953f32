"""Stable pools of Balancer v3: the StableSwap invariant with the amplification counted in thousandths.

Balances have 18 decimals, with their rates in. `amp` is the factor times `AMP_UNIT`; it multiplies the number of
tokens once, as Curve's pools do.
"""

from collections.abc import Sequence
from typing import Final

from venues.markets.math.fixed18 import WAD, ceil_div

AMP_UNIT: Final = 1000
MOST_INVARIANT_RATIO: Final = 5 * WAD
LEAST_INVARIANT_RATIO: Final = WAD * 6 // 10
"""Bounds of the change of the invariant by an unbalanced deposit or withdrawal."""

MOST_ROUNDS: Final = 255


def invariant(amp: int, balances: Sequence[int]) -> int:
    """Return the invariant by Newton's method, as far as the contract takes it.

    Raises:
        ValueError: if it does not settle.
    """
    total, n = sum(balances), len(balances)
    if total == 0:
        return 0
    level, amp_total = total, amp * n
    for _ in range(MOST_ROUNDS):
        product = level
        for balance in balances:
            product = product * level // (balance * n)
        before = level
        numerator = (amp_total * total // AMP_UNIT + product * n) * level
        level = numerator // ((amp_total - AMP_UNIT) * level // AMP_UNIT + (n + 1) * product)
        if abs(level - before) <= 1:
            return level
    raise ValueError(f"the invariant of {balances} does not settle")


def out_given_in(amp: int, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
    """Return what `amount` of token `sold`, fee taken off, brings of token `bought`; rounded down."""
    level = invariant(amp, balances)
    after = [*balances]
    after[sold] += amount
    return balances[bought] - balance_given_level(amp, after, level, bought) - 1


def in_given_out(amp: int, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
    """Return how much of token `sold`, fee not included, `amount` of token `bought` takes; rounded up."""
    level = invariant(amp, balances)
    after = [*balances]
    after[bought] -= amount
    return balance_given_level(amp, after, level, sold) - balances[sold] + 1


def balance_given_level(amp: int, balances: Sequence[int], level: int, index: int) -> int:
    """Return the balance of one token at which the invariant is `level`; the one given for it hardly matters.

    Raises:
        ValueError: if it does not settle.
    """
    n = len(balances)
    amp_total = amp * n
    product = balances[0] * n
    for balance in balances[1:]:
        product = product * balance * n // level
    others = sum(balances) - balances[index]
    c = ceil_div(level * level * AMP_UNIT, amp_total * product) * balances[index]
    b = others + level * AMP_UNIT // amp_total
    found = ceil_div(level * level + c, level + b)
    for _ in range(MOST_ROUNDS):
        before = found
        found = ceil_div(found * found + c, found * 2 + b - level)
        if abs(found - before) <= 1:
            return found
    raise ValueError(f"no balance of token {index} has the invariant {level}")


def surge_fee(balances: Sequence[int], after: Sequence[int], fee: int, threshold: int, most: int) -> int:
    """Return the fee of a swap in a pool that charges more for imbalance, up to `most`.

    It rises linearly once the imbalance after the swap is above `threshold` and above what it was.
    """
    imbalance = _imbalance(after)
    if imbalance <= max(_imbalance(balances), threshold):
        return fee
    return fee + (most - fee) * ((imbalance - threshold) * WAD // (WAD - threshold)) // WAD


def _imbalance(balances: Sequence[int]) -> int:
    """Return the sum of distances from the median, as a fraction of the total."""
    ranked = sorted(balances)
    middle = len(ranked) // 2
    median = ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) // 2
    return sum(abs(balance - median) for balance in balances) * WAD // sum(balances)
