"""Option market maker with a price that rises linearly inside each tick, in the manner of Premia v3.

Liquidity between two prices is a stretch of contracts: buying climbs, selling descends, and inside a tick the cost is
exactly quadratic. Prices are fractions of a notional: the strike for puts, the underlying's oracle price for calls. The
fee is the larger of a part of the premium and a part of the notional. Rules read in Premian-Labs/v3-contracts, commit
fe3b821; here premiums of calls are paid in USDC at the oracle's price instead of in ether.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause
from intents.options import parse_series
from venues.markets.ladder import earning
from venues.markets.math import tick_linear
from venues.markets.math.fixed18 import WAD
from venues.markets.math.tick_linear import PRICE_ONE, Tick
from venues.markets.pool import Deal, Pool, own_share
from venues.markets.venue import Admission, Arbitrage, Market, Side, Status, Unfilled

BISECTIONS = 120
"""Halvings in the search for the size at which one part of the fee overtakes the other."""


@dataclass(frozen=True, slots=True)
class TickRange:
    """Liquidity of one series between two prices."""

    lower: Amount
    upper: Amount
    size: Amount
    """Contracts, in base units, over the whole range."""


@dataclass(frozen=True, slots=True)
class TickMarket:
    """One series: its ranges, adjoining and rising, and where it stands."""

    ranges: tuple[TickRange, ...]
    place: Amount
    """Contracts between the lower end and the price in force."""

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Ranges as the arithmetic takes them."""
        return tuple(Tick(part.lower, part.upper, part.size) for part in self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickOptionAmm(Pool):
    """A market maker for many series; its money and positions are in the clearing house under `account`."""

    id: str
    chain: str
    account: str
    markets: dict[str, TickMarket]
    premium_fee: Amount = WAD * 3 // 100
    """Part of the premium, times `WAD`."""

    notional_fee: Amount = WAD * 3 // 1000
    """Part of the notional, times `WAD`."""

    gas: int = 300_000
    status: Status = "available"
    kind: Literal["tick_option_amm"] = "tick_option_amm"

    def instruments(self) -> tuple[str, ...]:
        """Return the listed series."""
        return tuple(self.markets)

    def admission(self, market: Market) -> Admission:
        """Return whether the venue takes orders; nobody can tell while calls have no price."""
        blind = market.spot <= 0 and any(name.endswith("-C") for name in self.markets)
        return "unknown" if blind and self.status == "available" else self.status

    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> "Deal[TickOptionAmm] | Unfilled":
        """Return the trade along the curve of a series."""
        if market.now_ms >= parse_series(instrument).expiry_ms:
            return Unfilled(Cause.NO_LIQUIDITY, f"{instrument} has expired")
        if quantity > self.most(instrument, side, market):
            return self.too_thin(instrument, quantity)
        here = self.markets[instrument]
        place = here.place + quantity if side == "buy" else here.place - quantity
        premium = tick_linear.cost(here.ticks, min(here.place, place), max(here.place, place)) / PRICE_ONE
        cash, fee = self._charged(premium, quantity, self._notional(instrument, market), side)
        after = replace(self, markets=self.markets | {instrument: replace(here, place=place)})
        return Deal(after, cash, fee, own_share(self.account, side, quantity, cash))

    def depth(self, instrument: str, side: Side, market: Market) -> int:
        """Return all that is left in the direction."""
        return self.most(instrument, side, market)

    def most(self, instrument: str, side: Side, market: Market) -> int:
        """Return the contracts between the price in force and the end of the ranges."""
        if market.now_ms >= parse_series(instrument).expiry_ms:
            return 0
        here = self.markets[instrument]
        return tick_linear.depth(here.ticks) - here.place if side == "buy" else here.place

    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> "TickOptionAmm | None":
        """Return the venue after one trade of `prior`: the pieces do not matter."""
        if prior == 0:
            return self
        deal = self.deal(instrument, side, prior, market)
        return None if isinstance(deal, Unfilled) else deal.after

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next base unit, fee included."""
        if self.capacity(instrument, side, market) == 0:
            return None
        here = self.markets[instrument]
        found = tick_linear.price(here.ticks, here.place, up=side == "buy")
        price, unit = float(found or 0) / PRICE_ONE, float(self._notional(instrument, market))
        fee = max(price * self.premium_fee, self.notional_fee) / WAD
        return (price + fee) * unit if side == "buy" else max(price - fee, 0.0) * unit

    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        """Return the best of three: the optimum under either part of the fee, or the size at which they are equal.

        Profit is the smaller of two concave functions, so its maximum is one of their maxima or where they cross.
        """
        capacity = float(self.most(instrument, side, market))
        if capacity == 0:
            return None
        here, unit = self.markets[instrument], float(self._notional(instrument, market))
        sign, fair = (1 if side == "buy" else -1), price / unit * PRICE_ONE
        in_premium = fair / (1 + sign * self.premium_fee / WAD)
        in_notional = fair - sign * self.notional_fee * PRICE_ONE / WAD
        goals = (tick_linear.place_at(here.ticks, goal) for goal in (in_premium, in_notional))
        sizes = {min(max(sign * (goal - here.place), 0.0), capacity) for goal in goals}
        sizes.add(self._crossing(here, side, capacity))
        trades = (earning(instrument, side, size, self._cash(here, side, size, unit), price) for size in sorted(sizes))
        return max((trade for trade in trades if trade), key=lambda trade: trade.profit, default=None)

    def _notional(self, instrument: str, market: Market) -> Fraction:
        """Return USDC base units for one base unit of contracts at a price of one."""
        series = parse_series(instrument)
        dollars = series.strike if series.right == "P" else market.spot
        return Fraction(dollars * USDC_UNIT, PRICE_UNIT * OPTION_UNIT)

    def _charged(self, premium: Fraction, quantity: int, unit: Fraction, side: Side) -> tuple[int, int]:
        """Return cash and fee, rounded against the taker; a seller's fee is at most the premium."""
        fee = max(premium * self.premium_fee, quantity * Fraction(self.notional_fee)) / WAD * unit
        fee_up = -(-fee.numerator // fee.denominator)
        gross = premium * unit
        if side == "buy":
            return -(-gross.numerator // gross.denominator) + fee_up, fee_up
        received = gross.numerator // gross.denominator
        return max(received - fee_up, 0), min(fee_up, received)

    def _premium(self, here: TickMarket, side: Side, size: float) -> float:
        """Return the premium of a size, as prices times base units."""
        place, end = float(here.place), here.place + (size if side == "buy" else -size)
        low, high, offset, total = min(place, end), max(place, end), 0.0, 0.0
        for tick in here.ticks:
            start, stop = max(low - offset, 0.0), min(high - offset, float(tick.size))
            if start < stop:
                middle = tick.lower + (tick.upper - tick.lower) * (start + stop) / 2 / tick.size
                total += middle * (stop - start)
            offset += tick.size
        return total / PRICE_ONE

    def _cash(self, here: TickMarket, side: Side, size: float, unit: float) -> float:
        premium = self._premium(here, side, size)
        fee = max(premium * self.premium_fee, size * self.notional_fee) / WAD
        return (premium + fee) * unit if side == "buy" else max(premium - fee, 0.0) * unit

    def _crossing(self, here: TickMarket, side: Side, capacity: float) -> float:
        """Return the size at which both parts of the fee are equal, or an end where they never are."""
        low, high = 0.0, capacity

        def by_premium(size: float) -> bool:
            return self._premium(here, side, size) * self.premium_fee > size * self.notional_fee

        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            if by_premium(middle) == (side == "buy"):
                high = middle
            else:
                low = middle
        return low
