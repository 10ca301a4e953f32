"""A solver that wins honestly and settles something else: what it can take, as far as the contracts let it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import Final

from solvers.bid import Bid, BidFill
from solvers.messages import Award, OwnSettlement
from solvers.routing.problem import Job
from solvers.solver import Batch, Solver
from venues.markets.venue import Order
from venues.snapshot import Snapshot

WAYS: Final = ("overcharge", "skim", "detour")
MOST_OVER: Final = 2
"""Times the price in its plan that it pays elsewhere at most."""

SKIMMED: Final = 10
"""One part in so many of a fill is kept back by who skims."""


class Cheat(Solver):
    """Bid a little below cost, and make up for it in the settlement, where the auctioneer does not look."""

    def __init__(self, *, way: str = "overcharge", discount_bps: float = 5.0) -> None:
        """Choose a way to cheat, or several, joined by commas, to be taken in turn.

        Args:
            way: `overcharge` takes the owner's whole limit; `skim` delivers a tenth less, at the limit's price, where a
                part may be filled; `detour` trades at other venues than it said, or at any price where there is no
                other.
            discount_bps: How far below cost it bids, in basis points of the notional.
        """
        ways = way.split(",")
        if not set(ways) <= set(WAYS):
            raise ValueError(f"way must be of {', '.join(WAYS)}, not {way!r}")
        self._ways = cycle(ways)
        self._discount_bps = discount_bps
        self._snapshot: Snapshot | None = None
        self._jobs: dict[str, Job] = {}
        self._bids: tuple[Bid, ...] = ()

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return bids that undercut everybody who means to keep to them."""
        routed = [batch.route(job, engine="path").to_bid(markup_bps=-self._discount_bps) for job in batch.intents]
        self._snapshot = batch.snapshot
        self._jobs = {job.intent_id: job for job in batch.intents}
        self._bids = tuple(bid for bid in routed if bid is not None)
        return self._bids

    def own_settlements(self, award: Award) -> Sequence[OwnSettlement]:
        """Return what it sends in place of what it has won."""
        return [self._own(position, self._bids[position]) for position in award.won]

    def _own(self, position: int, bid: Bid) -> OwnSettlement:
        way = next(self._ways)
        fills = tuple(self._changed(way, fill, self._jobs[fill.intent_id]) for fill in bid.fills)
        return OwnSettlement(position=position, fills=fills)

    def _changed(self, way: str, fill: BidFill, job: Job) -> BidFill:
        if way == "overcharge":
            return fill.model_copy(update={"debit": job.intent.max_debit(fill.quantity)})
        if way == "skim":
            return _skimmed(fill, job)
        if way == "detour":
            return fill.model_copy(
                update={"orders": tuple(self._elsewhere(fill.chain, order) for order in fill.orders)}
            )
        return fill

    def _elsewhere(self, chain: str, order: Order) -> Order:
        """Return an order for the same at another venue of the chain, if there is one, and at any price."""
        views = self._snapshot.by_venue if self._snapshot is not None else {}
        others = sorted(
            name
            for name, view in views.items()
            if view.chain == chain and name != order.venue and order.instrument in view.instruments()
        )
        bound = MOST_OVER * order.bound if order.side == "buy" else 0
        return replace(order, venue=next(iter(others), order.venue), bound=bound)


def _skimmed(fill: BidFill, job: Job) -> BidFill:
    """Return a fill with a part kept back, at the owner's limit; the fill itself where it does not divide."""
    legs = {name: quantity - quantity // SKIMMED for name, quantity in fill.legs.items()}
    quantity = fill.quantity - fill.quantity // SKIMMED
    exact = all(each % SKIMMED == 0 for each in (fill.quantity, *fill.legs.values()))
    if not exact or job.intent.fill == "all_or_none" or quantity < job.intent.minimum:
        return fill
    return fill.model_copy(update={"quantity": quantity, "legs": legs, "debit": job.intent.max_debit(quantity)})
