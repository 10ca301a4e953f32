"""Constant-product pool of ether and USDC, with the rounding and the fee rule of Uniswap v2."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT, USDC, USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause
from venues.markets.ladder import earning
from venues.markets.venue import (
    Admission,
    Arbitrage,
    Claim,
    Fill,
    Market,
    Order,
    Share,
    Side,
    Status,
    Step,
    Unfilled,
    slippage,
    within_bound,
)

FEE_NUMERATOR: Final = 997
FEE_DENOMINATOR: Final = 1000

LADDER_SHARES: Final = (5, 15, 40, 100, 250, 600)
"""Points of the cost curve, in ten-thousandths of the ether reserve."""

MOST_RESERVE: Final = 2**112 - 1
"""Largest reserve of ether: the pool keeps it in a word of 112 bits."""

MOST_PRIOR: Final = 10_000
"""Earlier orders whose rounding up a claim allows for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotPool:
    """A pool that always quotes, at a price that moves with every trade."""

    id: str
    chain: str
    ether: Amount
    """Reserve, in wei."""

    cash: Amount
    """Reserve, in USDC base units."""

    gas: int = 110_000
    kind: Literal["constant_product"] = "constant_product"
    status: Status = "available"

    def instruments(self) -> tuple[str, ...]:
        """Return the one instrument: ether."""
        return (ETH,)

    @property
    def spot(self) -> int:
        """Price of the next wei without fee, in dollars times `PRICE_UNIT`, rounded down."""
        return self.cash * ETH_UNIT * PRICE_UNIT // (self.ether * USDC_UNIT)

    def cost(self, ether: int) -> int:
        """Return the USDC that buys `ether` wei, rounded up as Uniswap v2 does.

        Raises:
            ValueError: if the pool does not hold that much.
        """
        if not 0 < ether < self.ether:
            raise ValueError(f"{self.id} holds {self.ether} wei, {ether} asked for")
        return self.cash * ether * FEE_DENOMINATOR // ((self.ether - ether) * FEE_NUMERATOR) + 1

    def proceeds(self, ether: int) -> int:
        """Return the USDC that `ether` wei bring, rounded down."""
        paid = ether * FEE_NUMERATOR
        return paid * self.cash // (self.ether * FEE_DENOMINATOR + paid)

    def execute(self, order: Order, market: Market) -> tuple["SpotPool", Fill] | Unfilled:  # noqa: ARG002
        """Return the pool after the swap; the fee stays in the reserves."""
        if self.status != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {self.status}")
        most = self.ether - 1 if order.side == "buy" else MOST_RESERVE - self.ether
        if order.instrument != ETH or not 0 < order.quantity <= most:
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} cannot trade {order.quantity} of {order.instrument}")
        buys = order.side == "buy"
        cash = self.cost(order.quantity) if buys else self.proceeds(order.quantity)
        if not within_bound(order, cash):
            return slippage(order, cash)
        sign = 1 if buys else -1
        after = replace(self, ether=self.ether - sign * order.quantity, cash=self.cash + sign * cash)
        fee = cash * (FEE_DENOMINATOR - FEE_NUMERATOR) // FEE_DENOMINATOR
        return after, Fill(order, cash, fee, (Share(self.id, -sign * order.quantity, sign * cash),))

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:  # noqa: ARG002
        """Return chords of the exact cost curve."""
        if instrument != ETH or self.status != "available":
            return ()
        total = self.cost if side == "buy" else self.proceeds
        knots = sorted({self.ether * share // 10_000 for share in LADDER_SHARES} - {0})
        curve = [(0, 0), *((knot, total(knot)) for knot in knots)]
        return tuple(Step(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(curve))

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: how much flow the pool takes before this order, executed last, breaks its bound."""
        resource = f"{self.id}:{order.side}"
        if isinstance(self.execute(order, market), Unfilled):
            return Claim(resource, order.quantity, 0)
        low, high = 0, self.ether // 2
        while high - low > max(self.ether // 10**9, 1):
            prior = (low + high) // 2
            if isinstance(self._worst_after(order.side, prior).execute(order, market), Unfilled):
                high = prior
            else:
                low = prior
        return Claim(resource, order.quantity, order.quantity + low)

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:  # noqa: ARG002
        """Return the price of the next wei, fee included."""
        if instrument != ETH or self.status != "available" or 0 in (self.ether, self.cash):
            return None
        kept = FEE_NUMERATOR / FEE_DENOMINATOR
        return self.cash / self.ether / kept if side == "buy" else self.cash / self.ether * kept

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:  # noqa: ARG002
        """Return the trade to where the pool's price, fee included, is the one elsewhere: a square root."""
        if ETH not in prices or self.status != "available":
            return ()
        price, kept = prices[ETH], FEE_NUMERATOR / FEE_DENOMINATOR
        ether, cash = float(self.ether), float(self.cash)
        bought = ether - math.sqrt(ether * cash / (kept * price))
        if bought > 0:
            found = earning(ETH, "buy", bought, cash * bought / ((ether - bought) * kept), price)
        else:
            sold = min((math.sqrt(ether * cash * kept / price) - ether) / kept, float(MOST_RESERVE - self.ether))
            found = earning(ETH, "sell", sold, cash * sold * kept / (ether + sold * kept), price)
        return () if found is None else (found,)

    def capacity(self, instrument: str, side: Side, market: Market) -> int:  # noqa: ARG002
        """Return all ether but one wei, or what the reserve's word still holds."""
        if instrument != ETH or self.status != "available":
            return 0
        return self.ether - 1 if side == "buy" else MOST_RESERVE - self.ether

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return whether the pool takes orders."""
        return self.status

    def reserves(self) -> dict[str, int]:
        """Return what the pool holds."""
        return {ETH: self.ether, USDC: self.cash}

    def _worst_after(self, side: Side, prior: int) -> "SpotPool":
        """Return the pool as bad for a taker as `prior` wei in the same direction can leave it, in whatever pieces.

        The fee stays in the reserves, so the pieces matter. Buyers are worst off after endlessly many small ones, which
        multiply the cash by `(before / after) ** (1000 / 997)`; the bound used is `(1 + y) ** s <= 1 + s * y` for
        `s <= 1`. Sellers are worst off after a single one.
        """
        if side == "sell":
            return replace(self, ether=self.ether + prior, cash=self.cash - self.proceeds(prior))
        left = self.ether - prior
        fees = FEE_NUMERATOR * left + (FEE_DENOMINATOR - FEE_NUMERATOR) * prior
        cash = -(-(self.cash + MOST_PRIOR) * self.ether * fees // (FEE_NUMERATOR * left * left))
        return replace(self, ether=left, cash=cash)
