"""Readjusting concentrated pools of Balancer v3 (ReClamm): a constant product on real plus virtual balances.

While the pool is out of balance, the virtual balance of the scarce token decays with time, which moves the price range
after the market. Numbers have 18 decimals; times are Unix seconds.
"""

import math
from dataclasses import dataclass

from venues.markets.math.fixed18 import WAD, div_down, div_up, mul_down, mul_up
from venues.markets.math.log_exp import power

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """How a pool's range stood after its last trade, and how it moves."""

    virtual: Pair
    since_s: int
    daily_shift_base: int
    """Factor of the decay for each second."""

    margin: int
    """Centredness below which the range moves."""

    start_root: int
    end_root: int
    """Fourth root of the ratio of the range's prices, before and after its last change."""

    change_start_s: int
    change_end_s: int


def virtual_at(pool: Range, balances: Pair, now_s: int) -> Pair:
    """Return the virtual balances at a time."""
    if now_s == pool.since_s:
        return pool.virtual
    root = _root_at(pool, now_s)
    above = _above_centre(balances, pool.virtual)
    virtual = pool.virtual
    if now_s > pool.change_start_s and pool.since_s < pool.change_end_s:
        virtual = _with_ratio(mul_up(root, root), balances, virtual)
    if centredness(balances, virtual) < pool.margin:
        decay = power(pool.daily_shift_base, (now_s - pool.since_s) * WAD)
        virtual = _shifted(mul_up(root, root), balances, virtual, decay, above=above)
    return virtual


def out_given_in(balances: Pair, virtual: Pair, sold: int, amount: int) -> int:
    """Return what `amount` of token `sold`, fee taken off, brings of the other; rounded down.

    Raises:
        ValueError: if the pool does not hold that much.
    """
    bought = 1 - sold
    level = mul_up(balances[0] + virtual[0], balances[1] + virtual[1])
    left = div_up(level, balances[sold] + virtual[sold] + amount)
    out = balances[bought] + virtual[bought] - left
    if not 0 <= out <= balances[bought]:
        raise ValueError(f"{out} is not within the balance of {balances[bought]}")
    return out


def in_given_out(balances: Pair, virtual: Pair, sold: int, amount: int) -> int:
    """Return how much of token `sold`, fee not included, `amount` of the other takes; rounded up.

    Raises:
        ValueError: if the pool does not hold that much.
    """
    bought = 1 - sold
    if amount > balances[bought]:
        raise ValueError(f"{amount} is not within the balance of {balances[bought]}")
    level = mul_up(balances[0] + virtual[0], balances[1] + virtual[1])
    return div_up(level, balances[bought] + virtual[bought] - amount) - balances[sold] - virtual[sold]


def centredness(balances: Pair, virtual: Pair) -> int:
    """Return how near the price is to the centre of the range: one there, zero at its ends."""
    if 0 in balances:
        return 0
    plenty, scarce = (0, 1) if _above_centre(balances, virtual) else (1, 0)
    return div_up(balances[scarce] * virtual[plenty] // balances[plenty], virtual[scarce])


def _above_centre(balances: Pair, virtual: Pair) -> bool:
    return balances[1] == 0 or div_down(*balances) > div_down(*virtual)


def _root_at(pool: Range, now_s: int) -> int:
    if now_s >= pool.change_end_s:
        return pool.end_root
    if now_s <= pool.change_start_s:
        return pool.start_root
    passed = div_down(now_s - pool.change_start_s, pool.change_end_s - pool.change_start_s)
    return pool.start_root * power(pool.end_root, passed) // power(pool.start_root, passed)


def _with_ratio(root_ratio: int, balances: Pair, virtual: Pair) -> Pair:
    """Return the virtual balances for a new width of the range, at the same centredness."""
    above = _above_centre(balances, virtual)
    plenty, scarce = (0, 1) if above else (1, 0)
    centre = centredness(balances, virtual)
    root = math.isqrt(centre * (centre + 4 * root_ratio - 2 * WAD) + WAD * WAD)
    common = balances[scarce] * (WAD + centre + root) // (2 * (root_ratio - WAD))
    other = div_down(balances[scarce] * common // balances[plenty], centre)
    return (common, other) if above else (other, common)


def _shifted(root_ratio: int, balances: Pair, virtual: Pair, decay: int, *, above: bool) -> Pair:
    """Return the virtual balances once that of the scarce token has decayed."""
    plenty, scarce = (0, 1) if above else (1, 0)
    rare = mul_down(virtual[scarce], decay)
    common = balances[plenty] * (rare + balances[scarce]) // (mul_down(root_ratio - WAD, rare) - balances[scarce])
    return (common, rare) if above else (rare, common)
