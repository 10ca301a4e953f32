"""Sections of a scenario file for the market, and for venues beyond books and the plain market makers."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from intents.boundary import Boundary
from solvernet.quantities import Dollars, Factor, Period, Seconds, Strike, Vol
from solvernet.vol_parts import SpotVolPart

Positive = Annotated[float, Field(gt=0, le=1e12)]
Percent = Annotated[float, Field(ge=0, lt=100)]


class RangePart(Boundary):
    """A position of concentrated liquidity around the opening price."""

    ether: Positive
    """Ether that it holds at the opening price; the cash follows."""

    width_percent: Positive
    """It ends where the price has risen, or the inverse of the price has, by this much."""


class ConcentratedPart(Boundary):
    """A pool of ether and USDC with liquidity between ticks."""

    kind: Literal["concentrated"]
    chain: str
    fee_percent: Percent
    spacing: int = Field(gt=0)
    """Ticks between two prices at which a range may end."""

    ranges: tuple[RangePart, ...] = Field(min_length=1)


class TickAmmPart(Boundary):
    """An option market maker whose price rises linearly inside each tick, around the fair price at the opening."""

    kind: Literal["tick_option_amm"]
    chain: str
    cash: Dollars
    ether: Dollars
    size: Positive
    """Options of each series in each range."""

    ranges: int = Field(gt=0)
    """Ranges above the opening price, and as many below."""

    width: Positive
    """Width of a range as a fraction of the opening price."""

    least_price: Positive
    """Series with an opening price below this fraction of the notional are not listed."""

    premium_fee_percent: Percent
    notional_fee_percent: Percent

    @model_validator(mode="after")
    def _stays_above_zero(self) -> "TickAmmPart":
        if self.ranges * self.width >= 1:
            raise ValueError("ranges times width must be less than one, or the lowest price is below zero")
        return self


class JitPart(Boundary):
    """A maker with standing just-in-time offers at a hybrid venue."""

    cash: Dollars
    ether: Dollars
    size: Positive
    """Options offered on each side of each series."""

    edge_percent: Percent
    """Least distance from the oracle's price at which it joins."""

    refresh_s: Positive
    offset_s: Seconds
    leave_vol: Vol
    """Volatility at the money at which it takes its offers back."""


class HybridPart(Boundary):
    """A virtual option market maker with a just-in-time auction before it."""

    kind: Literal["hybrid"]
    chain: str
    cash: Dollars
    ether: Dollars
    depth: Positive
    """Options in the virtual reserve of each series."""

    slots: int = Field(gt=0)
    tick: Positive
    """Grid of prices, in dollars."""

    spread_percent: Percent
    """Half the spread of the virtual maker."""

    fee_percent: Percent
    vols_every_s: Positive
    """How often the venue is told the volatilities of its series."""

    vols_offset_s: Seconds
    jit: JitPart | None = None


class MarketPart(Boundary):
    """Prices, volatility and what is listed."""

    episode: str
    underlying: Literal["ETH"] = "ETH"
    expiries: Annotated[tuple[str, ...], Field(min_length=1)]
    strikes: Annotated[tuple[Strike, ...], Field(min_length=1)]
    bridge_half_life_s: Period
    """Half-life of the realised volatility that moves the price between two observed bars."""

    bridge_scale: Factor
    spot_vol: SpotVolPart | None = None
    """How implied volatility moves with spot; if left out, only realised volatility moves it."""

    smile: Literal["shape", "svi"] = "shape"
    """Volatility of a strike over that at the money: one shape for all lives, or a surface with a slice for each."""
