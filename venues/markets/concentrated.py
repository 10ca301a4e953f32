"""Concentrated liquidity for ether and USDC, with the ticks, the steps and the rounding of Uniswap v3.

Positions offer liquidity between two prices. Fees are set aside and do not deepen the pool, so the price depends on how
much was traded and not on the pieces. Two prices meet here: `sqrt_price` is the root of token 1 in token 0, in base
units, and which of the two is ether is a property of the pool.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import ETH, USDC
from intents.boundary import Amount, SignedAmount
from venues.markets.ladder import earning
from venues.markets.math.swap_step import FEE_UNIT
from venues.markets.math.tick_math import MAX_SQRT_PRICE, MIN_SQRT_PRICE, Q96, sqrt_price_at
from venues.markets.math.tick_swap import Position, Swap, TickPool, deposit, swap, tick_pool
from venues.markets.pool import Deal, Pool, own_share
from venues.markets.venue import Arbitrage, Market, Side, Status, Unfilled

LADDER_MOVE: Final = (4, 5)
"""The ladder spans a move of the root of the price by this ratio, or its inverse."""

USUAL_GAS: Final = 130_000
"""Gas of an order before its size is known: about that of a swap across one tick."""

_EVERYTHING: Final = 2**255 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentratedPool(Pool):
    """A pool of positions between ticks."""

    id: str
    chain: str
    sqrt_price: Amount
    """Root of the price in force, times 2^96."""

    tick: int
    liquidity: Amount
    """Liquidity in force at the price."""

    ticks: tuple[tuple[int, SignedAmount], ...]
    """Initialised ticks and the liquidity that each adds upwards, rising."""

    fee_pips: int
    """Millionths of what comes in."""

    spacing: int
    ether_token: Literal[0, 1]
    """Which of the two tokens is ether."""

    ether: Amount
    cash: Amount
    """Reserves, fees included."""

    gas: int = USUAL_GAS
    status: Status = "available"
    kind: Literal["concentrated"] = "concentrated"

    def instruments(self) -> tuple[str, ...]:
        """Return the one instrument: ether."""
        return (ETH,)

    def reserves(self) -> dict[str, int]:
        """Return what the pool holds."""
        return {ETH: self.ether, USDC: self.cash}

    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> "Deal[ConcentratedPool] | Unfilled":  # noqa: ARG002
        """Return the swap of an exact amount of ether, out or in."""
        done = self._swap(side, -quantity if side == "buy" else quantity)
        if done is None or (done.amount_out if side == "buy" else done.amount_in) != quantity:
            return self.too_thin(instrument, quantity)
        cash = done.amount_in if side == "buy" else done.amount_out
        sign = 1 if side == "buy" else -1
        after = self._moved(done.pool, self.ether - sign * quantity, self.cash + sign * cash)
        fee = done.fee if side == "buy" else -(-done.fee * cash // max(quantity, 1))
        return Deal(after, cash, fee, own_share(self.id, side, quantity, cash))

    def tick_after(self, side: Side, quantity: int) -> int | None:
        """Return the tick at which a swap of an exact amount of ether leaves the pool; none if it holds less."""
        done = self._swap(side, -quantity if side == "buy" else quantity)
        if done is None or (done.amount_out if side == "buy" else done.amount_in) != quantity:
            return None
        return done.pool.tick

    def depth(self, instrument: str, side: Side, market: Market) -> int:  # noqa: ARG002
        """Return the ether that moves the root of the price by `LADDER_MOVE`."""
        down = self._zero_for_one(side)
        ratio = LADDER_MOVE if down else LADDER_MOVE[::-1]
        limit = min(max(self.sqrt_price * ratio[0] // ratio[1], MIN_SQRT_PRICE + 1), MAX_SQRT_PRICE - 1)
        return self._reached(side, limit)

    def most(self, instrument: str, side: Side, market: Market) -> int:  # noqa: ARG002
        """Return the ether that takes the price to the end of the range."""
        return self._reached(side, None)

    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> "ConcentratedPool | None":
        """Return the pool after one trade of `prior`: the pieces do not matter."""
        if prior == 0:
            return self
        deal = self.deal(instrument, side, prior, market)
        return None if isinstance(deal, Unfilled) else deal.after

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next wei, fee included."""
        first = next(self._segments(side), None)
        if first is None or not self.open_for(instrument, market):
            return None
        price = first[0] ** 2 if self.ether_token == 0 else first[0] ** -2
        return price / self._kept if side == "buy" else price * self._kept

    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:  # noqa: ARG002
        """Return the trade to where the pool's price, fee included, is the one elsewhere: a sum over its segments."""
        goal = math.sqrt(price * self._kept if side == "buy" else price / self._kept)
        goal = goal if self.ether_token == 0 else 1 / goal
        ether = cash = 0.0
        for start, end, liquidity in self._segments(side):
            stop = max(end, goal) if end < start else min(end, goal)
            if (stop - start) * (end - start) <= 0:
                break
            zero, one = liquidity * abs(1 / start - 1 / stop), liquidity * abs(start - stop)
            ether, cash = (ether + zero, cash + one) if self.ether_token == 0 else (ether + one, cash + zero)
            if stop == goal:
                break
        if side == "buy":
            return earning(instrument, side, ether, cash / self._kept, price)
        return earning(instrument, side, ether / self._kept, cash, price)

    @property
    def _kept(self) -> float:
        return 1 - self.fee_pips / FEE_UNIT

    @property
    def _pool(self) -> TickPool:
        return TickPool(
            sqrt_price=self.sqrt_price,
            tick=self.tick,
            liquidity=self.liquidity,
            ticks=self.ticks,
            fee_pips=self.fee_pips,
            spacing=self.spacing,
        )

    def _zero_for_one(self, side: Side) -> bool:
        return (self.ether_token == 0) == (side == "sell")

    def _swap(self, side: Side, amount: int, limit: int | None = None) -> Swap | None:
        try:
            return swap(self._pool, amount, zero_for_one=self._zero_for_one(side), limit=limit)
        except ValueError:
            return None

    def _reached(self, side: Side, limit: int | None) -> int:
        done = self._swap(side, -_EVERYTHING if side == "buy" else _EVERYTHING, limit)
        if done is None:
            return 0
        return done.amount_out if side == "buy" else done.amount_in

    def _moved(self, pool: TickPool, ether: int, cash: int) -> "ConcentratedPool":
        return replace(
            self, sqrt_price=pool.sqrt_price, tick=pool.tick, liquidity=pool.liquidity, ether=ether, cash=cash
        )

    def _segments(self, side: Side) -> Iterator[tuple[float, float, float]]:
        """Yield stretches of constant liquidity as roots of prices (from, to) and liquidity, empty ones left out."""
        up = not self._zero_for_one(side)
        pool, price, tick, liquidity = self._pool, self.sqrt_price, self.tick, self.liquidity
        ticks = [t for t, _ in self.ticks if (t > tick if up else t <= tick)]
        for stop in ticks if up else reversed(ticks):
            end = sqrt_price_at(stop)
            if liquidity > 0 and end != price:
                yield price / Q96, end / Q96, float(liquidity)
            liquidity += pool.crossed(stop) if up else -pool.crossed(stop)
            price = end


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerms:
    """What a pool of concentrated liquidity is set up with."""

    fee_pips: int
    spacing: int
    ether_token: Literal[0, 1]
    sqrt_price: int


def concentrated_pool(
    venue: str, chain: str, terms: PoolTerms, positions: Iterable[Position], gas: int = USUAL_GAS
) -> ConcentratedPool:
    """Return a pool that holds the given positions and what they deposited."""
    held = tuple(positions)
    pool = tick_pool(held, terms.sqrt_price, terms.fee_pips, terms.spacing)
    deposits = [deposit(position, terms.sqrt_price) for position in held]
    amounts = (sum(zero for zero, _ in deposits), sum(one for _, one in deposits))
    return ConcentratedPool(
        id=venue,
        chain=chain,
        sqrt_price=pool.sqrt_price,
        tick=pool.tick,
        liquidity=pool.liquidity,
        ticks=pool.ticks,
        fee_pips=terms.fee_pips,
        spacing=terms.spacing,
        ether_token=terms.ether_token,
        ether=amounts[terms.ether_token],
        cash=amounts[1 - terms.ether_token],
        gas=gas,
    )
