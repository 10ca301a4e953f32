"""A searcher who back-runs: it takes the arbitrage that somebody else's transaction leaves, right behind it.

It does not care what the transaction was: a large swap, an oracle's update, a liquidation. Whatever changes a venue, or
the price that venues go by, is looked at for what it leaves. In a public pool the searcher stands in line a wei behind;
elsewhere it sees the block and races for the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.adversaries.lookahead import lookahead, stem
from venues.adversaries.seat import Seat, Terms, behind, going_price
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.markets.arbitrage import opportunity
from venues.markets.venue import Order
from venues.truth import Truth
from venues.view import Offer, View


@dataclass(frozen=True, slots=True)
class Change:
    """A state that somebody's transaction leads to, and where to stand to be the first after it."""

    key: str
    """Name of the transaction, or of the block that it is in."""

    before: ChainState
    after: ChainState
    price_wei: int


@dataclass(frozen=True, slots=True)
class BackRunner:
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
        """Trade at each venue behind the first change that leaves enough."""
        chain = view.chain(self.seat.chain)
        waiting = [transaction.id for transaction in chain.waiting(self.name)]
        changes = list(self._foreseen(chain, now_ms) if self.seat.sees_pool else self._seen(chain))
        offers = []
        for venue_id in self.seat.venues:
            if any(name.startswith(f"{self.name}:{venue_id}:") for name in waiting):
                continue
            for change in changes:
                order = self._order(venue_id, change, view.truth, now_ms)
                if order is not None:
                    terms = Terms(chain, change.price_wei, now_ms)
                    offers.append(Offer(chain.id, self.seat.trade(f"{venue_id}:{change.key}", order, terms)))
                    break
        return tuple(offers)

    def _foreseen(self, chain: Chain[ChainState], now_ms: int) -> Iterator[Change]:
        """Yield what transactions will change that came since the last look."""
        news = {transaction.id for transaction in chain.pending if self.seat.is_news(transaction, now_ms)}
        for foreseen in lookahead(chain, now_ms, self.seat.unseen) if news else ():
            if foreseen.transaction.id not in news:
                continue
            price_wei = behind(foreseen.price_wei, chain)
            yield Change(stem(foreseen.transaction.id), foreseen.before, foreseen.after, price_wei)

    def _seen(self, chain: Chain[ChainState]) -> Iterator[Change]:
        """Yield what the last block changed, if it held anything but the searchers' own trades."""
        if chain.making is not None and any(t.sender not in self.seat.unseen for t in chain.making.chosen):
            yield Change(str(chain.number), chain.making.parent, chain.state, going_price(chain))

    def _order(self, venue_id: str, change: Change, truth: Truth, now_ms: int) -> Order | None:
        """Return the arbitrage at a venue that a change leaves, if it concerns the venue and the trade is worth it."""
        venue = change.after.venues[venue_id]
        if venue is change.before.venues[venue_id] and change.after.answer == change.before.answer:
            return None
        dollars = venue.gas * change.price_wei / ETH_UNIT * truth.price(now_ms) / PRICE_UNIT
        return opportunity(venue, change.after, truth, now_ms, dollars + self.seat.least_profit / USDC_UNIT)
