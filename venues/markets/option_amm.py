"""Option market maker whose implied volatility moves with every trade, in the manner of Lyra v1.

One board for each expiry has a base volatility; each strike has a skew. A trade of one standard size moves the base
by one volatility point and the strike's skew by a fraction of that, and the whole trade is priced at the volatility
after it. The underlying's price is whatever the chain's oracle says: a slow oracle makes this venue wrong.

Rule read in lyra-finance/lyra-protocol, commit 70b0c058 (`OptionMarketPricer`); whole numbers with 18 decimals,
rounded down, prices against the trader. The vega and variance fees of the original are not charged.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Amount
from intents.errors import InvalidSymbolError
from intents.lifecycle import Cause
from intents.options import OptionSeries, parse_series
from venues.markets.venue import Claim, Fill, Market, Order, Share, Side, Step, Unfilled, slippage, within_bound
from venues.pricing import black76
from venues.pricing import fixed_point as fp

VOL_POINT: Final = fp.ONE // 100
"""Base volatility moved by one standard size."""

LADDER_SIZES: Final = (1, 2, 4, 8, 16)
"""Points of the cost curve, in sixteenths of the largest trade."""

_CASH_SCALE: Final = OPTION_UNIT * fp.ONE // USDC_UNIT
_SPOT_SCALE: Final = OPTION_UNIT * PRICE_UNIT // USDC_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class AmmRules:
    """Parameters of an option market maker; fractions are times `fixed_point.ONE`."""

    standard_size: Amount
    """Quantity that moves the base volatility by one point."""

    skew_adjustment: Amount
    """Move of the skew for each unit of move of the base volatility."""

    price_fee: Amount
    """Fee on the premium."""

    spot_fee: Amount
    """Fee on the underlying's value."""

    min_vol: Amount
    max_vol: Amount
    """Bounds of the traded volatility; outside them nothing opens."""

    min_delta: Amount
    """Series with a delta nearer than this to zero or one are not traded."""

    cutoff_ms: int
    """Trading stops this long before expiry."""

    max_trade: Amount
    """Largest single order."""


@dataclass(frozen=True, slots=True)
class Board:
    """Volatilities of one expiry."""

    base_iv: Amount
    skews: dict[str, Amount]
    """Skew of each strike, by the strike in whole dollars; calls and puts share it."""


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
        board = self._moved(series, order.side, order.quantity)
        priced = self._priced(series, order, market, volatility(board, series))
        if isinstance(priced, Unfilled):
            return priced
        cash, fee = priced
        sign = 1 if order.side == "buy" else -1
        share = Share(self.account, -sign * order.quantity, sign * cash)
        after = replace(self, boards=self.boards | {series.expiry: board})
        return after, Fill(order, cash, fee, (share,))

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return chords of the exact cost curve: every stretch costs what one order of its length adds.

        It starts only where the smallest order trades too, and it ends where selling more would bring less.
        """
        steps: list[Step] = []
        quantity = cash = 0
        for share in (0, *LADDER_SIZES):
            size = self.rules.max_trade * share // LADDER_SIZES[-1]
            bound = 2**200 if side == "buy" else 0
            order = Order(venue=self.id, instrument=instrument, side=side, quantity=size, bound=bound)
            outcome = self.execute(order, market)
            if isinstance(outcome, Unfilled) or outcome[1].cash < cash:
                break
            total = outcome[1].cash
            if size > quantity:
                steps.append(Step(size - quantity, total - cash))
            quantity, cash = size, total
        return tuple(steps)

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim on the board: how far flow in the same direction may move it before it refuses the order."""
        series = self._listed(order.instrument)
        if series is None:
            return Claim(f"{self.id}:{order.instrument}:{order.side}", order.quantity, 0)
        resource = f"{self.id}:{series.expiry}:{order.side}"
        if isinstance(self.execute(order, market), Unfilled):
            return Claim(resource, order.quantity, 0)
        low, high = order.quantity, order.quantity + 4 * self.rules.max_trade
        tolerance = max(self.rules.standard_size // 100, 1)
        while high - low > tolerance:
            total = (low + high) // 2
            vol = volatility(self._moved(series, order.side, total), series)
            if isinstance(self._priced(series, order, market, vol), Unfilled):
                high = total
            else:
                low = total
        return Claim(resource, order.quantity, low)

    def _listed(self, instrument: str) -> OptionSeries | None:
        """Return the series of a symbol, if it is traded here."""
        try:
            series = parse_series(instrument)
        except InvalidSymbolError:
            return None
        board = self.boards.get(series.expiry)
        listed = series.underlying == ETH and board is not None and _strike_key(series) in board.skews
        return series if listed else None

    def _refusal(self, series: OptionSeries, order: Order, market: Market) -> Unfilled | None:
        if market.spot <= 0:
            return Unfilled(Cause.STALE, f"{self.id} has no oracle price")
        if market.now_ms > series.expiry_ms - self.rules.cutoff_ms:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument} is within the trading cut-off of {self.id}")
        if order.quantity > self.rules.max_trade:
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} takes at most {self.rules.max_trade} at a time")
        return None

    def _priced(self, series: OptionSeries, order: Order, market: Market, vol: int) -> tuple[int, int] | Unfilled:
        """Return cash and fee of an order at the volatility after it, or why it does not fill there."""
        if not self.rules.min_vol <= vol <= self.rules.max_vol:
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument}: volatility {vol} is outside the venue's bounds")
        if not self._tradable_delta(series, market, vol):
            return Unfilled(Cause.NO_LIQUIDITY, f"{order.instrument} is too far from the money for this venue")
        cash, fee = self._cash(series, order.side, order.quantity, vol, market)
        return (cash, fee) if within_bound(order, cash) else slippage(order, cash)

    def _tradable_delta(self, series: OptionSeries, market: Market, vol: int) -> bool:
        delta = abs(black76.option_delta(series, market.spot, vol, market.now_ms))
        return self.rules.min_delta <= delta <= fp.ONE - self.rules.min_delta

    def _moved(self, series: OptionSeries, side: Side, quantity: int) -> Board:
        board = self.boards[series.expiry]
        return moved_board(board, series, side, quantity, self.rules)

    def _cash(self, series: OptionSeries, side: Side, quantity: int, vol: int, market: Market) -> tuple[int, int]:
        """Return what the trader pays or receives, and the fee in it; a seller's fee is at most the premium."""
        per_option = black76.option_price(series, market.spot, vol, market.now_ms)
        gross = per_option * quantity
        fee = gross * self.rules.price_fee // fp.ONE // _CASH_SCALE
        fee += market.spot * quantity // _SPOT_SCALE * self.rules.spot_fee // fp.ONE
        if side == "buy":
            return -(-gross // _CASH_SCALE) + fee, fee
        premium = gross // _CASH_SCALE
        fee = min(fee, premium)
        return premium - fee, fee


def moved_board(board: Board, series: OptionSeries, side: Side, quantity: int, rules: AmmRules) -> Board:
    """Return the board after a trade: base up for a buy, down for a sale, and the strike's skew with it."""
    order_size = quantity * fp.ONE // rules.standard_size
    base_move = order_size * VOL_POINT // fp.ONE
    skew_move = base_move * rules.skew_adjustment // fp.ONE
    sign = 1 if side == "buy" else -1
    key = _strike_key(series)
    skew = max(board.skews[key] + sign * skew_move, 0)
    return Board(max(board.base_iv + sign * base_move, 0), board.skews | {key: skew})


def volatility(board: Board, series: OptionSeries) -> int:
    """Return the traded volatility of a series: base times skew."""
    return board.base_iv * board.skews[_strike_key(series)] // fp.ONE


def _strike_key(series: OptionSeries) -> str:
    return str(series.strike // PRICE_UNIT)
