"""Weighted pool of several tokens in the manner of Balancer: the weighted product of balances stays constant.

Every token but USDC is an instrument, traded against USDC. A trade takes at most 30 % of a balance. The fee stays in
the pool. Whole numbers and rounding are Balancer v3's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import USDC
from intents.boundary import Amount
from venues.markets.ladder import earning
from venues.markets.math import balancer_vault as vault
from venues.markets.math.balancer_curves import WeightedCurve
from venues.markets.math.fixed18 import WAD, div_up, mul_up
from venues.markets.math.log_exp import pow_up
from venues.markets.math.weighted import MOST_RATIO
from venues.markets.pool import Deal, Pool, own_share
from venues.markets.venue import Arbitrage, Market, Side, Status, Unfilled

MOST_PRIOR: Final = 10_000
"""Earlier orders whose rounding up a claim allows for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedToken:
    """One token of a pool."""

    symbol: str
    balance: Amount
    weight: Amount
    """Times `WAD`; all weights sum to one."""

    scaling: Amount
    """Ten to the power of the decimals that it has less than 18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedPool(Pool):
    """A pool whose tokens have weights."""

    id: str
    chain: str
    tokens: tuple[WeightedToken, ...]
    fee: Amount
    """Part of what comes in, times `WAD`."""

    gas: int = 150_000
    status: Status = "available"
    kind: Literal["weighted"] = "weighted"

    def instruments(self) -> tuple[str, ...]:
        """Return all tokens but USDC."""
        return tuple(token.symbol for token in self.tokens if token.symbol != USDC)

    def reserves(self) -> dict[str, int]:
        """Return what the pool holds."""
        return {token.symbol: token.balance for token in self.tokens}

    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> "Deal[WeightedPool] | Unfilled":  # noqa: ARG002
        """Return the swap of an exact amount of the instrument, out or in."""
        index, cash_index = self._index(instrument), self._index(USDC)
        try:
            if side == "buy":
                cash = vault.swap_out(self._state(), cash_index, index, quantity)
            else:
                cash = vault.swap_in(self._state(), index, cash_index, quantity)
        except ValueError:
            return self.too_thin(instrument, quantity)
        sign = 1 if side == "buy" else -1
        after = self._with({instrument: -sign * quantity, USDC: sign * cash})
        return Deal(after, cash, mul_up(cash, self.fee), own_share(self.id, side, quantity, cash))

    def depth(self, instrument: str, side: Side, market: Market) -> int:
        """Return a third of what one order can trade."""
        return self.most(instrument, side, market) // 3

    def most(self, instrument: str, side: Side, market: Market) -> int:  # noqa: ARG002
        """Return the most that one order can trade: 30 % of the balance, before the fee where it comes in."""
        token = self.tokens[self._index(instrument)]
        most = token.balance * token.scaling * MOST_RATIO // WAD
        if side == "buy":
            return most // token.scaling
        # The largest amount whose part after the fee, itself rounded up, is still within the limit.
        least_over = -(-(most + 1) * WAD // (WAD - self.fee))
        given = next(g for g in range(least_over + 1, 0, -1) if g - mul_up(g, self.fee) <= most)
        return given // token.scaling

    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> "WeightedPool | None":
        """Return the pool as bad as `prior` can leave it.

        The fee stays in, so the pieces matter. Sellers are worst off after one large sale, buyers after endlessly many
        small purchases, which multiply the cash by `(before / after) ** (weights / (1 - fee))`.
        """
        if prior == 0:
            return self
        if side == "sell":
            deal = self.deal(instrument, side, prior, market)
            return None if isinstance(deal, Unfilled) else deal.after
        token, money = self.tokens[self._index(instrument)], self.tokens[self._index(USDC)]
        if prior >= token.balance * MOST_RATIO // WAD:
            return None
        power = div_up(div_up(token.weight, money.weight), WAD - self.fee)
        factor = pow_up(div_up(token.balance, token.balance - prior), power) + MOST_PRIOR**2
        cash = mul_up(money.balance, factor) + MOST_PRIOR
        return self._with({instrument: -prior, USDC: cash - money.balance})

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next base unit, fee included."""
        if not self.open_for(instrument, market):
            return None
        token, money = self.tokens[self._index(instrument)], self.tokens[self._index(USDC)]
        price = money.balance / money.weight / (token.balance / token.weight)
        return price / self._kept if side == "buy" else price * self._kept

    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        """Return the trade to where the pool's price, fee included, is the one elsewhere, or to the largest order."""
        token, money = self.tokens[self._index(instrument)], self.tokens[self._index(USDC)]
        ratio, balance, cash = token.weight / money.weight, float(token.balance), float(money.balance)
        sign = 1 if side == "buy" else -1
        goal = (cash * ratio / (price * self._kept**sign) / balance) ** (1 / (ratio + 1))
        quantity = sign * balance * (1 - goal) / (1 if side == "buy" else self._kept)
        quantity = min(max(quantity, 0.0), float(self.most(instrument, side, market)))
        left = 1 - quantity / balance if side == "buy" else 1 + quantity * self._kept / balance
        moved = cash * (left**-ratio - 1)
        return earning(instrument, side, quantity, moved / self._kept if side == "buy" else -moved, price)

    @property
    def _kept(self) -> float:
        return 1 - self.fee / WAD

    def _index(self, symbol: str) -> int:
        return next(i for i, token in enumerate(self.tokens) if token.symbol == symbol)

    def _state(self) -> vault.Pool:
        return vault.Pool(
            curve=WeightedCurve(tuple(token.weight for token in self.tokens)),
            balances=tuple(token.balance * token.scaling for token in self.tokens),
            scaling=tuple(token.scaling for token in self.tokens),
            rates=(WAD,) * len(self.tokens),
            fee=self.fee,
            supply=0,
        )

    def _with(self, changes: dict[str, int]) -> "WeightedPool":
        tokens = (replace(token, balance=token.balance + changes.get(token.symbol, 0)) for token in self.tokens)
        return replace(self, tokens=tuple(tokens))


def equal_parts(amounts: Sequence[tuple[str, int, int]]) -> tuple[WeightedToken, ...]:
    """Return tokens of equal weight from their symbols, balances and decimals."""
    weight = WAD // len(amounts)
    return tuple(
        WeightedToken(symbol=symbol, balance=balance, weight=weight, scaling=10 ** (18 - decimals))
        for symbol, balance, decimals in amounts
    )
