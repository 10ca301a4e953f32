"""Who keeps books with standing orders going: makers, those who pick off what is stale, and the keeper of batches.

All reach the book by transactions with gas. A maker renews what has moved too far from where it would quote now; while
a transaction of its own waits it can only bid more for it, so that on a crowded chain its orders grow old, and whoever
is quicker takes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.options import parse_series
from venues.calls.ordering import ClearBatch, SendOrders
from venues.chain_state import ChainState
from venues.errand import Errand, gas_dollars, priced
from venues.markets.batch_book import BatchBook
from venues.markets.clob import FEE_PPM
from venues.markets.makers import Maker
from venues.markets.matched_book import MatchedBook
from venues.markets.standing import TICK, NewOrder, Standing, against
from venues.markets.venue import Side
from venues.view import Offer, View

_SIDES: Final[tuple[Side, Side]] = ("buy", "sell")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookMaker:
    """One maker at one book: a ladder as of `makers.Maker`, order by order."""

    maker: Maker
    tolerance: float
    """How far an order may be from where it should be, as a fraction of the price there, before it is renewed."""

    retry_ms: int
    """Time after which a transaction that still waits is replaced by a dearer one."""

    @property
    def name(self) -> str:
        """Its account."""
        return self.maker.name

    def next_ms(self, now_ms: int) -> int:
        """Return the time of its next look."""
        return self.maker.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Take back what is stale or too small, and add what is missing."""
        state = view.state(self.maker.chain)
        venue = state.venues[self.maker.venue]
        if not isinstance(venue, MatchedBook | BatchBook) or venue.status not in {"available", "cancel_only"}:
            return ()
        if not self.maker.is_turn(view, now_ms):
            return ()
        wanted = list(self._wanted(view, state, now_ms))
        cancels, kept = [], set[int]()
        for name, order in venue.own(self.name):
            place = next((i for i, new in enumerate(wanted) if i not in kept and self._serves(name, order, new)), None)
            if place is None:
                cancels.append(order.id)
            else:
                kept.add(place)
        adds = tuple(new for i, new in enumerate(wanted) if i not in kept)
        adds = adds if venue.status == "available" else ()
        if not cancels and not adds:
            return ()
        call = SendOrders(venue=venue.id, owner=self.name, cancels=tuple(cancels), orders=adds)
        return sent(self.name, view, Errand(name=venue.id, chain=venue.chain, call=call), self.retry_ms, now_ms)

    def _wanted(self, view: View, state: ChainState, now_ms: int) -> Iterator[NewOrder]:
        venue = state.venues[self.maker.venue]
        is_batch = isinstance(venue, BatchBook)
        for name, ladder in self.maker.ladders(view, state, now_ms).items():
            for side, quotes in zip(_SIDES, ladder, strict=True):
                for quote in quotes:
                    yield NewOrder(
                        instrument=name,
                        side=side,
                        price=quote.price,
                        quantity=quote.quantity,
                        kind="limit" if is_batch else "post_only",
                    )

    def _serves(self, name: str, order: Standing, new: NewOrder) -> bool:
        """Return whether an order that stands does for one that is wanted."""
        near = abs(order.price - new.price) <= max(self.tolerance * new.price, 2 * TICK)
        return name == new.instrument and order.side == new.side and near and 2 * order.quantity >= new.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniper:
    """Takes orders that the market has left behind, immediate or cancel, where that earns more than fee and gas."""

    name: str
    chain: str
    venue: str
    margin: float
    """Least edge over fair value, as a fraction of it, beyond the fee."""

    period_ms: int
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send one transaction for all that is stale."""
        state, chain = view.state(self.chain), view.chain(self.chain)
        venue = state.venues[self.venue]
        if not isinstance(venue, MatchedBook) or venue.status != "available":
            return ()
        orders = tuple(self._orders(view, venue, now_ms))
        if not orders:
            return ()
        call = SendOrders(venue=venue.id, owner=self.name, orders=orders)
        gas = gas_dollars(call, chain, view, now_ms)
        fair = dict(zip(venue.instruments(), view.truth.fair(venue.instruments(), now_ms), strict=True))
        signs = {"buy": 1, "sell": -1}
        edge = sum(
            signs[o.side] * (fair[o.instrument] - o.price / USDC_UNIT) * o.quantity / OPTION_UNIT for o in orders
        )
        if edge <= gas:
            return ()
        return sent(self.name, view, Errand(name=venue.id, chain=self.chain, call=call), self.period_ms, now_ms)

    def _orders(self, view: View, venue: MatchedBook, now_ms: int) -> Iterator[NewOrder]:
        """Yield an order for each stale one, at its price: what is gone by then is withdrawn."""
        names = venue.instruments()
        fee = view.truth.price(now_ms) / 1e8 * FEE_PPM / 1e6
        for name, fair in zip(names, view.truth.fair(names, now_ms), strict=True):
            if now_ms >= parse_series(name).expiry_ms:
                continue
            for side in _SIDES:
                sign = 1 if side == "buy" else -1
                limit = float(fair) - sign * (fee + self.margin * float(fair))
                for order in against(venue.orders[name], side):
                    if sign * (limit - order.price / USDC_UNIT) > 0:
                        yield NewOrder(
                            instrument=name, side=side, price=order.price, quantity=order.quantity, kind="ioc"
                        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchKeeper:
    """Ends the batches of one book."""

    name: str
    chain: str
    venue: str
    interval_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return the end of the present interval."""
        return now_ms - now_ms % self.interval_ms + self.interval_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send the end of a batch, or more for one that waits."""
        venue = view.state(self.chain).venues[self.venue]
        if not isinstance(venue, BatchBook) or venue.status != "available" or not any(venue.orders.values()):
            return ()
        call = ClearBatch(venue=self.venue, series=len(venue.orders))
        return sent(self.name, view, Errand(name=self.venue, chain=self.chain, call=call), self.interval_ms, now_ms)


def sent(sender: str, view: View, errand: Errand, retry_ms: int, now_ms: int) -> tuple[Offer, ...]:
    """Return the transaction for an errand, in place of one that waits; none while that has not waited long enough."""
    chain = view.chain(errand.chain)
    old = next(iter(chain.waiting(sender)), None)
    if old is not None and now_ms < old.submitted_ms + retry_ms:
        return ()
    transaction = priced(errand, sender, chain, old, now_ms)
    return (Offer(errand.chain, transaction, replaces=old.id if old else None),)
