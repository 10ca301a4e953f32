"""StableSwap pools of Curve: flat prices near balance, a constant product far from it.

`amp` is the factor `A` times `AMP_UNIT`; it already contains n^(n-1), and multiplies n once. Pools of the new
generation (`ng`) multiply balances up and divide once at the end, the classic ones at every step: results differ by a
few units. Rules of curvefi/stableswap-ng, commit 2abe778f, and curvefi/curve-contract, commit 574f4402. Balances have
18 decimals with their rates in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AMP_UNIT: Final = 100
RATE_UNIT: Final = 10**18
FEE_UNIT: Final = 10**10
MOST_ROUNDS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Amplification and fees of a pool."""

    amp: int
    fee: int
    """Times `FEE_UNIT`."""

    offpeg: int = FEE_UNIT
    """By how much the fee grows far from balance, times `FEE_UNIT`; not above one for a fee that stays the same."""


def invariant(xp: Sequence[int], amp: int, *, ng: bool = True) -> int:
    """Return the invariant D by Newton's method, as far as the contract takes it.

    Raises:
        ValueError: if a balance is zero, or it does not settle.
    """
    n, total = len(xp), sum(xp)
    if total == 0:
        return 0
    if min(xp) <= 0:
        raise ValueError(f"no invariant of balances {xp}")
    level, ann = total, amp * n
    for _ in range(MOST_ROUNDS):
        product = level
        for x in xp:
            product = product * level // (x if ng else x * n)
        if ng:
            product //= n**n
        before = level
        numerator = (ann * total // AMP_UNIT + product * n) * level
        level = numerator // ((ann - AMP_UNIT) * level // AMP_UNIT + (n + 1) * product)
        if abs(level - before) <= 1:
            return level
    raise ValueError(f"the invariant of {xp} does not settle")


def balance(xp: Sequence[int], index: int, amp: int, level: int) -> int:
    """Return the balance of token `index` at which the invariant is `level`, given all others.

    Raises:
        ValueError: if it does not settle.
    """
    n = len(xp)
    ann, c, others = amp * n, level, 0
    for i, x in enumerate(xp):
        if i != index:
            others += x
            c = c * level // (x * n)
    c = c * level * AMP_UNIT // (ann * n)
    b = others + level * AMP_UNIT // ann
    y = level
    for _ in range(MOST_ROUNDS):
        before = y
        y = (y * y + c) // (2 * y + b - level)
        if abs(y - before) <= 1:
            return y
    raise ValueError(f"no balance of token {index} has the invariant {level}")


def dynamic_fee(xi: int, xj: int, terms: Terms) -> int:
    """Return the fee between two balances: the plain one in balance, `offpeg` times as much far from it."""
    if terms.offpeg <= FEE_UNIT:
        return terms.fee
    nearness = (terms.offpeg - FEE_UNIT) * 4 * xi * xj // (xi + xj) ** 2
    return terms.offpeg * terms.fee // (nearness + FEE_UNIT)


def output(xp: Sequence[int], sold: int, bought: int, amount: int, terms: Terms) -> tuple[int, int]:
    """Return what `amount` of token `sold` brings of token `bought`, and the fee taken off it.

    All of it has 18 decimals with rates in. The fee is that of the balances half way through the trade.
    """
    level = invariant(xp, terms.amp)
    after = [*xp]
    after[sold] += amount
    y = balance(after, bought, terms.amp, level)
    gross = xp[bought] - y - 1
    fee = dynamic_fee((xp[sold] + after[sold]) // 2, (xp[bought] + y) // 2, terms) * gross // FEE_UNIT
    return gross - fee, fee


def exchange(balances: Sequence[int], rates: Sequence[int], trade: tuple[int, int, int], terms: Terms) -> int:
    """Return what a trade (token sold, token bought, amount) brings, in base units; rounded down."""
    sold, bought, amount = trade
    xp = [b * r // RATE_UNIT for b, r in zip(balances, rates, strict=True)]
    net, _ = output(xp, sold, bought, amount * rates[sold] // RATE_UNIT, terms)
    return net * RATE_UNIT // rates[bought]
