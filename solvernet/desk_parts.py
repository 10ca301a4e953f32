"""Sections of a scenario file for desks that answer requests for quotes, and their makers."""

from typing import Annotated, Literal

from pydantic import Field

from intents.boundary import Boundary
from solvernet.quantities import Dollars, Seconds

Positive = Annotated[float, Field(gt=0, le=1e12)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class RfqPart(Boundary):
    """A desk for requests for quotes."""

    kind: Literal["rfq"]
    chain: str
    blind_s: Seconds = 5.0
    """Time after a request for which its quotes are hidden (Deribit's grace period)."""

    life_s: Positive = 300.0
    """Time after which a request ends (Deribit's)."""

    lead_s: Positive = 60.0
    """How long before a round the auctioneer asks for what open intents want."""


class ProtectionPart(Boundary):
    """Limits on what may be traded against a maker's quotes within a window."""

    window_s: Positive
    freeze_s: Positive
    size: Positive
    """Options."""

    delta: Positive
    """Net delta, in ether."""

    vega: Positive
    """Net vega, in dollars for a vol point."""


class QuoterPart(Boundary):
    """A maker who answers at a desk."""

    venue: str
    cash: Dollars
    ether: Dollars
    think_s: Positive
    """Time to answer a request, and between looks at what is open."""

    good_s: Positive
    """Life of a quote; it is firm for as long."""

    latency_s: Seconds
    offset_s: Seconds
    half_spread: Fraction
    calm_vol: Positive
    leave_vol: Positive
    size: Positive
    whole: bool = False
    """Quotes all or none instead of any part."""

    lean: Annotated[float, Field(ge=0)] = 0.0
    """Move of its volatility, as a fraction, for each thousand dollars of vega that it holds."""

    protection: ProtectionPart | None = None


class MatchedBookPart(Boundary):
    """A book of single orders, matched as they come."""

    kind: Literal["matched_book"]
    chain: str
    allocation: Literal["time", "pro_rata"] = "time"
    self_trades: Literal["cancel_newest", "cancel_oldest", "cancel_both", "decrement_and_cancel"] = "cancel_newest"


class BatchBookPart(Boundary):
    """A book of single orders, matched in batches at one price."""

    kind: Literal["batch_book"]
    chain: str
    interval_s: Positive


class SniperPart(Boundary):
    """A trader who takes orders that the market has left behind."""

    venue: str
    cash: Dollars
    ether: Dollars
    margin: Fraction
    period_s: Positive
    offset_s: Seconds
