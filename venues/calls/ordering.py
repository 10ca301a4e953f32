"""Orders that owners send to books for themselves: some are taken back, some are added, in one transaction."""

from dataclasses import dataclass
from typing import Final

from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.markets.batch_book import BatchBook
from venues.markets.clob import charge
from venues.markets.matched_book import MatchedBook, Met
from venues.markets.standing import NewOrder
from venues.markets.venue import Fill, Share

SEND_GAS: Final = 40_000
ADD_GAS: Final = 28_000
"""A slot of storage written for the first time, and the way to its place; assumed, as all gas of venues here."""

CANCEL_GAS: Final = 9_000

CLEAR_GAS: Final = 60_000
CLEAR_GAS_PER_SERIES: Final = 25_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrders:
    """Take back and add orders of one owner."""

    venue: str
    owner: str
    cancels: tuple[int, ...] = ()
    """Numbers of orders; those that are gone already are passed over."""

    orders: tuple[NewOrder, ...] = ()

    @property
    def gas(self) -> int:
        """Gas, by the number of orders."""
        return SEND_GAS + CANCEL_GAS * len(self.cancels) + ADD_GAS * len(self.orders)

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state after the orders; where orders may only be taken back, nothing is added."""
        venue = state.venues.get(self.venue)
        if not isinstance(venue, MatchedBook | BatchBook):
            return Reverted(f"reverted: {self.venue} is no book that takes orders")
        if venue.status not in {"available", "cancel_only"}:
            return Reverted(f"halted: {self.venue} is {venue.status}")
        after = venue.without(self.owner, self.cancels) if self.cancels else venue
        state = state.with_venue(after)
        touched = {self.owner}
        for new in self.orders if venue.status == "available" else ():
            if new.is_sound() and new.instrument in after.orders:
                state, met = self._added(state, new, block)
                touched |= {each.maker for each in met}
        lacking = state.clearing.uncovered(touched) if len(touched) > 1 else None
        if lacking is not None:
            return Reverted(f"undercollateralised: {lacking}")
        fields = (("venue", self.venue), ("owner", self.owner), ("traded", len(touched) - 1))
        return Applied(state, (Log("OrdersSent", fields),))

    def _added(self, state: ChainState, new: NewOrder, block: Block) -> tuple[ChainState, tuple[Met, ...]]:
        venue = state.venues[self.venue]
        if isinstance(venue, BatchBook):
            return state.with_venue(venue.waiting(new, self.owner)), ()
        assert isinstance(venue, MatchedBook)
        after, met, _ = venue.matched(new, self.owner)
        state = state.with_venue(after)
        for each in met:
            state = exchanged(state, each, self.owner, venue.fee_account, block)
        return state, met


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearBatch:
    """End a batch: what waits trades at one price in each series."""

    venue: str
    series: int
    """Number of series, which sets the gas."""

    @property
    def gas(self) -> int:
        """Gas, by the number of series."""
        return CLEAR_GAS + CLEAR_GAS_PER_SERIES * self.series

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state after the batch, unless it is too early for its end."""
        venue = state.venues.get(self.venue)
        if not isinstance(venue, BatchBook):
            return Reverted(f"reverted: {self.venue} holds no batches")
        if venue.status != "available":
            return Reverted(f"halted: {self.venue} is {venue.status}")
        if block.time_ms < venue.ends_ms:
            return Reverted(f"early: the batch ends at {venue.ends_ms}")
        after, trades = venue.cleared(block.time_ms)
        state = state.with_venue(after)
        for taker, met in trades:
            state = exchanged(state, met, taker, None, block)
        touched = {name for taker, met in trades for name in (taker, met.maker)}
        lacking = state.clearing.uncovered(touched) if touched else None
        if lacking is not None:
            return Reverted(f"undercollateralised: {lacking}")
        return Applied(state, (Log("BatchCleared", (("venue", self.venue), ("trades", len(trades)))),))


def exchanged(state: ChainState, met: Met, taker: str, fee_account: str | None, block: Block) -> ChainState:
    """Return the state after a trade between two owners; who takes pays the fee where there is one."""
    order, spot = met.order, state.market(block.time_ms).spot
    sign = 1 if order.side == "buy" else -1
    premium, fee = charge(met.price, order.quantity, order.side, spot)
    fee = fee if fee_account else 0
    shares = [Share(met.maker, -sign * order.quantity, sign * premium)]
    shares += [Share(fee_account, 0, fee)] if fee_account else []
    fill = Fill(order, premium + sign * fee, fee, tuple(shares))
    return state.after_fill(fill, taker)
