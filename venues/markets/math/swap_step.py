"""One step of a swap over liquidity that stays the same: amounts and prices of concentrated liquidity.

Token 1 is what prices are counted in. Rules and rounding of Uniswap v3 (`SqrtPriceMath` and `SwapMath`, v3-core commit
d8b1c635), checked through its vectors. What the pool pays is rounded down and what it takes up; the price moves no
further than what was paid for.
"""

from dataclasses import dataclass
from typing import Final

from venues.markets.math.fixed18 import ceil_div
from venues.markets.math.tick_math import Q96

FEE_UNIT: Final = 1_000_000
"""Fees are in millionths."""

_WORD: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Step:
    """What a step does."""

    sqrt_price: int
    amount_in: int
    """Without the fee."""

    amount_out: int
    fee: int


def amount0(a: int, b: int, liquidity: int, *, up: bool) -> int:
    """Return the token 0 between two roots of prices, rounded as asked."""
    low, high = min(a, b), max(a, b)
    product = (liquidity << 96) * (high - low)
    return ceil_div(ceil_div(product, high), low) if up else product // high // low


def amount1(a: int, b: int, liquidity: int, *, up: bool) -> int:
    """Return the token 1 between two roots of prices, rounded as asked."""
    product = liquidity * abs(a - b)
    return ceil_div(product, Q96) if up else product // Q96


def price_after_input(sqrt_price: int, liquidity: int, amount: int, *, zero_for_one: bool) -> int:
    """Return the root of the price after `amount` came in."""
    if not zero_for_one:
        return sqrt_price + (amount << 96) // liquidity
    if amount == 0:
        return sqrt_price
    numerator = liquidity << 96
    if amount * sqrt_price < _WORD and numerator + amount * sqrt_price < _WORD:
        return ceil_div(numerator * sqrt_price, numerator + amount * sqrt_price)
    # What does not fit in a word is computed with one rounding more, as the contract does.
    return ceil_div(numerator, numerator // sqrt_price + amount)


def price_after_output(sqrt_price: int, liquidity: int, amount: int, *, zero_for_one: bool) -> int:
    """Return the root of the price after `amount` went out.

    Raises:
        ValueError: if the liquidity does not hold that much.
    """
    if zero_for_one:
        after = sqrt_price - ceil_div(amount << 96, liquidity)
        if after <= 0:
            raise ValueError(f"{amount} of token 1 is more than there is")
        return after
    numerator = liquidity << 96
    if amount * sqrt_price >= min(numerator, _WORD):
        raise ValueError(f"{amount} of token 0 is more than there is")
    return ceil_div(numerator * sqrt_price, numerator - amount * sqrt_price)


def swap_step(sqrt_price: int, target: int, liquidity: int, remaining: int, fee_pips: int) -> Step:
    """Return what a swap does before it reaches `target`; `remaining` is what comes in, or less what goes out."""
    down = sqrt_price >= target
    if remaining >= 0:
        return _exact_in(sqrt_price, target, liquidity, remaining, fee_pips)
    received = amount1 if down else amount0
    paid = amount0 if down else amount1
    whole = received(sqrt_price, target, liquidity, up=False)
    after = target
    if -remaining < whole:
        after = price_after_output(sqrt_price, liquidity, -remaining, zero_for_one=down)
    amount_out = min(received(sqrt_price, after, liquidity, up=False), -remaining)
    amount_in = paid(sqrt_price, after, liquidity, up=True)
    return Step(after, amount_in, amount_out, ceil_div(amount_in * fee_pips, FEE_UNIT - fee_pips))


def _exact_in(sqrt_price: int, target: int, liquidity: int, remaining: int, fee_pips: int) -> Step:
    down = sqrt_price >= target
    paid, received = (amount0, amount1) if down else (amount1, amount0)
    net = remaining * (FEE_UNIT - fee_pips) // FEE_UNIT
    whole = paid(sqrt_price, target, liquidity, up=True)
    if net >= whole:
        fee = ceil_div(whole * fee_pips, FEE_UNIT - fee_pips)
        return Step(target, whole, received(sqrt_price, target, liquidity, up=False), fee)
    after = price_after_input(sqrt_price, liquidity, net, zero_for_one=down)
    amount_in = whole if after == target else paid(sqrt_price, after, liquidity, up=True)
    amount_out = received(sqrt_price, after, liquidity, up=False)
    fee = remaining - amount_in if after != target else ceil_div(amount_in * fee_pips, FEE_UNIT - fee_pips)
    return Step(after, amount_in, amount_out, fee)
