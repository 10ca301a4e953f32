"""What automated market makers have in common: how a deal becomes an order's outcome, a ladder and a claim.

A market maker says what a deal of a given size comes to (`deal`), how deep its ladder is (`depth`), and how bad it can
be for a taker after others (`worst_after`); the rest is here.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Generic, Self, TypeVar

from intents.lifecycle import Cause
from venues.markets.venue import (
    Admission,
    Arbitrage,
    Claim,
    Fill,
    Market,
    Order,
    Share,
    Side,
    Step,
    Unfilled,
    slippage,
    within_bound,
)

LADDER_SHARES: Final = (25, 100, 400, 1200, 3000, 6000, 10_000)
"""Points of the cost curve, in ten-thousandths of the depth."""

CLAIM_PRECISION: Final = 10**7
"""A claim is found to one part of the depth in this many."""

ROUNDINGS: Final = 4
"""USDC base units that a claim leaves for roundings in the orders before."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Deal(Generic[V]):
    """What a trade of a given size comes to."""

    after: V
    cash: int
    """USDC base units the taker pays or receives, fees included."""

    fee: int
    shares: tuple[Share, ...]


class Pool:
    """Base of automated market makers; immutable values themselves."""

    __slots__ = ()

    id: str
    status: Admission

    @abstractmethod
    def instruments(self) -> tuple[str, ...]:
        """Return the symbols traded here, in a fixed order."""

    @abstractmethod
    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> Deal[Self] | Unfilled:
        """Return what a trade of a listed instrument comes to, whatever it costs."""

    @abstractmethod
    def most(self, instrument: str, side: Side, market: Market) -> int:
        """Return the largest trade of a listed instrument, at whatever price."""

    @abstractmethod
    def depth(self, instrument: str, side: Side, market: Market) -> int:
        """Return the quantity that the ladder spans."""

    @abstractmethod
    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> Self | None:
        """Return the venue as bad as `prior` in the same direction can leave it, in whatever pieces.

        `None` if it cannot take that much. It need not be a state that trading can lead to: a bound is enough.
        """

    @abstractmethod
    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        """Return the trade in one direction that earns most at a price elsewhere, or `None` if nothing pays."""

    def resource(self, instrument: str, side: Side) -> str:
        """Return the name of what orders compete for."""
        return f"{self.id}:{instrument}:{side}"

    def admission(self, market: Market) -> Admission:  # noqa: ARG002
        """Return whether the venue takes orders."""
        return self.status

    def reserves(self) -> dict[str, int]:
        """Return nothing: what the venue deals in is in its account with the clearing house."""
        return {}

    def open_for(self, instrument: str, market: Market) -> bool:
        """Return whether an instrument is listed and orders are taken."""
        return instrument in self.instruments() and self.admission(market) == "available"

    def capacity(self, instrument: str, side: Side, market: Market) -> int:
        """Return the most that one order can trade at any price, in base units."""
        return self.most(instrument, side, market) if self.open_for(instrument, market) else 0

    def arbitrage(self, prices: Mapping[str, float], market: Market) -> tuple[Arbitrage, ...]:
        """Return the best order of each instrument that has a price, taken alone."""
        if self.admission(market) != "available":
            return ()
        sides: tuple[Side, Side] = ("buy", "sell")
        names = [name for name in self.instruments() if name in prices]
        found = (self.best_trade(name, side, prices[name], market) for name in names for side in sides)
        return tuple(trade for trade in found if trade is not None)

    def execute(self, order: Order, market: Market) -> tuple[Self, Fill] | Unfilled:
        """Return the venue after the order, and the fill; or why it does not fill."""
        deal = self.admitted(order.instrument, order.side, order.quantity, market)
        if isinstance(deal, Unfilled):
            return deal
        if not within_bound(order, deal.cash):
            return slippage(order, deal.cash)
        return deal.after, Fill(order, deal.cash, deal.fee, deal.shares)

    def ladder(self, instrument: str, side: Side, market: Market) -> tuple[Step, ...]:
        """Return chords of the exact cost curve; it ends where selling more would bring less."""
        depth = self.depth(instrument, side, market) if self.open_for(instrument, market) else 0
        curve = [(0, 0)]
        for knot in sorted({depth * share // 10_000 for share in LADDER_SHARES} - {0}):
            deal = self.admitted(instrument, side, knot, market)
            if isinstance(deal, Unfilled) or deal.cash < curve[-1][1]:
                break
            curve.append((knot, deal.cash))
        return tuple(Step(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(curve))

    def claim(self, order: Order, market: Market) -> Claim:
        """Return the claim: how much flow the venue takes before this order, executed last, breaks its bound."""
        resource = self.resource(order.instrument, order.side)
        if isinstance(self.execute(order, market), Unfilled):
            return Claim(resource, order.quantity, 0)
        low, high = 0, 2 * self.depth(order.instrument, order.side, market) + 1
        while high - low > max(high // CLAIM_PRECISION, 1):
            prior = (low + high) // 2
            if self._survives(order, prior, market):
                low = prior
            else:
                high = prior
        return Claim(resource, order.quantity, order.quantity + low)

    def _survives(self, order: Order, prior: int, market: Market) -> bool:
        """Return whether an order keeps its bound after `prior` in the same direction."""
        worst = self.worst_after(order.instrument, order.side, prior, market)
        if worst is None:
            return False
        deal = worst.admitted(order.instrument, order.side, order.quantity, market)
        if isinstance(deal, Unfilled):
            return False
        return within_bound(order, deal.cash + (ROUNDINGS if order.side == "buy" else -ROUNDINGS))

    def admitted(self, instrument: str, side: Side, quantity: int, market: Market) -> Deal[Self] | Unfilled:
        """Return the deal of a trade that the venue's state and list allow."""
        state = self.admission(market)
        if instrument not in self.instruments():
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} does not list {instrument}")
        if state == "unknown" and self.status == "available":
            return Unfilled(Cause.STALE, f"{self.id} has no oracle price")
        if state != "available":
            return Unfilled(Cause.HALTED, f"{self.id} is {state}")
        if quantity <= 0:
            return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} does not trade {quantity} of {instrument}")
        return self.deal(instrument, side, quantity, market)

    def too_thin(self, instrument: str, quantity: int) -> Unfilled:
        """Return the refusal of an order that is more, or less, than there is a price for."""
        return Unfilled(Cause.NO_LIQUIDITY, f"{self.id} cannot trade {quantity} of {instrument}")


def own_share(account: str, side: Side, quantity: int, cash: int) -> tuple[Share, ...]:
    """Return the other side of a trade with one counterparty."""
    sign = 1 if side == "buy" else -1
    return (Share(account, -sign * quantity, sign * cash),)
