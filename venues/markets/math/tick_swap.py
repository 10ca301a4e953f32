"""Swaps over ticks: a pool of concentrated liquidity, and what a trade does to it.

Rules of Uniswap v3 (`UniswapV3Pool.swap`, v3-core commit d8b1c635), checked through its vectors. A step ends at the
next initialised tick, at the limit, or at the end of a word of the tick bitmap (256 usable ticks): the last is a
boundary for rounding as well, so it is kept although nothing happens there.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from venues.markets.math.swap_step import amount0, amount1, swap_step
from venues.markets.math.tick_math import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    sqrt_price_at,
    tick_at,
)


@dataclass(frozen=True, slots=True)
class Position:
    """Liquidity between two ticks."""

    lower: int
    upper: int
    liquidity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TickPool:
    """Price, liquidity in force, and the liquidity that each tick adds when it is crossed upwards."""

    sqrt_price: int
    tick: int
    liquidity: int
    ticks: tuple[tuple[int, int], ...]
    """Initialised ticks and their net liquidity, rising."""

    fee_pips: int
    spacing: int

    def crossed(self, tick: int) -> int:
        """Return the net liquidity of a tick, zero where none is initialised."""
        index = bisect_right(self.ticks, (tick, 1 << 200)) - 1
        return self.ticks[index][1] if index >= 0 and self.ticks[index][0] == tick else 0


@dataclass(frozen=True, slots=True)
class Swap:
    """What a swap came to."""

    pool: TickPool
    amount_in: int
    """Fee included."""

    amount_out: int
    fee: int
    fee_growth: int
    """Growth of the fees for each unit of liquidity, in the token that came in, with 128 binary digits."""


def tick_pool(positions: Iterable[Position], sqrt_price: int, fee_pips: int, spacing: int) -> TickPool:
    """Return a pool that holds the given positions."""
    net: dict[int, int] = {}
    tick, liquidity = tick_at(sqrt_price), 0
    for position in positions:
        net[position.lower] = net.get(position.lower, 0) + position.liquidity
        net[position.upper] = net.get(position.upper, 0) - position.liquidity
        if position.lower <= tick < position.upper:
            liquidity += position.liquidity
    ticks = tuple(sorted(net.items()))
    return TickPool(
        sqrt_price=sqrt_price, tick=tick, liquidity=liquidity, ticks=ticks, fee_pips=fee_pips, spacing=spacing
    )


def deposit(position: Position, sqrt_price: int) -> tuple[int, int]:
    """Return the amounts of both tokens that a position takes at a price, rounded up."""
    low, high = sqrt_price_at(position.lower), sqrt_price_at(position.upper)
    middle = min(max(sqrt_price, low), high)
    return (
        amount0(middle, high, position.liquidity, up=True),
        amount1(low, middle, position.liquidity, up=True),
    )


def swap(pool: TickPool, amount: int, *, zero_for_one: bool, limit: int | None = None) -> Swap:
    """Return the pool after a swap, and the amounts; it stops early where the price reaches `limit`.

    Args:
        pool: The pool.
        amount: What comes in, or less what goes out.
        zero_for_one: Whether token 0 comes in.
        limit: Root of the price at which to stop; the end of the range if left out.

    Raises:
        ValueError: if the limit is on the wrong side of the price, or out of range.
    """
    bound = _checked(pool, limit, zero_for_one=zero_for_one)
    price, tick, liquidity = pool.sqrt_price, pool.tick, pool.liquidity
    remaining, paid, received, fees, growth = amount, 0, 0, 0, 0
    while remaining != 0 and price != bound:
        stop, initialised = next_stop(pool, tick, up=not zero_for_one)
        stop_price = sqrt_price_at(stop)
        start, target = price, max(stop_price, bound) if zero_for_one else min(stop_price, bound)
        step = swap_step(price, target, liquidity, remaining, pool.fee_pips)
        price = step.sqrt_price
        remaining += step.amount_out if amount < 0 else -(step.amount_in + step.fee)
        paid, received = paid + step.amount_in + step.fee, received + step.amount_out
        fees, growth = fees + step.fee, growth + ((step.fee << 128) // liquidity if liquidity else 0)
        if price == stop_price:
            if initialised:
                liquidity += -pool.crossed(stop) if zero_for_one else pool.crossed(stop)
            tick = stop - 1 if zero_for_one else stop
        elif price != start:
            tick = tick_at(price)
    after = replace(pool, sqrt_price=price, tick=tick, liquidity=liquidity)
    return Swap(after, paid, received, fees, growth)


def next_stop(pool: TickPool, tick: int, *, up: bool) -> tuple[int, bool]:
    """Return where a step must end at the latest, and whether a tick is initialised there."""
    compressed = tick // pool.spacing + (1 if up else 0)
    word = compressed >> 8
    edge = ((word << 8) + 255 if up else word << 8) * pool.spacing
    if up:
        index = bisect_right(pool.ticks, (compressed * pool.spacing - 1, 1 << 200))
        found = pool.ticks[index][0] if index < len(pool.ticks) else None
        stop = edge if found is None or found > edge else found
    else:
        index = bisect_right(pool.ticks, (compressed * pool.spacing, 1 << 200)) - 1
        found = pool.ticks[index][0] if index >= 0 else None
        stop = edge if found is None or found < edge else found
    return min(max(stop, MIN_TICK), MAX_TICK), stop == found


def _checked(pool: TickPool, limit: int | None, *, zero_for_one: bool) -> int:
    if limit is None:
        limit = MIN_SQRT_PRICE + 1 if zero_for_one else MAX_SQRT_PRICE - 1
    inside = MIN_SQRT_PRICE < limit < pool.sqrt_price if zero_for_one else pool.sqrt_price < limit < MAX_SQRT_PRICE
    if not inside:
        raise ValueError(f"limit {limit} is on the wrong side of {pool.sqrt_price}, or out of range")
    return limit
