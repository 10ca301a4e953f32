from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry
from tests.venues.markets.random_venues import CENT, MARKET, OTHER, SYMBOL, Place, book, books, quantities, sides
from venues.markets.clob import Book, OrderBook, Quote, RestingOrder, requote
from venues.markets.venue import Fill, Market, Share, Side, Unfilled

ASKS = [(5.0, 2.0), (5.0, 3.0), (6.0, 4.0)]
BIDS = [(4.0, 2.0), (4.0, 3.0), (3.0, 4.0)]

quotes = st.lists(st.builds(Quote, st.integers(1, 20), st.integers(1, 5).map(lambda n: n * CENT)), max_size=3)
updates = st.tuples(st.sampled_from(["alpha", "beta", "gamma"]), quotes, quotes)


def _place(venue: OrderBook | None = None, market: Market = MARKET) -> Place:
    return Place(venue or book(BIDS, ASKS), SYMBOL, market)


def _fill(place: Place, side: Side, options: float) -> Fill:
    outcome = place.trade(place.order(side, round(options * 100) * CENT))
    assert not isinstance(outcome, Unfilled)
    return outcome[1]


def _book(place: Place) -> Book:
    assert isinstance(place.venue, OrderBook)
    return place.venue.books[SYMBOL]


def _quote(price: float, size: float) -> Quote:
    return Quote(round(price * USDC_UNIT), round(size * 100) * CENT)


@pytest.mark.parametrize(("side", "best"), [("buy", "ask0"), ("sell", "bid0")])
def test_the_best_price_goes_first_and_at_equal_price_the_oldest(side: Side, best: str) -> None:
    shares = _fill(_place(), side, 5.5).shares

    makers = [share.account for share in shares if share.quantity]
    assert makers == [best, best[:-1] + "1", best[:-1] + "2"]
    assert [abs(share.quantity) for share in shares] == [2 * OPTION_UNIT, 3 * OPTION_UNIT, OPTION_UNIT // 2, 0]


@pytest.mark.parametrize(("side", "premium"), [("buy", 28), ("sell", 23)])
def test_every_resting_order_is_executed_at_its_own_price(side: Side, premium: int) -> None:
    """By hand: 5 at 5 dollars and half of one at 6, or 5 at 4 and one at 3."""
    fill = _fill(_place(), side, 5.5 if side == "buy" else 6.0)

    assert fill.cash == premium * USDC_UNIT + (fill.fee if side == "buy" else -fill.fee)
    assert sum(abs(share.cash) for share in fill.shares if share.quantity) == premium * USDC_UNIT


def test_what_is_left_of_an_order_keeps_its_place() -> None:
    after = _place().after(_place().order("buy", OPTION_UNIT))

    assert _book(after).asks[0] == RestingOrder("ask0", 5 * USDC_UNIT, OPTION_UNIT)
    assert _book(after).asks[1:] == _book(_place()).asks[1:]


@given(st.data(), sides)
def test_the_resting_quantity_falls_by_what_was_traded_and_the_other_side_stays(
    data: st.DataObject, side: Side
) -> None:
    place = data.draw(books())
    quantity = data.draw(quantities(place, side))

    after = place.after(place.order(side, quantity))

    hit, other = ("asks", "bids") if side == "buy" else ("bids", "asks")
    left, before = (sum(order.quantity for order in getattr(_book(p), hit)) for p in (after, place))
    assert left == before - quantity
    assert getattr(_book(after), other) == getattr(_book(place), other)


def test_other_instruments_are_not_touched() -> None:
    after = _place().after(_place().order("buy", OPTION_UNIT)).venue

    assert isinstance(after, OrderBook)
    assert after.books[OTHER] == book(BIDS, ASKS).books[OTHER]


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_more_than_the_book_holds_is_not_executed_at_all(side: Side) -> None:
    outcome = _place().trade(_place().order(side, 9 * OPTION_UNIT + 1))

    assert isinstance(outcome, Unfilled)
    assert outcome.cause == Cause.NO_LIQUIDITY


def test_the_fee_is_three_basis_points_of_the_underlying() -> None:
    """By hand: 0.0003 * 140 dollars * 2 options = 8.4 cents; an eighth of the premium would be 1.25 dollars."""
    assert _fill(_place(), "buy", 2.0).fee == 84_000


def test_the_fee_is_at_most_an_eighth_of_the_premium() -> None:
    """By hand: an eighth of 10 cents; three basis points of 140 dollars would be 4.2."""
    cheap = _place(book([(0.10, 1.0)], [(0.10, 1.0)]))

    assert _fill(cheap, "buy", 1.0).fee == 12_500
    assert _fill(cheap, "sell", 1.0).cash == 87_500


def test_the_cap_of_the_fee_is_taken_order_by_order() -> None:
    """By hand: an eighth of 20 cents on the first, three basis points of 140 dollars on the second."""
    mixed = _place(book([], [(0.20, 1.0), (1.00, 1.0)]))

    assert _fill(mixed, "buy", 2.0).fee == 25_000 + 42_000


@given(st.data(), sides)
def test_a_fee_is_never_above_either_limit(data: st.DataObject, side: Side) -> None:
    place = data.draw(books())
    quantity = data.draw(quantities(place, side))

    outcome = place.trade(place.order(side, quantity))

    assert not isinstance(outcome, Unfilled)
    fill = outcome[1]
    premium = fill.cash - fill.fee if side == "buy" else fill.cash + fill.fee
    assert fill.fee <= premium / 8
    assert fill.fee <= place.market.spot / PRICE_UNIT * 0.0003 * quantity / OPTION_UNIT * USDC_UNIT + 1e-6


def test_the_fee_goes_to_the_venue() -> None:
    fill = _fill(_place(), "sell", 1.0)

    assert fill.shares[-1] == Share("book.fees", 0, fill.fee)


def test_without_an_oracle_price_there_is_no_fee() -> None:
    assert _fill(_place(market=replace(MARKET, spot=0)), "buy", 1.0).fee == 0


@pytest.mark.parametrize(("late_ms", "trades"), [(-1, True), (0, False), (1, False)])
def test_trading_ends_at_expiry(late_ms: int, trades: bool) -> None:
    place = _place(market=replace(MARKET, now_ms=parse_expiry("27MAR20") + late_ms))

    assert isinstance(place.trade(place.order("buy", OPTION_UNIT)), tuple) == trades
    assert bool(place.venue.ladder(SYMBOL, "buy", place.market)) == trades


def test_a_maker_replaces_its_own_orders_and_nobody_elses() -> None:
    venue = requote(book(BIDS, ASKS), "ask0", {SYMBOL: ((_quote(4.5, 1),), (_quote(5.5, 1),))})

    assert [order.owner for order in venue.books[SYMBOL].bids] == ["ask0", "bid0", "bid1", "bid2"]
    assert [order.owner for order in venue.books[SYMBOL].asks] == ["ask1", "ask0", "ask2"]


def test_a_maker_who_quotes_again_at_the_same_price_goes_to_the_end_of_the_queue() -> None:
    venue = requote(book(BIDS, ASKS), "ask0", {SYMBOL: ((), (_quote(5.0, 2),))})

    assert [order.owner for order in venue.books[SYMBOL].asks] == ["ask1", "ask0", "ask2"]


def test_a_maker_who_quotes_nothing_leaves_every_book() -> None:
    quoted = requote(book(BIDS, ASKS), "alpha", {SYMBOL: ((_quote(4, 1),), ()), OTHER: ((), (_quote(9, 1),))})

    assert quoted != book(BIDS, ASKS)
    assert requote(quoted, "alpha", {}) == book(BIDS, ASKS)


def test_quotes_of_series_that_are_not_listed_are_not_taken() -> None:
    assert requote(book(BIDS, ASKS), "alpha", {"ETH-9JAN24-1900-P": ((_quote(1, 1),), ())}) == book(BIDS, ASKS)


@pytest.mark.parametrize("price", [5.0, 5.5, 9.0])
def test_a_bid_that_meets_an_ask_is_left_out(price: float) -> None:
    venue = requote(book(BIDS, ASKS), "alpha", {SYMBOL: ((_quote(price, 1), _quote(4.99, 1)), ())})

    assert [order.price for order in venue.books[SYMBOL].bids if order.owner == "alpha"] == [4_990_000]


@pytest.mark.parametrize("price", [4.0, 3.5, 1.0])
def test_an_ask_that_meets_a_bid_is_left_out(price: float) -> None:
    venue = requote(book(BIDS, ASKS), "alpha", {SYMBOL: ((), (_quote(price, 1), _quote(4.01, 1)))})

    assert [order.price for order in venue.books[SYMBOL].asks if order.owner == "alpha"] == [4_010_000]


def test_a_maker_may_move_its_quotes_through_its_old_ones() -> None:
    venue = requote(book([], []), "alpha", {SYMBOL: ((_quote(4, 1),), (_quote(5, 1),))})

    moved = requote(venue, "alpha", {SYMBOL: ((_quote(6, 1),), (_quote(7, 1),))}).books[SYMBOL]

    assert (moved.bids[0].price, moved.asks[0].price) == (6 * USDC_UNIT, 7 * USDC_UNIT)


@given(st.lists(updates, max_size=12))
def test_a_book_is_sorted_and_never_crossed_whatever_makers_quote(
    sent: list[tuple[str, list[Quote], list[Quote]]],
) -> None:
    venue = book([], [])
    for owner, bids, asks in sent:
        venue = requote(venue, owner, {SYMBOL: (tuple(bids), tuple(asks))})
        bid_prices = [order.price for order in venue.books[SYMBOL].bids]
        ask_prices = [order.price for order in venue.books[SYMBOL].asks]

        assert bid_prices == sorted(bid_prices, reverse=True)
        assert ask_prices == sorted(ask_prices)
        assert max(bid_prices, default=0) < min(ask_prices, default=100)


@given(st.lists(updates, max_size=12))
def test_orders_at_one_price_stand_in_the_order_of_arrival(sent: list[tuple[str, list[Quote], list[Quote]]]) -> None:
    venue, arrived = book([], []), {}
    for turn, (owner, bids, _) in enumerate(sent):
        venue = requote(venue, owner, {SYMBOL: (tuple(bids), ())})
        arrived[owner] = turn

    standing = [(-order.price, arrived[order.owner]) for order in venue.books[SYMBOL].bids]
    assert standing == sorted(standing)
