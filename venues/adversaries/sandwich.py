"""A searcher who sandwiches: it trades before somebody whose order has room up to its bound, and back right after.

It sees the order waiting in the public pool. The first leg pays a wei more for gas than the victim, the second a wei
less. When another searcher wants the same place it bids more, by the tenth that a replacement must, for as long as the
trade earns it; whoever comes second finds the price moved, fails, and has paid for gas.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.adversaries.lookahead import Foreseen, lookahead, orders_of, price_of, stem
from venues.adversaries.sandwich_size import Sandwich, best_sandwich, opposite
from venues.adversaries.seat import Seat, Terms, before, behind, gas_cost, leg_gas, raised
from venues.adversaries.tidy import leftovers
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction
from venues.markets.venue import Order
from venues.view import Offer, View


@dataclass(frozen=True, slots=True)
class Target:
    """A victim at a venue, and the sandwich around it."""

    victim: Foreseen
    venue: str
    sandwich: Sandwich


@dataclass(frozen=True, slots=True)
class Sandwicher:
    """One searcher on one chain."""

    seat: Seat

    @property
    def name(self) -> str:
        """Unique name, and the account it trades from."""
        return self.seat.name

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return self.seat.next_ms(now_ms)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Put two legs around every waiting order that is worth it; trade back what was left over."""
        chain = view.chain(self.seat.chain)
        if not self.seat.sees_pool:
            return ()
        offers: list[Offer] = []
        taken: set[str] = set()
        for target in self._targets(chain, now_ms):
            # Two sandwiches at one venue in one block would change each other's prices.
            if target.venue not in taken:
                taken.add(target.venue)
                offers += self._legs(target, view, now_ms)
        return tuple(offers) or leftovers(self.seat, view, now_ms)

    def _targets(self, chain: Chain[ChainState], now_ms: int) -> Iterator[Target]:
        """Yield the orders that can be sandwiched, in the order in which they will be served.

        An order is looked at when it comes, and again while there are legs around it.
        """
        looked_at = {
            transaction.id
            for transaction in chain.pending
            if self.seat.is_news(transaction, now_ms) or self._waiting(chain, "first", stem(transaction.id)) is not None
        }
        for foreseen in lookahead(chain, now_ms, self.seat.unseen) if looked_at else ():
            for venue_id in self.seat.venues if foreseen.transaction.id in looked_at else ():
                orders = orders_of(foreseen.transaction, venue_id)
                if orders and foreseen.after.venues[venue_id] is not foreseen.before.venues[venue_id]:
                    state = foreseen.before
                    market, purse = state.market(now_ms), self.seat.purse(state)
                    sandwich = best_sandwich(state.venues[venue_id], orders, market, purse)
                    if sandwich is not None:
                        yield Target(foreseen, venue_id, sandwich)

    def _legs(self, target: Target, view: View, now_ms: int) -> list[Offer]:
        """Return both legs, or only the raised first one, if the sandwich pays for its gas."""
        chain, key = view.chain(self.seat.chain), stem(target.victim.transaction.id)
        first, last = (self._waiting(chain, leg, key) for leg in ("first", "last"))
        front = before(target.victim.price_wei, self._ahead(target, chain), chain)
        back = behind(target.victim.price_wei, chain)
        if first is not None:
            if price_of(first, chain) >= front:
                return []
            front = raised(first, front, chain)
        cost = gas_cost(leg_gas(chain.state, self._first(target)), front + back, view.truth, now_ms)
        if target.sandwich.profit - cost < self.seat.least_profit:
            return []
        place = f"first:{key}", Terms(chain, front, now_ms)
        legs = [Offer(self.seat.chain, self.seat.trade(place[0], self._first(target), place[1]), _id(first))]
        if last is None or price_of(last, chain) < back:
            terms = Terms(chain, raised(last, back, chain) if last is not None else back, now_ms)
            legs.append(Offer(self.seat.chain, self.seat.unwind(f"last:{key}", self._last(target), terms), _id(last)))
        return legs

    def _ahead(self, target: Target, chain: Chain[ChainState]) -> list[Transaction[ChainState]]:
        """Return the rivals' trades that would go before the victim at its venue."""
        price_wei = target.victim.price_wei
        rivals = (transaction for transaction in chain.pending if transaction.sender in self.seat.rivals)
        return [t for t in rivals if orders_of(t, target.venue) and price_of(t, chain) > price_wei]

    def _waiting(self, chain: Chain[ChainState], leg: str, key: str) -> Transaction[ChainState] | None:
        """Return its own leg around a victim that already waits."""
        prefix = f"{self.seat.name}:{leg}:{key}:"
        return next((t for t in chain.waiting(self.seat.name) if t.id.startswith(prefix)), None)

    def _first(self, target: Target) -> Order:
        """Return the first leg: at the price that was foreseen, or not at all."""
        sandwich = target.sandwich
        return Order(
            venue=target.venue,
            instrument=sandwich.instrument,
            side=sandwich.side,
            quantity=sandwich.quantity,
            bound=sandwich.bound,
        )

    def _last(self, target: Target) -> Order:
        """Return the second leg: at a price that gives back at least what the first one took."""
        sandwich = target.sandwich
        return Order(
            venue=target.venue,
            instrument=sandwich.instrument,
            side=opposite(sandwich.side),
            quantity=sandwich.quantity,
            bound=sandwich.bound,
        )


def _id(transaction: Transaction[ChainState] | None) -> str | None:
    return transaction.id if transaction is not None else None
