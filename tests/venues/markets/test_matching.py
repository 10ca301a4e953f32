from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.markets.naive_book import NaiveBook
from venues.markets.book_order import BookOrder, OrderKind, Removal, Report, Trade
from venues.markets.matching import Allocation, MatchingBook, SelfTradeRule
from venues.markets.venue import Side

RULES: tuple[SelfTradeRule, ...] = get_args(SelfTradeRule)
ALLOCATIONS: tuple[Allocation, ...] = get_args(Allocation)
KINDS: tuple[OrderKind, ...] = get_args(OrderKind)

rules = st.sampled_from(RULES)
allocations = st.sampled_from(ALLOCATIONS)


def order(
    number: int, side: Side, size: int, price: int | None = 100, kind: OrderKind = "limit", owner: str = ""
) -> BookOrder:
    return BookOrder(id=number, owner=owner or f"owner {number}", side=side, size=size, price=price, kind=kind)


@st.composite
def streams(draw: st.DrawFn) -> list[BookOrder | int]:
    """Return orders of four owners at a few prices, and cancellations of earlier ids."""
    events: list[BookOrder | int] = []
    for number in range(draw(st.integers(1, 40))):
        if number and draw(st.integers(0, 4)) == 0:
            events.append(draw(st.integers(0, number - 1)))
            continue
        kind = draw(st.sampled_from(KINDS))
        price = None if kind == "market" else draw(st.integers(1, 6))
        side: Side = draw(st.sampled_from(("buy", "sell")))
        size, owner = draw(st.integers(1, 12)), draw(st.sampled_from("abcd"))
        events.append(order(number, side, size, price, kind, owner))
    return events


@settings(deadline=None)
@given(streams(), rules, allocations)
def test_the_book_does_what_the_naive_one_does(
    events: list[BookOrder | int], rule: SelfTradeRule, allocation: Allocation
) -> None:
    book, naive = MatchingBook(self_trades=rule, allocation=allocation), NaiveBook(rule, allocation)

    for event in events:
        if isinstance(event, int):
            assert book.cancel(event) == naive.cancel(event)
        else:
            report = book.submit(event)
            trades = [(trade.maker, trade.price, trade.size) for trade in report.trades]
            rested = event.size - report.traded - report.withdrawn
            assert (trades, rested, [tuple(r) for r in report.removals]) == naive.submit(event)
        for side in ("buy", "sell"):
            assert book.queue(side) == naive.queue(side)


@settings(deadline=None)
@given(streams(), rules, allocations)
def test_every_lot_is_traded_rests_or_was_withdrawn(
    events: list[BookOrder | int], rule: SelfTradeRule, allocation: Allocation
) -> None:
    book = MatchingBook(self_trades=rule, allocation=allocation)
    sent = traded = withdrawn = 0

    for event in events:
        if isinstance(event, int):
            withdrawn += book.cancel(event)
            continue
        report = book.submit(event)
        assert event.size == report.traded + report.withdrawn + book.open_size(event.id)
        assert report.traded == sum(trade.size for trade in report.trades)
        sent += event.size
        traded += 2 * report.traded
        withdrawn += report.withdrawn + sum(removal.size for removal in report.removals)

    resting = sum(size for side in ("buy", "sell") for _, size in book.queue(side))
    assert sent == traded + withdrawn + resting


@settings(deadline=None)
@given(streams(), rules, allocations)
def test_the_book_is_never_crossed_and_nobody_trades_with_himself(
    events: list[BookOrder | int], rule: SelfTradeRule, allocation: Allocation
) -> None:
    book = MatchingBook(self_trades=rule, allocation=allocation)
    owners = {event.id: event.owner for event in events if isinstance(event, BookOrder)}

    for event in events:
        trades = () if isinstance(event, int) else book.submit(event).trades
        assert all(owners[trade.maker] != owners[trade.taker] for trade in trades)
        bid, ask = book.best("buy"), book.best("sell")
        assert bid is None or ask is None or bid < ask


@settings(deadline=None)
@given(streams(), rules, allocations)
def test_no_taker_trades_beyond_its_price(
    events: list[BookOrder | int], rule: SelfTradeRule, allocation: Allocation
) -> None:
    book = MatchingBook(self_trades=rule, allocation=allocation)

    for event in events:
        if isinstance(event, int) or event.price is None:
            continue
        for trade in book.submit(event).trades:
            assert trade.price <= event.price if event.side == "buy" else trade.price >= event.price


def _asks(*sizes: int, allocation: Allocation = "time") -> MatchingBook:
    """Return a book that sells these sizes at 100, in this order; the ids count from 1."""
    book = MatchingBook(allocation=allocation)
    for number, size in enumerate(sizes, 1):
        book.submit(order(number, "sell", size, owner=f"maker {number}"))
    return book


def test_better_prices_trade_first_and_then_earlier_orders() -> None:
    book = _asks(3, 3)
    book.submit(order(3, "sell", 3, 99))

    report = book.submit(order(9, "buy", 7, 101))

    assert report.trades == (Trade(3, 9, 99, 3), Trade(1, 9, 100, 3), Trade(2, 9, 100, 1))


def test_an_order_that_was_partly_filled_keeps_its_place() -> None:
    book = _asks(3, 3)
    book.submit(order(8, "buy", 1))

    assert book.queue("sell") == ((1, 2), (2, 3))


def test_what_a_limit_order_does_not_trade_rests_at_its_own_price() -> None:
    book = _asks(3)

    assert book.submit(order(9, "buy", 5, 101)) == Report("rests", 3, 0, (Trade(1, 9, 100, 3),))
    assert book.depth("buy") == ((101, 2),)


def test_a_market_order_takes_every_price_and_never_rests() -> None:
    book = _asks(3)
    book.submit(order(2, "sell", 1, 10**9))

    report = book.submit(order(9, "buy", 5, None, "market"))

    assert (report.ending, report.traded, report.withdrawn) == ("withdrawn", 4, 1)
    assert book.queue("buy") == book.queue("sell") == ()


def test_immediate_or_cancel_trades_within_its_price_and_withdraws_the_rest() -> None:
    book = _asks(3)
    book.submit(order(2, "sell", 3, 101))

    assert book.submit(order(9, "buy", 5, 100, "ioc")) == Report("withdrawn", 3, 2, (Trade(1, 9, 100, 3),))
    assert book.queue("buy") == ()


def test_fill_or_kill_trades_all_or_nothing() -> None:
    book = _asks(3)
    book.submit(order(2, "sell", 3, 101))

    assert book.submit(order(8, "buy", 4, 100, "fok")) == Report("killed", withdrawn=4)
    assert book.queue("sell") == ((1, 3), (2, 3))
    assert book.submit(order(9, "buy", 4, 101, "fok")).ending == "done"


@pytest.mark.parametrize(("rule", "ending"), list(zip(RULES, ("killed", "done", "killed", "killed"), strict=True)))
@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_fill_or_kill_counts_no_own_orders(rule: SelfTradeRule, ending: str, allocation: Allocation) -> None:
    book = MatchingBook(self_trades=rule, allocation=allocation)
    book.submit(order(1, "sell", 3, owner="me"))
    book.submit(order(2, "sell", 3))

    assert book.submit(order(9, "buy", 3, kind="fok", owner="me")).ending == ending


def test_post_only_is_refused_if_it_would_trade_and_rests_if_not() -> None:
    book = _asks(3)

    assert book.submit(order(8, "buy", 2, 100, "post_only")) == Report("would_take", withdrawn=2)
    assert book.submit(order(9, "buy", 2, 99, "post_only")) == Report("rests")
    assert (book.best("buy"), book.best("sell")) == (99, 100)


OWN_MEETS = {
    "cancel_newest": (Report("self_trade", 2, 8, (Trade(1, 9, 100, 2),)), ((2, 4), (3, 3))),
    "cancel_oldest": (
        Report("rests", 5, 0, (Trade(1, 9, 100, 2), Trade(3, 9, 100, 3)), (Removal(2, 4),)),
        (),
    ),
    "cancel_both": (Report("self_trade", 2, 8, (Trade(1, 9, 100, 2),), (Removal(2, 4),)), ((3, 3),)),
    "decrement_and_cancel": (
        Report("rests", 5, 4, (Trade(1, 9, 100, 2), Trade(3, 9, 100, 3)), (Removal(2, 4),)),
        (),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_of_two_orders_of_one_owner_the_rule_says_which_gives_way(rule: SelfTradeRule) -> None:
    book = MatchingBook(self_trades=rule)
    book.submit(order(1, "sell", 2))
    book.submit(order(2, "sell", 4, owner="me"))
    book.submit(order(3, "sell", 3))

    report, left = OWN_MEETS[rule]
    assert book.submit(order(9, "buy", 10, owner="me")) == report
    assert book.queue("sell") == left


def test_decrementing_by_a_smaller_order_leaves_the_rest_of_the_larger_one_in_the_book() -> None:
    book = MatchingBook(self_trades="decrement_and_cancel")
    book.submit(order(1, "sell", 5, owner="me"))

    assert book.submit(order(9, "buy", 2, owner="me")) == Report("self_trade", 0, 2, (), (Removal(1, 2),))
    assert book.open_size(1) == 3


def test_pro_rata_shares_a_level_by_size_and_gives_odd_lots_to_the_earliest() -> None:
    book = _asks(10, 30, 60, allocation="pro_rata")

    report = book.submit(order(9, "buy", 11))

    assert [trade.size for trade in report.trades] == [2, 3, 6]
    assert book.queue("sell") == ((1, 8), (2, 27), (3, 54))


def test_pro_rata_still_takes_the_better_price_first() -> None:
    book = _asks(10, 10, allocation="pro_rata")
    book.submit(order(3, "sell", 4, 99))

    report = book.submit(order(9, "buy", 6))

    assert [(trade.maker, trade.size) for trade in report.trades] == [(3, 4), (1, 1), (2, 1)]


def test_a_cancelled_order_is_gone_and_cancelling_again_finds_nothing() -> None:
    book = _asks(3, 4)

    assert [book.cancel(1), book.cancel(1), book.cancel(77)] == [3, 0, 0]
    assert book.queue("sell") == ((2, 4),)


def test_levels_that_come_and_go_far_from_the_best_leave_nothing_behind() -> None:
    book = _asks(1)

    for number in range(1_000):
        book.submit(order(number + 10, "sell", 1, 200 + number))
        book.cancel(number + 10)

    assert len(book._asks._heap) < 100
    assert book.depth("sell") == ((100, 1),)


def test_an_id_cannot_rest_twice() -> None:
    book = _asks(3)

    with pytest.raises(ValueError, match="order 1 rests"):
        book.submit(order(1, "buy", 1, 50))


@pytest.mark.parametrize(
    ("size", "price", "kind", "problem"),
    [(0, 100, "limit", "size"), (1, 0, "limit", "price 0"), (1, None, "ioc", "every other"), (1, 5, "market", "no")],
)
def test_an_order_that_makes_no_sense_is_refused(size: int, price: int | None, kind: OrderKind, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        order(1, "buy", size, price, kind)
