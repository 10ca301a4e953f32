"""Makers at books of single orders, those who pick off what is stale, and the keeper of batches."""

from dataclasses import replace

from intents.assets import OPTION_UNIT
from tests.venues.small_world import L2, MAKER, PUT, START_MS, SYMBOLS, Sight, chain_state, make_chain, sight, truth
from venues.calls.ordering import ClearBatch, SendOrders
from venues.chains.transaction import Applied, Block
from venues.markets.batch_book import BatchBook
from venues.markets.book_agents import BatchKeeper, BookMaker, Sniper
from venues.markets.matched_book import MatchedBook
from venues.markets.venue import Admission

BOOK_MAKER = BookMaker(maker=replace(MAKER, venue="clob"), tolerance=0.02, retry_ms=30_000)
SNIPER = Sniper(name="trader", chain=L2, venue="clob", margin=0.01, period_ms=4_000, offset_ms=0)
NOW = START_MS + 60_000
LATER = NOW + 240_000


def scene(*dollars: float, status: Admission = "available") -> Sight:
    book = MatchedBook(id="clob", chain=L2, fee_account="f", orders=dict.fromkeys(SYMBOLS, ()), status=status)
    return sight(truth(*dollars, vol=0.8), make_chain(chain_state(L2, book)))


def orders(view: Sight, agent: BookMaker | Sniper, now_ms: int) -> SendOrders | None:
    offers = agent.act(view, now_ms)
    call = offers[0].transaction.call if offers else None
    assert call is None or isinstance(call, SendOrders)
    return call


def applied(view: Sight, call: SendOrders | None, now_ms: int) -> Sight:
    assert call is not None
    outcome = call.apply(view.state(L2), Block(L2, 1, now_ms))
    assert isinstance(outcome, Applied)
    view.chains[L2].state = outcome.state
    return view


def test_a_maker_fills_an_empty_book_and_then_leaves_it_while_nothing_moves() -> None:
    view = scene(140.0)
    first = orders(view, BOOK_MAKER, NOW)

    again = orders(applied(view, first, NOW), BOOK_MAKER, NOW + 20_000)

    assert first is not None
    assert len(first.orders) > 50
    assert {order.kind for order in first.orders} == {"post_only"}
    assert again is None


def test_a_maker_renews_what_the_market_has_moved_away_from() -> None:
    view = scene(140.0, 120.0)
    view = applied(view, orders(view, BOOK_MAKER, NOW), NOW)

    again = orders(view, BOOK_MAKER, LATER)

    assert again is not None
    assert again.cancels
    assert any(order.instrument == PUT for order in again.orders)


def test_a_maker_takes_everything_back_when_volatility_is_too_high() -> None:
    view = scene(140.0)
    view = applied(view, orders(view, BOOK_MAKER, NOW), NOW)
    wild = replace(view, truth=truth(140.0, vol=MAKER.rules.leave_vol))

    call = orders(wild, BOOK_MAKER, NOW + 20_000)

    venue = view.state(L2).venues["clob"]
    assert isinstance(venue, MatchedBook)
    assert call is not None
    assert (len(call.cancels), call.orders) == (len(venue.own("maker")), ())


def test_while_its_transaction_waits_a_maker_bids_more_for_it_and_sends_no_second() -> None:
    view = scene(140.0)
    first = BOOK_MAKER.act(view, NOW)[0]
    view.chains[L2].submit(first.transaction)

    assert BOOK_MAKER.act(view, NOW + 20_000) == ()
    later = BOOK_MAKER.act(view, NOW + 40_000)[0]
    assert later.replaces == first.transaction.id
    assert later.transaction.max_fee_wei > first.transaction.max_fee_wei


def test_where_orders_may_only_be_taken_back_a_maker_adds_none() -> None:
    assert orders(scene(140.0, status="cancel_only"), BOOK_MAKER, NOW) is None
    assert orders(scene(140.0, status="unavailable"), BOOK_MAKER, NOW) is None


def test_a_sniper_leaves_fresh_orders_alone_and_takes_stale_ones() -> None:
    view = scene(140.0, 120.0)
    view = applied(view, orders(view, BOOK_MAKER, NOW), NOW)

    assert orders(view, SNIPER, NOW) is None
    stale = orders(view, SNIPER, LATER)
    assert stale is not None
    assert {order.kind for order in stale.orders} == {"ioc"}
    assert {order.side for order in stale.orders if order.instrument == PUT} == {"buy"}
    after = applied(view, stale, LATER).state(L2).clearing
    assert after.account("trader").positions[PUT] > OPTION_UNIT
    assert after.account("maker").positions[PUT] == -after.account("trader").positions[PUT]


def test_the_keeper_ends_a_batch_at_the_end_of_its_interval_if_orders_wait() -> None:
    empty = BatchBook(
        id="clob", chain=L2, fee_account="f", orders=dict.fromkeys(SYMBOLS, ()), interval_ms=10_000, ends_ms=0
    )
    keeper = BatchKeeper(name="keeper", chain=L2, venue="clob", interval_ms=10_000)
    view = sight(truth(140.0, vol=0.8), make_chain(chain_state(L2, empty)))

    assert keeper.next_ms(NOW) == NOW + 10_000
    assert keeper.act(view, NOW) == ()
    view = applied(view, orders(view, BOOK_MAKER, NOW), NOW)
    assert keeper.act(view, NOW + 10_000)[0].transaction.call == ClearBatch(venue="clob", series=len(SYMBOLS))
