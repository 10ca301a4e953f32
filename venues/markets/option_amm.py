"""Option market maker whose implied volatility moves with every trade, in the manner of Lyra v1.

One board for each expiry has a base volatility; each strike has a skew. A trade of one standard size moves the base
by one volatility point and the strike's skew by a fraction of that, and the whole trade is priced at the volatility
after it. The underlying's price is whatever the chain's oracle says: a slow oracle makes this venue wrong.

Rule read in lyra-finance/lyra-protocol, commit 70b0c058 (`OptionMarketPricer`); whole numbers with 18 decimals,
rounded down, prices against the trader. The fees for time, vega and variance are charged where `AmmRules.vol_fees` sets
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal

from pydantic import Field

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.errors import InvalidSymbolError
from intents.lifecycle import Cause
from intents.options import OptionSeries, parse_series
from venues.markets.board import VOL_POINT, AmmRules, Board, moved_board, strike_key, volatility
from venues.markets.ladder import ANY_COST, better, both_sides
from venues.markets.math.lyra_fees import time_weighted
from venues.markets.option_arbitrage import Curve, best_by_search, best_on_curve, curve_of
from venues.markets.option_fees import Memory, Trade, extra_fee, within_vol_bounds, worst_extra_fee
from venues.markets.option_reach import Search, other_side
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
from venues.pricing import black76
from venues.pricing import fixed_point as fp

__all__ = ["AmmRules", "Board", "OptionAmm", "moved_board", "volatility"]

LADDER_SIZES: Final = (1, 2, 4, 8, 16)
"""Points of the cost curve, in sixteenths of the largest trade."""

_CASH_SCALE: Final = OPTION_UNIT * fp.ONE // USDC_UNIT
_SPOT_SCALE: Final = OPTION_UNIT * PRICE_UNIT // USDC_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionAmm:
    """An option market maker and its boards; its money and positions are in the clearing house under `account`."""

    id: str
    chain: str
    account: str
    rules: AmmRules
    boards: dict[str, Board]
    gas: int = 250_000
    kind: Literal["option_amm"] = "option_amm"
    status: Status = "available"
    memory: Annotated[Memory, Field(exclude_if=lambda value: not value.sold and not value.vols)] = field(
        default_factory=Memory
    )
    """What the fees need to know of earlier trades; kept only where they are charged."""

    def instruments(self) -> tuple[str, ...]:
        """Return both rights of every strike of every board."""
        return tuple(
            f"{ETH}-{expiry}-{strike}-{right}"
            for expiry, board in self.boards.items()
            for strike in board.skews
            for right in ("C", "P")
        )

    def execute(self, order: Order, market: Market) -> tuple["OptionAmm", Fill] | Unfilled:
        """Return the venue with its volatilities moved, and the fill priced at the volatility after the trade."""
        series = self._listed(order.instrument)
        if series is None:
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} does not list {order.instrument}")
        refusal = self._refusal(series, order, market)
        if refusal is not None:
            return refusal
        board = moved_board(self.boards[series.expiry], series, order.side, order.quantity, self.rules)
        priced = self._priced(series, order, market, board)
        if isinstance(priced, Unfilled):
            return priced
        cash, fee = priced
        sign = 1 if order.side == "buy" else -1
        share = Share(self.account, -sign * order.quantity, sign * cash)
        after = replace(self, boards=self.boards | {series.expiry: board})
        if self.rules.vol_fees is not None:
            vols = (self.boards[series.expiry].base_iv, board.base_iv)
            terms = (self.rules.vol_fees.average_ms, market.now_ms)
            memory = self.memory.after(order.instrument, sign * order.quantity, vols, terms)
            after = replace(after, memory=memory)
        return after, Fill(order, cash, fee, (share,))

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return chords of the exact cost curve: every stretch costs what one order of its length adds.

        It starts only where the smallest order trades too. It ends where selling more would bring less, or where a fee
        sets in all at once, so that the next stretch would be cheaper than one before.
        """
        steps: list[Step] = []
        quantity = cash = 0
        for share in (0, *LADDER_SIZES):
            size = self.rules.max_trade * share // LADDER_SIZES[-1]
            total = self._cash_of(instrument, side, size, market)
            if total is None or total < cash:
                break
            if size > quantity:
                step = Step(size - quantity, total - cash)
                if self.rules.vol_fees is not None and steps and better(step, steps[-1], side):
                    break
                steps.append(step)
            quantity, cash = size, total
        return tuple(steps)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim on the board: how far others may move it, either way, before it refuses the order."""
        series = self._listed(order.instrument)
        if series is None:
            return Claim(f"{self.id}:{order.instrument}:{order.side}", order.quantity, 0)

        def keeps(same: int, against: int) -> bool:
            return self._keeps(series, order, market, (same, against))

        is_refused = isinstance(self.execute(order, market), Unfilled)
        search = Search(order.quantity, 0 if is_refused else self.rules.max_trade, self.rules.standard_size)
        # With fees for vega and variance, what others trade on any board counts, and in any direction.
        if self.rules.vol_fees is not None:
            return search.of_all(f"{self.id}:all", keeps)
        return search.of_side(f"{self.id}:{series.expiry}", order.side, keeps)

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next base unit, plain fees included; those for vega and variance are left out."""
        if self.capacity(instrument, side, market) == 0:
            return None
        return self._curve(parse_series(instrument), side, market).each(0.0) * USDC_UNIT / OPTION_UNIT

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the best order of each series that has a price, taken alone."""
        listed = [name for name in self.instruments() if name in prices]
        found = (self._best(name, side, prices[name], market) for name, side in both_sides(listed))
        return tuple(trade for trade in found if trade is not None)

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        """Return the largest order that keeps to the bounds of volatility and delta."""
        most = self.rules.max_trade
        if self._cash_of(instrument, side, most, market) is not None:
            return most
        tries = (most * share // LADDER_SIZES[-1] for share in reversed(LADDER_SIZES[:-1]))
        low = next((size for size in (*tries, 1) if self._cash_of(instrument, side, size, market) is not None), 0)
        high = most if low else 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._cash_of(instrument, side, middle, market) is not None else (low, middle)
        return low

    def admission(self, market: Market) -> Admission:
        """Return whether the venue takes orders; nobody can tell without an oracle price."""
        return "unknown" if market.spot <= 0 and self.status == "available" else self.status

    def reserves(self) -> dict[str, int]:
        """Return nothing: money and positions are in the maker's account."""
        return {}

    def _best(self, name: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        capacity = self.capacity(name, side, market)
        if capacity == 0:
            return None
        if self.rules.vol_fees is not None:
            return best_by_search(lambda size: self._cash_of(name, side, size, market), name, side, price, capacity)
        return best_on_curve(self._curve(parse_series(name), side, market), name, side, price, capacity)

    def _curve(self, series: OptionSeries, side: Side, market: Market) -> Curve:
        board = self.boards[series.expiry]
        sign = 1 if side == "buy" else -1
        move = sign * VOL_POINT / fp.ONE * OPTION_UNIT / self.rules.standard_size
        price_fee, spot_fee = self._fee_rates(series, market)
        return curve_of(
            series,
            market,
            (board.base_iv / fp.ONE, board.skews[strike_key(series)] / fp.ONE),
            (move, move * self.rules.skew_adjustment / fp.ONE),
            (price_fee / fp.ONE, spot_fee / fp.ONE),
        )

    def _cash_of(self, instrument: str, side: Side, quantity: int, market: Market) -> int | None:
        """Return what an order at any price costs or brings, or `None` if it does not fill."""
        bound = ANY_COST if side == "buy" else 0
        order = Order(venue=self.id, instrument=instrument, side=side, quantity=quantity, bound=bound)
        outcome = self.execute(order, market)
        return None if isinstance(outcome, Unfilled) else outcome[1].cash

    def _listed(self, instrument: str) -> OptionSeries | None:
        """Return the series of a symbol, if it is traded here."""
        try:
            series = parse_series(instrument)
        except InvalidSymbolError:
            return None
        board = self.boards.get(series.expiry)
        listed = series.underlying == ETH and board is not None and strike_key(series) in board.skews
        return series if listed else None

    def _refusal(self, series: OptionSeries, order: Order, market: Market) -> Unfilled | None:
        if self.status != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {self.status}")
        if market.spot <= 0:
            return Unfilled(Cause.STALE, f"{self.id} has no oracle price")
        if market.now_ms > series.expiry_ms - self.rules.cutoff_ms:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument} is within the trading cut-off of {self.id}")
        if order.quantity > self.rules.max_trade:
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} takes at most {self.rules.max_trade} at a time")
        return None

    def _priced(
        self, series: OptionSeries, order: Order, market: Market, board: Board, extra: int | None = None
    ) -> tuple[int, int] | Unfilled:
        """Return cash and fee of an order that leads to `board`, or why it does not fill there.

        `extra` are its fees for vega and variance where they are known already.
        """
        vol = volatility(board, series)
        if not self.rules.min_vol <= vol <= self.rules.max_vol:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: volatility {vol} is outside the venue's bounds")
        if not within_vol_bounds(self.rules.vol_fees, board.base_iv, board.skews[strike_key(series)]):
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: its board or skew would leave the venue's bounds")
        if not self._tradable_delta(series, market, vol):
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument} is too far from the money for this venue")
        trade = self._trade(series, order, board)
        cash, fee = self._cash(trade, self._extra_fee(trade, market) if extra is None else extra, market)
        return (cash, fee) if within_bound(order, cash) else slippage(order, cash)

    def _keeps(self, series: OptionSeries, order: Order, market: Market, prior: tuple[int, int]) -> bool:
        """Return whether an order fills after any flow up to `prior`: in its direction, and against it.

        The worst is at an end: all of the one makes it dearest, all of the other takes the volatility furthest away.
        """
        flows: tuple[tuple[Side, int], ...] = ((order.side, prior[0]), (other_side(order.side), prior[1]))
        starts = [moved_board(self.boards[series.expiry], series, side, flow, self.rules) for side, flow in flows]
        ends = [moved_board(start, series, order.side, order.quantity, self.rules) for start in starts]
        extra = 0
        if self.rules.vol_fees is not None:
            trades = self._trade(series, order, ends[0]), self._trade(series, order, ends[1])
            extra = worst_extra_fee(self.rules.vol_fees, self.memory, trades, max(prior), market)
        return not any(isinstance(self._priced(series, order, market, end, extra), Unfilled) for end in ends)

    def _tradable_delta(self, series: OptionSeries, market: Market, vol: int) -> bool:
        delta = abs(black76.option_delta(series, market.spot, vol, market.now_ms))
        return self.rules.min_delta <= delta <= fp.ONE - self.rules.min_delta

    def _trade(self, series: OptionSeries, order: Order, board: Board) -> Trade:
        return Trade(
            series=series,
            side=order.side,
            quantity=order.quantity,
            vol=volatility(board, series),
            base_vol=board.base_iv,
            skew=board.skews[strike_key(series)],
            board_vol=self.boards[series.expiry].base_iv,
        )

    def _extra_fee(self, trade: Trade, market: Market) -> int:
        """Return the fees for vega and variance."""
        fees = self.rules.vol_fees
        if fees is None:
            return 0
        return extra_fee(fees, self.memory, trade, market, lambda s: volatility(self.boards[s.expiry], s))

    def _fee_rates(self, series: OptionSeries, market: Market) -> tuple[int, int]:
        """Return the fees on premium and underlying, which may grow with the time to expiry."""
        fees, rules = self.rules.vol_fees, self.rules
        if fees is None:
            return rules.price_fee, rules.spot_fee
        left_ms = series.expiry_ms - market.now_ms
        return (
            time_weighted(rules.price_fee, left_ms, fees.price_once_ms, fees.price_twice_ms),
            time_weighted(rules.spot_fee, left_ms, fees.spot_once_ms, fees.spot_twice_ms),
        )

    def _cash(self, trade: Trade, extra: int, market: Market) -> tuple[int, int]:
        """Return what the trader pays or receives, and the fee in it; a seller's fee is at most the premium."""
        per_option = black76.option_price(trade.series, market.spot, trade.vol, market.now_ms)
        gross = per_option * trade.quantity
        price_fee, spot_fee = self._fee_rates(trade.series, market)
        fee = gross * price_fee // fp.ONE // _CASH_SCALE + extra
        fee += market.spot * trade.quantity // _SPOT_SCALE * spot_fee // fp.ONE
        if trade.side == "buy":
            return -(-gross // _CASH_SCALE) + fee, fee
        premium = gross // _CASH_SCALE
        fee = min(fee, premium)
        return premium - fee, fee
