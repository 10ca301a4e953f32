"""Exact simulation of orders on a snapshot, and the parcels that come of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from solvers.routing.problem import Cost, Job, Parcel, bridge_fee, settlement_gas
from venues.markets.kinds import AnyVenue
from venues.markets.order_gas import order_gas
from venues.markets.structure import positions_of
from venues.markets.venue import Fill, Order, Side, Unfilled
from venues.snapshot import Snapshot

ANY_COST: Final = 2**255
"""Bound of a buy order whose cost is still to be found."""

SLACK_PPM: Final = 15_000
"""How far the price of an order may move before it refuses, in millionths: the solver's risk, not the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A parcel before its orders have been priced."""

    chain: str
    quantity: int
    legs: Mapping[str, int]
    orders: tuple[Order, ...]


class Desk:
    """Venues as orders leave them, one after the other."""

    def __init__(self, snapshot: Snapshot, venues: Mapping[str, AnyVenue] | None = None) -> None:
        self.snapshot = snapshot
        self._venues = dict(venues if venues is not None else snapshot.by_venue)
        self.work = 0
        """Orders simulated."""

    def copy(self) -> "Desk":
        """Return a desk that starts from this one's venues."""
        return Desk(self.snapshot, self._venues)

    def trade(self, order: Order) -> Fill | Unfilled:
        """Execute an order and keep the venue it leaves behind."""
        self.work += 1
        venue = self._venues[order.venue]
        outcome = venue.execute(order, self.snapshot.market(venue.chain))
        if isinstance(outcome, Unfilled):
            return outcome
        self._venues[order.venue] = outcome[0]
        return outcome[1]

    def quote(self, venue: str, instrument: str, side: Side, quantity: int) -> int | None:
        """Return what a quantity costs or brings now, or `None` if it does not fill; nothing changes."""
        self.work += 1
        place = self._venues[venue]
        order = open_order(venue, instrument, side, quantity)
        outcome = place.execute(order, self.snapshot.market(place.chain))
        return None if isinstance(outcome, Unfilled) else outcome[1].cash

    def trade_all(self, orders: Iterable[Order]) -> int | Unfilled:
        """Execute orders and return the net cash paid, or the first refusal."""
        paid = 0
        for order in orders:
            fill = self.trade(order)
            if isinstance(fill, Unfilled):
                return fill
            paid += fill.cash if order.side == "buy" else -fill.cash
        return paid


def open_order(venue: str, instrument: str, side: Side, quantity: int) -> Order:
    """Return an order at any price."""
    return Order(
        venue=venue, instrument=instrument, side=side, quantity=quantity, bound=ANY_COST if side == "buy" else 0
    )


def priced(desk: Desk, job: Job, draft: Draft) -> Parcel | Unfilled:
    """Return the parcel that a draft makes on a desk, with exact cost and bounds, or the first refusal.

    The bound of an order leaves room for `SLACK_PPM` above the dearer of two costs: in its turn here, and on the
    snapshot after the draft's other orders in its direction. Sales come first: what they bring pays for the rest.
    """
    paid, bounded = 0, []
    for order in sorted(draft.orders, key=lambda o: (o.side != "sell", o.venue, o.instrument)):
        fill = desk.trade(order)
        if isinstance(fill, Unfilled):
            return fill
        paid += fill.cash if order.side == "buy" else -fill.cash
        bounded.append(replace(order, bound=_bound(desk.snapshot, order, draft, fill.cash)))
    return Parcel(
        chain=draft.chain,
        quantity=draft.quantity,
        legs=dict(draft.legs),
        orders=tuple(bounded),
        cost=cost_of(desk.snapshot, job, draft, paid),
    )


def cost_of(snapshot: Snapshot, job: Job, draft: "Draft | Parcel", paid: int) -> Cost:
    """Return what a parcel costs whose orders cost `paid` net, in USDC base units."""
    home = job.intent.home
    venue_gas = sum(order_gas(snapshot.by_venue[order.venue], order) for order in draft.orders)
    fee = bridge_fee(snapshot, home, draft.chain, paid + job.intent.collateral(draft.quantity))
    return Cost(paid, settlement_gas(snapshot, home, draft.chain, venue_gas), fee)


def _bound(snapshot: Snapshot, order: Order, draft: Draft, cash: int) -> int:
    last = Desk(snapshot)
    for other in draft.orders:
        if other is not order and other.venue == order.venue and other.side == order.side:
            last.trade(other)
    late = last.quote(order.venue, order.instrument, order.side, order.quantity)
    if order.side == "buy":
        worst = max(cash, late if late is not None else cash)
        return worst + worst * SLACK_PPM // 1_000_000 + 1
    worst = min(cash, late if late is not None else cash)
    return worst - worst * SLACK_PPM // 1_000_000


def bought(orders: Iterable[Order]) -> dict[str, int]:
    """Return the signed quantity of each instrument that orders bring, without zeros."""
    total: dict[str, int] = {}
    for order in orders:
        sign = 1 if order.side == "buy" else -1
        for name, quantity in positions_of(order.instrument, sign * order.quantity).items():
            total[name] = total.get(name, 0) + quantity
    return {name: quantity for name, quantity in total.items() if quantity}
