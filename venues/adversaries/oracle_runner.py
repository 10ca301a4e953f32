"""A searcher who front-runs oracles: it buys options at the old price when it knows that the price is about to change.

It knows because the update waits in a public pool, or because the reporting rule says that one is due. In a public pool
it puts the purchase right before the update and the sale right behind it. Elsewhere it buys at once and sells when
nothing more is due.
"""

from dataclasses import dataclass, replace

from venues.adversaries.foresight import Foresight
from venues.adversaries.lookahead import Foreseen, answer_of, lookahead, orders_of, price_of, stem
from venues.adversaries.oracle_trade import RoundTrip, best_round_trip
from venues.adversaries.seat import Seat, Terms, before, behind, gas_cost, going_price, leg_gas, raised
from venues.adversaries.tidy import leftovers
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.markets.venue import Order
from venues.view import Offer, View


@dataclass(frozen=True, slots=True)
class OracleRunner:
    """One searcher on one chain."""

    seat: Seat
    foresights: tuple[Foresight, ...]
    """What it knows of the chain's oracles."""

    @property
    def name(self) -> str:
        """Unique name, and the account it trades from."""
        return self.seat.name

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return self.seat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Trade on an update that is waiting or due; without one, sell what is left of the last."""
        chain = view.chain(self.seat.chain)
        update = self._update(chain, now_ms) if self.seat.sees_pool else None
        if update is not None:
            return self._around(update, view, now_ms)
        prices = (foresight.due(view, self.seat.chain, now_ms) for foresight in self.foresights)
        due = next((price for price in prices if price is not None), None)
        if due is not None:
            return self._ahead_of(due, view, now_ms)
        return leftovers(self.seat, view, now_ms)

    def _update(self, chain: Chain[ChainState], now_ms: int) -> Foreseen | None:
        """Return the first waiting update that changes the answer in force."""
        if all(answer_of(transaction) is None for transaction in chain.pending):
            return None
        for foreseen in lookahead(chain, now_ms, self.seat.unseen):
            if answer_of(foreseen.transaction) is not None and foreseen.after.answer != foreseen.before.answer:
                return foreseen
        return None

    def _around(self, update: Foreseen, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Return both legs around a waiting update, or the raised first one."""
        chain, key = view.chain(self.seat.chain), stem(update.transaction.id)
        trip = self._best(update.before, update.after.answer.price, now_ms)
        if trip is None or self._is_invested(view):
            return ()
        first = next((t for t in chain.waiting(self.name) if t.id.startswith(f"{self.name}:first:{key}:")), None)
        rivals = [t for t in chain.pending if t.sender in self.seat.rivals and orders_of(t, trip.venue)]
        front = before(update.price_wei, rivals, chain)
        if first is not None:
            if price_of(first, chain) >= front:
                return ()
            front = raised(first, front, chain)
        back = behind(update.price_wei, chain)
        if not self._pays(trip, front + back, view, now_ms):
            return ()
        terms = Terms(chain, front, now_ms)
        opening = self.seat.trade(f"first:{key}", _purchase(trip), terms)
        offers = [Offer(self.seat.chain, opening, first.id if first else None)]
        if first is None:
            closing = self.seat.unwind(f"last:{key}", _sale(trip), replace(terms, price_wei=back))
            offers.append(Offer(self.seat.chain, closing))
        return tuple(offers)

    def _ahead_of(self, due: int, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Return a purchase at the old price, if none is open or on its way."""
        chain, state = view.chain(self.seat.chain), view.state(self.seat.chain)
        if self._is_invested(view) or chain.waiting(self.name):
            return ()
        trip = self._best(state, due, now_ms)
        price_wei = going_price(chain)
        if trip is None or not self._pays(trip, 2 * price_wei, view, now_ms):
            return ()
        opening = self.seat.trade("due", _purchase(trip), Terms(chain, price_wei, now_ms))
        return (Offer(self.seat.chain, opening),)

    def _best(self, state: ChainState, price: int, now_ms: int) -> RoundTrip | None:
        now = state.market(now_ms)
        if now.spot <= 0 or now.spot == price:
            return None
        cash, then = state.clearing.account(self.name).cash, replace(now, spot=price)
        trips = (best_round_trip(state.venues[venue], now, then, cash) for venue in self.seat.venues)
        return max((trip for trip in trips if trip is not None), key=lambda trip: trip.profit, default=None)

    def _pays(self, trip: RoundTrip, prices_wei: int, view: View, now_ms: int) -> bool:
        """Return whether a round trip pays for the gas of two legs whose prices sum to `prices_wei`."""
        gas = leg_gas(view.state(self.seat.chain), _purchase(trip))
        return trip.profit - gas_cost(gas, prices_wei, view.truth, now_ms) >= self.seat.least_profit

    def _is_invested(self, view: View) -> bool:
        return bool(view.state(self.seat.chain).clearing.account(self.name).positions)


def _purchase(trip: RoundTrip) -> Order:
    return Order(venue=trip.venue, instrument=trip.instrument, side="buy", quantity=trip.quantity, bound=trip.bound)


def _sale(trip: RoundTrip) -> Order:
    """Return the second leg: at a price that gives back at least what the first one took."""
    return Order(venue=trip.venue, instrument=trip.instrument, side="sell", quantity=trip.quantity, bound=trip.bound)
