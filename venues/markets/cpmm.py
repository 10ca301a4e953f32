"""Constant-product pool of ether and USDC, with the rounding and the fee rule of Uniswap v2."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause
from venues.markets.venue import Claim, Fill, Market, Order, Share, Side, Step, Unfilled, slippage, within_bound

FEE_NUMERATOR: Final = 997
FEE_DENOMINATOR: Final = 1000

LADDER_SHARES: Final = (5, 15, 40, 100, 250, 600)
"""Points of the cost curve, in ten-thousandths of the ether reserve."""


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
        if order.instrument != ETH or (order.side == "buy" and order.quantity >= self.ether):
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
        if instrument != ETH:
            return ()
        total = self.cost if side == "buy" else self.proceeds
        knots = [self.ether * share // 10_000 for share in LADDER_SHARES]
        cash = [0, *(total(knot) for knot in knots)]
        sizes = [b - a for a, b in zip([0, *knots], knots, strict=False)]
        return tuple(Step(size, cash[i + 1] - cash[i]) for i, size in enumerate(sizes) if size > 0)

    def claim(self, order: Order, market: Market) -> Claim:  # noqa: ARG002
        """Return the claim: how much flow the pool takes before this order, executed last, breaks its bound."""
        low, high = 0, self.ether // 2
        while high - low > self.ether // 10**9:
            prior = (low + high) // 2
            if within_bound(order, self._cash_after(order, prior)):
                low = prior
            else:
                high = prior
        alone = within_bound(order, self._cash_after(order, 0))
        return Claim(f"{self.id}:{order.side}", order.quantity, order.quantity + low if alone else 0)

    def _cash_after(self, order: Order, prior: int) -> int:
        """Return the cash of `order` once `prior` wei have been traded in the same direction."""
        if order.side == "sell":
            return self.proceeds(prior + order.quantity) - (self.proceeds(prior) if prior else 0)
        if prior + order.quantity >= self.ether:
            return order.bound + 1
        return self.cost(prior + order.quantity) - (self.cost(prior) if prior else 0)
