"""What a searcher does with a trade that was left open: it trades back at the market, and tries until it is through."""

from typing import Final

from intents.assets import ETH
from venues.adversaries.sandwich_size import open_bound
from venues.adversaries.seat import Seat, Terms, going_price
from venues.adversaries.unwind import held
from venues.chain_state import ChainState
from venues.markets.venue import Order, Side, Unfilled
from venues.view import Offer, View

SLACK_PERCENT: Final = 2
"""Worse than quoted by this much is still taken, so that the next trade of somebody else does not get in the way."""


def leftovers(seat: Seat, view: View, now_ms: int) -> tuple[Offer, ...]:
    """Return trades that bring a searcher's holdings back home, unless some of its transactions still wait."""
    chain, state = view.chain(seat.chain), view.state(seat.chain)
    if chain.waiting(seat.name):
        return ()
    account = state.clearing.account(seat.name)
    offers = []
    for instrument in (ETH, *sorted(account.positions)):
        surplus = held(state, seat.name, instrument) - seat.home(instrument)
        order = closing(seat.venues, state, instrument, surplus, now_ms) if surplus else None
        if order is not None:
            terms = Terms(chain, going_price(chain), now_ms)
            offers.append(Offer(seat.chain, seat.unwind(f"close:{instrument}", order, terms)))
    return tuple(offers)


def closing(venues: tuple[str, ...], state: ChainState, instrument: str, surplus: int, now_ms: int) -> Order | None:
    """Return the order that trades a surplus (or, if negative, a lack) back where it costs least."""
    side: Side = "sell" if surplus > 0 else "buy"
    best: Order | None = None
    for venue_id in venues:
        venue, market = state.venues[venue_id], state.market(now_ms)
        quantity = (
            min(abs(surplus), venue.capacity(instrument, side, market)) if instrument in venue.instruments() else 0
        )
        order = Order(venue=venue_id, instrument=instrument, side=side, quantity=quantity, bound=open_bound(side))
        outcome = venue.execute(order, market) if quantity else None
        if outcome is None or isinstance(outcome, Unfilled):
            continue
        bounded = _bounded(order, outcome[1].cash)
        if best is None or (bounded.bound > best.bound) == (side == "sell"):
            best = bounded
    return best


def _bounded(order: Order, cash: int) -> Order:
    slack = cash * SLACK_PERCENT // 100
    bound = cash - slack if order.side == "sell" else cash + slack
    return Order(venue=order.venue, instrument=order.instrument, side=order.side, quantity=order.quantity, bound=bound)
