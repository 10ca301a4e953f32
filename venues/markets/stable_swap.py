"""StableSwap pool in the manner of Curve's new generation: flat prices near balance, a fee that grows away from it.

Every token but USDC is an instrument. Tokens have rates, and one may take its rate from the chain's oracle: such a pool
follows the oracle's price, however old it is. Exchanges give an exact amount in; a purchase of an exact amount is the
smallest payment that brings it, and what it brings beyond stays in the pool. So does the fee.
"""

from dataclasses import dataclass, replace
from typing import Literal

from intents.assets import PRICE_UNIT, USDC
from intents.boundary import Amount
from venues.markets.ladder import earning
from venues.markets.math import curve_stableswap as curve
from venues.markets.math.stable_slope import Slope
from venues.markets.pool import Deal, Pool, own_share
from venues.markets.venue import Admission, Arbitrage, Market, Side, Status, Unfilled


@dataclass(frozen=True, slots=True, kw_only=True)
class StableToken:
    """One token of a pool."""

    symbol: str
    balance: Amount
    rate: Amount
    """What turns base units into 18 decimals of the common unit, times `RATE_UNIT`."""

    by_oracle: bool = False
    """Whether the rate is multiplied by the oracle's price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StablePool(Pool):
    """A pool of tokens that are worth the same at their rates."""

    id: str
    chain: str
    tokens: tuple[StableToken, ...]
    amp: Amount
    """Amplification A, with n^(n-1) in it, times `AMP_UNIT`."""

    fee: Amount
    """Part of what goes out, times `FEE_UNIT`."""

    offpeg: Amount = curve.FEE_UNIT
    """By how much the fee grows far from balance, times `FEE_UNIT`."""

    gas: int = 170_000
    status: Status = "available"
    kind: Literal["stable_swap"] = "stable_swap"

    def instruments(self) -> tuple[str, ...]:
        """Return all tokens but USDC."""
        return tuple(token.symbol for token in self.tokens if token.symbol != USDC)

    def reserves(self) -> dict[str, int]:
        """Return what the pool holds."""
        return {token.symbol: token.balance for token in self.tokens}

    def admission(self, market: Market) -> Admission:
        """Return whether the venue takes orders; nobody can tell while a rate is missing."""
        blind = market.spot <= 0 and any(token.by_oracle for token in self.tokens)
        return "unknown" if blind and self.status == "available" else self.status

    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> "Deal[StablePool] | Unfilled":
        """Return the exchange that brings or takes an exact amount of the instrument."""
        pair = self._pair(instrument, side)
        if quantity > self.most(instrument, side, market):
            return self.too_thin(instrument, quantity)
        try:
            swap = self._exchange if side == "sell" else self._payment
            cash = swap(pair, quantity, market)
        except ValueError:
            return self.too_thin(instrument, quantity)
        if cash < 0:
            return self.too_thin(instrument, quantity)
        sign = 1 if side == "buy" else -1
        after = self._with({instrument: -sign * quantity, USDC: sign * cash})
        return Deal(after, cash, self._fee_in(pair, quantity, cash, market), own_share(self.id, side, quantity, cash))

    def depth(self, instrument: str, side: Side, market: Market) -> int:  # noqa: ARG002
        """Return a third of the balance."""
        return self.tokens[self._index(instrument)].balance // 3

    def most(self, instrument: str, side: Side, market: Market) -> int:
        """Return nine tenths of what goes out: beyond that one order is refused, whatever it would pay."""
        token, money = self.tokens[self._index(instrument)], self.tokens[self._index(USDC)]
        if side == "buy":
            return token.balance * 9 // 10
        rates = self._rates(market)
        return money.balance * rates[self._index(USDC)] * 9 // 10 // rates[self._index(instrument)]

    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> "StablePool | None":
        """Return the pool as bad as `prior` can leave it.

        The fee is taken off what goes out and stays in. Buyers are worst off after one large purchase at the highest
        fee; sellers after sales that have left no fee at all, as the invariant never shrinks.
        """
        if prior == 0:
            return self
        dearest = max(self.fee * self.offpeg // curve.FEE_UNIT, self.fee)
        extreme = replace(self, fee=dearest if side == "buy" else 0, offpeg=curve.FEE_UNIT)
        deal = extreme.deal(instrument, side, prior, market)
        return None if isinstance(deal, Unfilled) else replace(deal.after, fee=self.fee, offpeg=self.offpeg)

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next base unit, fee included."""
        if not self.open_for(instrument, market):
            return None
        slope = self._slope(instrument, side, market)
        rate, cash_rate = self._float_rates(instrument, market)
        gain = slope.gain(0.0)
        return rate / cash_rate / gain if side == "buy" else gain * rate / cash_rate

    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        """Return the trade to where what the last unit brings, fee included, is the price elsewhere."""
        slope = self._slope(instrument, side, market)
        rate, cash_rate = self._float_rates(instrument, market)
        fair = price * cash_rate / rate
        most = self.most(instrument, side, market) * rate
        given = slope.amount_at(1 / fair if side == "buy" else fair)
        given = min(given, slope.amount_for(most) if side == "buy" else most)
        brought = slope.net(given)
        if side == "buy":
            return earning(instrument, side, brought / rate, given / cash_rate, price)
        return earning(instrument, side, given / rate, brought / cash_rate, price)

    def _slope(self, instrument: str, side: Side, market: Market) -> Slope:
        sold, bought = self._pair(instrument, side)
        return Slope(self._xp(market), sold, bought, self._terms)

    def _float_rates(self, instrument: str, market: Market) -> tuple[float, float]:
        rates = self._rates(market)
        return rates[self._index(instrument)] / curve.RATE_UNIT, rates[self._index(USDC)] / curve.RATE_UNIT

    @property
    def _terms(self) -> curve.Terms:
        return curve.Terms(amp=self.amp, fee=self.fee, offpeg=self.offpeg)

    def _rates(self, market: Market) -> tuple[int, ...]:
        return tuple(t.rate * market.spot // PRICE_UNIT if t.by_oracle else t.rate for t in self.tokens)

    def _xp(self, market: Market) -> tuple[int, ...]:
        rates = self._rates(market)
        return tuple(t.balance * rate // curve.RATE_UNIT for t, rate in zip(self.tokens, rates, strict=True))

    def _exchange(self, pair: tuple[int, int], amount: int, market: Market) -> int:
        balances = tuple(token.balance for token in self.tokens)
        return curve.exchange(balances, self._rates(market), (*pair, amount), self._terms)

    def _payment(self, pair: tuple[int, int], quantity: int, market: Market) -> int:
        """Return the smallest amount of the first token that brings `quantity` of the second.

        Raises:
            ValueError: if no amount does.
        """
        if quantity >= self.tokens[pair[1]].balance:
            raise ValueError(f"{quantity} is all there is, or more")
        high = self._guess(pair, quantity, market)
        gap = 1
        while self._exchange(pair, high, market) < quantity:
            high, gap = high + gap, gap * 4
        low, gap = high - 1, 1
        while low > 0 and self._exchange(pair, low, market) >= quantity:
            high, low, gap = low, low - gap, gap * 4
        low = max(low, 0)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._exchange(pair, middle, market) >= quantity else (middle, high)
        return high

    def _guess(self, pair: tuple[int, int], quantity: int, market: Market) -> int:
        """Return about what brings `quantity`, at the plain fee."""
        xp, rates = [*self._xp(market)], self._rates(market)
        level = curve.invariant(xp, self.amp)
        gross = quantity * rates[pair[1]] // (curve.FEE_UNIT - self.fee) * curve.FEE_UNIT // curve.RATE_UNIT
        before = xp[pair[0]]
        xp[pair[1]] -= gross
        if xp[pair[1]] <= 0:
            raise ValueError(f"{quantity} and its fee are more than there is")
        found = curve.balance(xp, pair[0], self.amp, level) - before
        return max(found * curve.RATE_UNIT // rates[pair[0]], 1)

    def _fee_in(self, pair: tuple[int, int], quantity: int, cash: int, market: Market) -> int:
        """Return the fee of a trade, in USDC base units, rounded up."""
        rates = self._rates(market)
        given = quantity if self.tokens[pair[1]].symbol == USDC else cash
        net, fee = curve.output(self._xp(market), *pair, given * rates[pair[0]] // curve.RATE_UNIT, self._terms)
        return -(-fee * cash // (net + fee)) if net + fee > 0 else 0

    def _pair(self, instrument: str, side: Side) -> tuple[int, int]:
        here, money = self._index(instrument), self._index(USDC)
        return (money, here) if side == "buy" else (here, money)

    def _index(self, symbol: str) -> int:
        return next(i for i, token in enumerate(self.tokens) if token.symbol == symbol)

    def _with(self, changes: dict[str, int]) -> "StablePool":
        tokens = (replace(token, balance=token.balance + changes.get(token.symbol, 0)) for token in self.tokens)
        return replace(self, tokens=tuple(tokens))
