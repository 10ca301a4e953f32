import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venues.markets.batch_auction import BatchAuction, clearing_price
from venues.markets.book_order import BookOrder, OrderKind
from venues.markets.venue import Side

limits = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), max_size=8)
last_prices = st.none() | st.integers(1, 14)


def order(number: int, side: Side, size: int, price: int | None = 100, kind: OrderKind = "limit") -> BookOrder:
    return BookOrder(id=number, owner=f"owner {number}", side=side, size=size, price=price, kind=kind)


def auction(*orders: BookOrder, last_price: int | None = None) -> BatchAuction:
    made = BatchAuction(last_price)
    for one in orders:
        made.submit(one)
    return made


@settings(deadline=None)
@given(limits, limits, last_prices)
def test_no_other_price_trades_more_or_leaves_less_imbalance(
    buys: list[tuple[int, int]], sells: list[tuple[int, int]], last_price: int | None
) -> None:
    found = clearing_price(buys, sells, last_price)

    def worse(price: int) -> tuple[int, int]:
        demand = sum(size for limit, size in buys if limit >= price)
        supply = sum(size for limit, size in sells if limit <= price)
        return -min(demand, supply), abs(demand - supply)

    best = min(worse(price) for price in range(1, 16))
    if found is None:
        assert best[0] == 0
        return
    assert worse(found) == best
    if last_price is not None:
        assert abs(found - last_price) == min(abs(p - last_price) for p in range(1, 16) if worse(p) == best)


@st.composite
def batches(draw: st.DrawFn) -> list[list[BookOrder]]:
    made, number = [], 0
    for _ in range(draw(st.integers(1, 4))):
        batch = []
        for _ in range(draw(st.integers(0, 8))):
            kind = draw(st.sampled_from(("limit", "ioc", "market")))
            price = None if kind == "market" else draw(st.integers(1, 6))
            side: Side = draw(st.sampled_from(("buy", "sell")))
            batch.append(order(number, side, draw(st.integers(1, 12)), price, kind))
            number += 1
        made.append(batch)
    return made


@settings(deadline=None)
@given(batches())
def test_as_much_is_bought_as_sold_and_every_lot_is_filled_withdrawn_or_waits(stream: list[list[BookOrder]]) -> None:
    auctions, orders = BatchAuction(), {}
    filled: dict[int, int] = {}
    withdrawn: dict[int, int] = {}

    for batch in stream:
        for one in batch:
            auctions.submit(one)
            orders[one.id] = one
        clearing = auctions.clear()
        bought, sold = (sum(n for i, n in clearing.fills.items() if orders[i].side == s) for s in ("buy", "sell"))
        assert bought == sold == clearing.volume
        for number, lots in clearing.fills.items():
            filled[number] = filled.get(number, 0) + lots
        withdrawn |= clearing.withdrawn

    for number, one in orders.items():
        assert one.size == filled.get(number, 0) + withdrawn.get(number, 0) + auctions.open_size(number)


@settings(deadline=None)
@given(batches())
def test_fills_keep_to_limits_and_come_before_worse_prices(stream: list[list[BookOrder]]) -> None:
    auctions, orders = BatchAuction(), {}

    for batch in stream:
        for one in batch:
            auctions.submit(one)
            orders[one.id] = one
        clearing = auctions.clear()
        for number in clearing.fills:
            limit, price = orders[number].price, clearing.price
            assert price is not None
            assert limit is None or (limit >= price if orders[number].side == "buy" else limit <= price)
        for number, one in orders.items():
            starved = auctions.open_size(number) > 0
            worse = [i for i in clearing.fills if orders[i].side == one.side and _worse(orders[i], one)]
            assert not (starved and worse)


def _worse(one: BookOrder, other: BookOrder) -> bool:
    if one.price is None or other.price is None:
        return other.price is None and one.price is not None
    return one.price < other.price if one.side == "buy" else one.price > other.price


def test_everybody_pays_one_price_whatever_the_limits() -> None:
    found = auction(order(1, "buy", 5, 110), order(2, "buy", 5, 100), order(3, "sell", 8, 90)).clear()

    assert found.price == 95
    assert found.fills == {1: 5, 2: 3, 3: 8}


def test_the_nearest_to_the_last_price_is_chosen_of_prices_that_are_as_good() -> None:
    orders = order(1, "buy", 5, 110), order(2, "sell", 5, 90)

    assert [auction(*orders, last_price=last).clear().price for last in (None, 80, 93, 200)] == [100, 90, 93, 110]


def test_orders_of_one_batch_share_pro_rata_whoever_came_first() -> None:
    found = auction(order(1, "buy", 30), order(2, "buy", 10), order(3, "sell", 20)).clear()

    assert found.fills == {1: 15, 2: 5, 3: 20}


def test_an_earlier_batch_comes_first_at_an_equal_price() -> None:
    auctions = auction(order(1, "buy", 5))
    assert auctions.clear().price is None

    auctions.submit(order(2, "buy", 5))
    auctions.submit(order(3, "sell", 6))

    assert auctions.clear().fills == {1: 5, 2: 1, 3: 6}


def test_market_orders_come_first_and_what_they_lack_is_withdrawn() -> None:
    auctions = auction(order(1, "buy", 4, 120), order(2, "buy", 9, None, "market"), order(3, "sell", 7, 100))

    found = auctions.clear()

    assert (found.fills, found.withdrawn) == ({2: 7, 3: 7}, {2: 2})
    assert auctions.open_size(1) == 4


def test_market_orders_alone_trade_at_the_last_price_if_there_is_one() -> None:
    orders = order(1, "buy", 4, None, "market"), order(2, "sell", 3, None, "market")

    assert auction(*orders, last_price=77).clear().price == 77
    assert auction(*orders).clear().price is None


def test_a_cancelled_order_takes_no_part() -> None:
    auctions = auction(order(1, "buy", 5), order(2, "sell", 5))

    assert [auctions.cancel(1), auctions.cancel(1)] == [5, 0]
    assert auctions.clear().fills == {}


def test_an_id_cannot_wait_twice() -> None:
    with pytest.raises(ValueError, match="order 1 waits"):
        auction(order(1, "buy", 5), order(1, "sell", 5))


@pytest.mark.parametrize("kind", ["fok", "post_only"])
def test_kinds_that_have_no_meaning_in_a_batch_are_refused(kind: OrderKind) -> None:
    with pytest.raises(ValueError, match=kind):
        auction(order(1, "buy", 5, kind=kind))
