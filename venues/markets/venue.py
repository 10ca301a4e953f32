"""What every venue offers, whatever it is inside.

A venue is an immutable value: executing an order returns its successor and the fill. Quantities and cash are whole
base units, rounded against the taker. A venue never touches balances; the chain applies what a fill says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field

from intents.assets import USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause

Side = Literal["buy", "sell"]

Admission = Literal["available", "cancel_only", "unavailable", "unknown"]
"""What a venue lets its users do: trade; take orders back and no more; nothing; or nobody can tell."""

Status = Annotated[Admission, Field(exclude_if=lambda value: value == "available")]
"""Admission as a field of a venue. It is left out of messages while the venue is open, which is the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A taker's order."""

    venue: str
    instrument: str
    side: Side
    quantity: Amount
    """Base units of the instrument."""

    bound: Amount
    """Most USDC the taker pays for the whole quantity, or least it receives, fees included."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one counterparty gives and takes in a fill."""

    account: str
    quantity: int
    """Base units of the instrument it receives; negative where it delivers."""

    cash: int
    """USDC base units it receives; negative where it pays."""


@dataclass(frozen=True, slots=True)
class Fill:
    """An order executed in full."""

    order: Order
    cash: int
    """USDC base units the taker pays (buy) or receives (sell), fees included."""

    fee: int
    """Part of `cash` that is fees."""

    shares: tuple[Share, ...]
    """The other side: quantities and cash sum to the opposite of the taker's."""


@dataclass(frozen=True, slots=True)
class Unfilled:
    """An order that the venue does not execute, and why."""

    cause: Cause
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a venue can see besides itself: the time, and the price its chain's oracle reports."""

    now_ms: int
    spot: int
    """Answer of the oracle in force, in dollars times `PRICE_UNIT`; zero while there is none."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of a venue's cost curve, executable at the stated price."""

    quantity: int
    cash: int
    """USDC base units for the whole stretch, fees included."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an order takes of a venue, in units in which claims on the same resource add up."""

    resource: str
    """Name of the shared capacity: venue, direction, and the part of it that orders compete for."""

    quantity: int
    reach: int
    """Most that all orders on the resource may take together if this order is to stay within its bound."""

    conditions: tuple["Claim", ...] = ()
    """Claims of nothing: how far others may go on other resources, where flow against the order can hurt it too."""


@dataclass(frozen=True, slots=True)
class Arbitrage:
    """The order that earns most at a venue when the instrument is worth a stated price elsewhere."""

    instrument: str
    side: Side
    quantity: float
    """Base units of the instrument."""

    cash: float
    """USDC base units that the order costs or brings, fees included."""

    profit: float
    """USDC base units."""


class Venue(Protocol):
    """A place where one instrument is traded for USDC."""

    @property
    def id(self) -> str:
        """Unique name."""

    @property
    def chain(self) -> str:
        """CAIP-2 id of its chain."""

    @property
    def kind(self) -> str:
        """Type of venue."""

    @property
    def gas(self) -> int:
        """Gas that one order costs here."""

    def instruments(self) -> tuple[str, ...]:
        """Return the symbols traded here, in a fixed order."""

    def execute(self, order: Order, market: Market) -> tuple[Self, Fill] | Unfilled:
        """Return the venue after the order, and the fill; or why it does not fill."""

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return the cost curve, cheapest stretch first; a convex description of what can be executed."""

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the capacity that the order takes and how far others may push the price before its bound breaks."""

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return USDC base units for the next base unit, fees included; `None` where nothing is traded."""

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the best order of each instrument that has a price, taken alone; those that earn nothing are left out.

        Args:
            prices: What a base unit of an instrument is worth, in USDC base units.
            market: What the venue sees.
        """

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        """Return the most that one order can trade at any price, in base units."""

    def admission(self, market: Market) -> Admission:
        """Return whether the venue takes orders."""

    def reserves(self) -> dict[str, int]:
        """Return what the venue holds itself, by symbol; what its clearing account holds is not in it."""


def within_bound(order: Order, cash: int) -> bool:
    """Return whether a taker who pays (buys) or receives (sells) `cash` keeps to the order's bound."""
    return cash <= order.bound if order.side == "buy" else cash >= order.bound


def slippage(order: Order, cash: int) -> Unfilled:
    """Return the refusal of an order whose price has moved through its bound.

    It states dollars, in cents rounded away from each other, so that a breach by less than a cent shows as well.
    """
    away = 1 if order.side == "buy" else -1
    word = "costs" if order.side == "buy" else "brings"
    detail = f"{order.instrument} {word} {_cents(cash, away)} USDC, bound {_cents(order.bound, -away)}"
    return Unfilled(Cause.SLIPPAGE, detail)


def _cents(cash: int, direction: int) -> str:
    """Return base units of USDC as dollars and cents, rounded up (1) or down (-1)."""
    cents = -direction * (-direction * cash // (USDC_UNIT // 100))
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"
