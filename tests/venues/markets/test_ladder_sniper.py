"""A trader at a book of ladders takes what the market has left behind, and nothing else."""

from dataclasses import replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from tests.venues.small_world import L2, MAKER, START_MS, SYMBOLS, Sight, book, chain_state, make_chain, sight, truth
from venues.calls.upkeep import Trade
from venues.markets.clob import OrderBook, requote
from venues.markets.ladder_sniper import LadderSniper
from venues.markets.venue import Unfilled

NOW = START_MS + 60_000
SNIPER = LadderSniper(name="trader", chain=L2, venue="book", margin=0.01, period_ms=4_000, offset_ms=0)


def quoted_at(spot: float, true_spot: float) -> Sight:
    """Return a rollup on which a maker has quoted at one price of ether, while another is true."""
    before = sight(truth(spot, vol=0.8), make_chain(chain_state(L2, book())))
    ladders = MAKER.ladders(before, before.state(L2), NOW)
    venue = requote(book(), MAKER.name, ladders)
    return sight(truth(true_spot, vol=0.8), make_chain(chain_state(L2, venue)))


def sent(view: Sight) -> Trade | None:
    offers = SNIPER.act(view, NOW)
    if not offers:
        return None
    call = offers[0].transaction.call
    assert isinstance(call, Trade)
    return call


def test_quotes_around_fair_value_are_left_alone() -> None:
    assert sent(quoted_at(140.0, 140.0)) is None


def test_after_a_fall_the_order_that_earns_most_is_sent_and_fills_within_its_bound() -> None:
    view = quoted_at(140.0, 130.0)
    call = sent(view)

    assert call is not None
    (order,) = call.orders
    outcome = view.state(L2).venues["book"].execute(order, view.state(L2).market(NOW))
    assert not isinstance(outcome, Unfilled)
    fair = float(view.truth.fair([order.instrument], NOW)[0]) * order.quantity / OPTION_UNIT
    sign = 1 if order.side == "buy" else -1
    assert sign * (fair - outcome[1].cash / USDC_UNIT) > 0.01 * fair
    # Ether fell: what is worth more now than its quotes are puts, what is worth less are calls.
    assert order.instrument.endswith("P" if order.side == "buy" else "C")


def test_what_the_maker_has_renewed_by_then_is_not_taken_at_a_worse_price() -> None:
    view = quoted_at(140.0, 130.0)
    call = sent(view)
    assert call is not None
    (order,) = call.orders
    venue = view.state(L2).venues["book"]
    assert isinstance(venue, OrderBook)
    renewed = requote(venue, MAKER.name, MAKER.ladders(view, view.state(L2), NOW))

    assert isinstance(renewed.execute(order, view.state(L2).market(NOW)), Unfilled)


def test_a_closed_book_is_left_alone() -> None:
    view = quoted_at(140.0, 130.0)
    venue = view.state(L2).venues["book"]
    assert isinstance(venue, OrderBook)
    view.chains[L2].state = view.state(L2).with_venue(replace(venue, status="unavailable"))

    assert set(venue.books) == set(SYMBOLS)
    assert sent(view) is None
