"""What became of every order that an award sent to a venue: what it was quoted, what it came to, or why it failed.

The quote is what the venue asked on the snapshot that the bids were made on, after the earlier orders of the same fill.
What the order came to is read off the receipt of the transaction that delivered.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auction.settlement.run import Run
from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from solvers.routing.desk import Desk, open_order
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt
from venues.markets.structure import legs_of
from venues.markets.venue import Order, Unfilled
from venues.snapshot import Snapshot
from venues.truth import Truth
from venues.world import World

ANOTHER: Final = "another_order"
"""Cause of an order that failed because a venue refused another order, of its fill or of one that its fill needed."""

OF_VENUES: Final = frozenset({Cause.SLIPPAGE, Cause.NO_LIQUIDITY, Cause.STALE, Cause.HALTED})
"""Causes that only a venue's refusal has."""

BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """One order of an awarded fill; amounts in base units."""

    fill_id: str
    kind: str
    """Kind of its venue."""

    chain: str
    order: Order
    quoted: int | None
    """USDC that it should have cost or brought; `None` if the venue had no quote for it in its turn."""

    notional: int
    """Its quantity of ether, or of options on one ether each, at the true price of the award."""

    fair: float
    """USDC that its quantity was worth at the award."""

    executed: int | None = None
    """USDC that it did cost or bring."""

    refused: bool = False
    """Whether its venue refused it, and the fill failed for that."""

    @property
    def slippage_bps(self) -> float | None:
        """What it came to beyond its quote, in basis points of the notional; positive is worse for the taker."""
        if self.executed is None or self.quoted is None:
            return None
        return self._sign * (self.executed - self.quoted) / self.notional * BPS

    @property
    def cost_bps(self) -> float | None:
        """What it came to beyond fair value: spread, fees and price impact, in basis points of the notional."""
        return None if self.executed is None else self._sign * (self.executed - self.fair) / self.notional * BPS

    @property
    def _sign(self) -> int:
        return 1 if self.order.side == "buy" else -1


class VenueRecord:
    """All orders of one run that were awarded, in the order of their award."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, int], VenueOrder] = {}

    @property
    def orders(self) -> tuple[VenueOrder, ...]:
        """The orders."""
        return tuple(self._orders.values())

    def awarded(self, runs: Sequence[Run], snapshot: Snapshot, truth: Truth) -> None:
        """Take note of the orders of fills that were awarded on a snapshot."""
        for run in runs:
            desk, fill_id = Desk(snapshot), run.plan.terms.fill_id
            for place, order in enumerate(run.plan.orders):
                venue = snapshot.by_venue[order.venue]
                fill = desk.trade(open_order(order.venue, order.instrument, order.side, order.quantity))
                self._orders[fill_id, place] = VenueOrder(
                    fill_id=fill_id,
                    kind=venue.kind,
                    chain=venue.chain,
                    order=order,
                    quoted=None if isinstance(fill, Unfilled) else fill.cash,
                    notional=_notional(order, truth.price(run.award_ms)),
                    fair=_fair(order, truth, run.award_ms),
                )

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:  # noqa: ARG002
        """Note what orders came to, and which one a venue refused; what a block taken back brought is forgotten."""
        for receipt in produced.undone:
            self._forget(receipt)
        for receipt in produced.receipts:
            for log in receipt.logs:
                if log.name == "Swapped":
                    key = str(log.get("fill")), int(log.get("order"))
                    self._orders[key] = replace(self._orders[key], executed=int(log.get("cash")))
            key = receipt.transaction_id.rpartition("/")[0], receipt.refused_order or 0
            if receipt.refused_order is not None and key in self._orders:
                self._orders[key] = replace(self._orders[key], refused=True)

    def _forget(self, receipt: Receipt) -> None:
        fill_id = receipt.transaction_id.rpartition("/")[0]
        for key in [key for key in self._orders if key[0] == fill_id and receipt.status == "success"]:
            self._orders[key] = replace(self._orders[key], executed=None)


@dataclass(frozen=True, slots=True)
class OrderEnd:
    """How an order ended: well, or failed for a cause."""

    order: VenueOrder
    cause: str | None


def order_ends(orders: Sequence[VenueOrder], causes: Mapping[str, str]) -> tuple[OrderEnd, ...]:
    """Return how orders ended; `causes` are the causes of the fills that failed, by fill.

    Where a venue refused one order of a fill, the others failed because of it, and so did those of fills that needed
    it. Else the chain or the solver is the cause, the same for all.
    """
    refused = {order.fill_id for order in orders if order.refused}
    ends = []
    for order in orders:
        cause = causes.get(order.fill_id)
        if cause is not None and not order.refused and (order.fill_id in refused or cause in OF_VENUES):
            cause = ANOTHER
        ends.append(OrderEnd(order, cause))
    return tuple(ends)


def _notional(order: Order, price: int) -> int:
    unit = ETH_UNIT if order.instrument == ETH else OPTION_UNIT
    return max(order.quantity * price * USDC_UNIT // (unit * PRICE_UNIT), 1)


def _fair(order: Order, truth: Truth, time_ms: int) -> float:
    if order.instrument == ETH:
        return order.quantity * truth.price(time_ms) * USDC_UNIT / (ETH_UNIT * PRICE_UNIT)
    names, ratios = zip(*legs_of(order.instrument), strict=True)
    worth = math.fsum(ratio * float(price) for ratio, price in zip(ratios, truth.fair(names, time_ms), strict=True))
    return worth * order.quantity * USDC_UNIT / OPTION_UNIT
