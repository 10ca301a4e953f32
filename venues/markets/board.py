"""Volatilities of an option market maker, the rules it trades by, and how a trade moves them.

One board for each expiry has a base volatility; each strike has a skew. Rule read in lyra-finance/lyra-protocol, commit
70b0c058 (`OptionMarketPricer`).
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from intents.assets import PRICE_UNIT
from intents.boundary import Amount
from intents.options import OptionSeries
from venues.markets.option_fees import VolFees
from venues.markets.venue import Side
from venues.pricing import fixed_point as fp

VOL_POINT: Final = fp.ONE // 100
"""Base volatility moved by one standard size."""


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

    vol_fees: Annotated[VolFees | None, Field(exclude_if=lambda value: value is None)] = None
    """Fees for time, vega and variance, if they are charged."""


@dataclass(frozen=True, slots=True)
class Board:
    """Volatilities of one expiry."""

    base_iv: Amount
    skews: dict[str, Amount]
    """Skew of each strike, by the strike in whole dollars; calls and puts share it."""


def moved_board(board: Board, series: OptionSeries, side: Side, quantity: int, rules: AmmRules) -> Board:
    """Return the board after a trade: base up for a buy, down for a sale, and the strike's skew with it."""
    order_size = quantity * fp.ONE // rules.standard_size
    base_move = order_size * VOL_POINT // fp.ONE
    skew_move = base_move * rules.skew_adjustment // fp.ONE
    sign = 1 if side == "buy" else -1
    key = strike_key(series)
    skew = max(board.skews[key] + sign * skew_move, 0)
    return Board(max(board.base_iv + sign * base_move, 0), board.skews | {key: skew})


def volatility(board: Board, series: OptionSeries) -> int:
    """Return the traded volatility of a series: base times skew."""
    return board.base_iv * board.skews[strike_key(series)] // fp.ONE


def strike_key(series: OptionSeries) -> str:
    """Return the strike in whole dollars, as boards name it."""
    return str(series.strike // PRICE_UNIT)
