"""Books of single orders on a chain: what owners may send, what it does, and what a closed venue still allows."""

from dataclasses import replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from tests.venues.markets.random_venues import MARKET, SYMBOL
from tests.venues.markets.stages import batch_book, matched_book
from tests.venues.small_world import L2, RICH, chain_state
from venues.calls.ordering import ClearBatch, SendOrders
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Reverted
from venues.markets.batch_book import BatchBook
from venues.markets.matched_book import MatchedBook
from venues.markets.standing import NewOrder
from venues.markets.venue import Admission, Side

NOW = MARKET.now_ms


def state(venue: MatchedBook | BatchBook) -> ChainState:
    made = chain_state(L2, venue)
    clearing = made.clearing
    for name in ("alpha", "beta", "gamma"):
        clearing = clearing.change(name, cash=RICH.cash, ether=RICH.ether)
    return replace(made, clearing=clearing)


def new(side: Side, price: float, options: float, kind: str = "post_only") -> NewOrder:
    return NewOrder(
        instrument=SYMBOL,
        side=side,
        price=round(price * USDC_UNIT),
        quantity=round(options * OPTION_UNIT),
        kind=kind,  # type: ignore[arg-type]
    )


def send(here: ChainState, owner: str, *orders: NewOrder, cancels: tuple[int, ...] = ()) -> ChainState:
    venue = next(iter(here.venues))
    call = SendOrders(venue=venue, owner=owner, cancels=cancels, orders=orders)
    outcome = call.apply(here, Block(L2, 1, NOW))
    assert isinstance(outcome, Applied), outcome
    return outcome.state


def standing(here: ChainState, owner: str) -> list[tuple[int, str, float, float]]:
    venue = next(iter(here.venues.values()))
    assert isinstance(venue, MatchedBook | BatchBook)
    return [(o.id, o.side, o.price / USDC_UNIT, o.quantity / OPTION_UNIT) for _, o in venue.own(owner)]


def position(here: ChainState, owner: str) -> float:
    return here.clearing.account(owner).positions.get(SYMBOL, 0) / OPTION_UNIT


def closed(admission: Admission) -> ChainState:
    return state(replace(matched_book(), status=admission))


def test_a_post_only_order_rests_behind_those_at_its_price() -> None:
    after = send(state(matched_book()), "gamma", new("sell", 5.5, 2))

    assert standing(after, "gamma") == [(9, "sell", 5.5, 2.0)]
    taken = send(after, "trader", new("buy", 5.5, 11, "ioc"))
    assert standing(taken, "gamma") == [(9, "sell", 5.5, 1.0)]


def test_a_post_only_order_that_would_trade_is_dropped() -> None:
    assert standing(send(state(matched_book()), "gamma", new("buy", 5.5, 2)), "gamma") == []


def test_immediate_or_cancel_takes_what_is_there_and_leaves_nothing() -> None:
    before = state(matched_book())

    after = send(before, "gamma", new("buy", 5.5, 30, "ioc"))

    assert (position(after, "gamma"), position(after, "alpha"), position(after, "beta")) == (10, -4, -6)
    assert standing(after, "gamma") == []
    paid = before.clearing.account("gamma").cash - after.clearing.account("gamma").cash
    assert paid == 10 * 5_500_000 + 420_000
    assert after.clearing.totals() == before.clearing.totals()


def test_fill_or_kill_trades_all_or_nothing() -> None:
    assert position(send(state(matched_book()), "gamma", new("buy", 5.5, 11, "fok")), "gamma") == 0
    assert position(send(state(matched_book()), "gamma", new("buy", 5.5, 10, "fok")), "gamma") == 10


def test_an_owner_who_meets_its_own_order_trades_with_others_only() -> None:
    newest = send(state(matched_book()), "beta", new("buy", 5.5, 8, "limit"))
    oldest = send(state(matched_book(self_trades="cancel_oldest")), "beta", new("buy", 5.5, 8, "limit"))

    assert (position(newest, "beta"), [o[0] for o in standing(newest, "beta")]) == (4, [2, 3, 6])
    assert (position(oldest, "beta"), [o[0] for o in standing(oldest, "beta")]) == (4, [3, 6, 9])


def test_pro_rata_shares_a_price_in_proportion() -> None:
    after = send(state(matched_book(allocation="pro_rata")), "gamma", new("buy", 5.5, 5, "ioc"))

    assert (position(after, "alpha"), position(after, "beta")) == (-2, -3)


def test_nobody_takes_back_the_orders_of_others() -> None:
    after = send(state(matched_book()), "alpha", cancels=(1, 2, 77))

    assert [order[0] for order in standing(after, "alpha")] == [4, 5, 7]
    assert [order[0] for order in standing(after, "beta")] == [2, 3, 6]


def test_where_orders_may_only_be_taken_back_nothing_is_added() -> None:
    after = send(closed("cancel_only"), "alpha", new("sell", 9.0, 1), cancels=(1,))

    assert [order[0] for order in standing(after, "alpha")] == [4, 5, 7]


def test_a_book_that_is_unavailable_takes_no_transaction() -> None:
    outcome = SendOrders(venue="clob", owner="alpha", cancels=(1,)).apply(closed("unavailable"), Block(L2, 1, NOW))

    assert isinstance(outcome, Reverted)
    assert outcome.code == "halted"


def test_an_order_off_the_grid_or_for_nothing_is_passed_over() -> None:
    odd = replace(new("sell", 9.0, 1), price=9_000_001)

    assert standing(send(state(matched_book()), "gamma", odd, new("sell", 9.0, 0)), "gamma") == []


def test_who_cannot_pay_does_not_trade() -> None:
    poor = state(matched_book())
    poor = replace(poor, clearing=poor.clearing.change("gamma", cash=-RICH.cash, ether=-RICH.ether))

    outcome = SendOrders(venue="clob", owner="gamma", orders=(new("buy", 5.5, 5, "ioc"),)).apply(
        poor, Block(L2, 1, NOW)
    )

    assert isinstance(outcome, Reverted)
    assert outcome.code == "undercollateralised"


def test_gas_grows_with_what_is_added_and_taken_back() -> None:
    one = SendOrders(venue="clob", owner="a", orders=(new("sell", 9.0, 1),))

    assert one.gas - SendOrders(venue="clob", owner="a").gas == 28_000
    assert SendOrders(venue="clob", owner="a", cancels=(1, 2)).gas - SendOrders(venue="clob", owner="a").gas == 18_000


def test_orders_of_a_batch_wait_and_then_trade_at_one_price() -> None:
    here = send(state(batch_book()), "gamma", new("buy", 6.5, 11, "limit"))
    assert position(here, "gamma") == 0

    early = ClearBatch(venue="batches", series=2).apply(here, Block(L2, 1, NOW + 2_999))
    done = ClearBatch(venue="batches", series=2).apply(here, Block(L2, 2, NOW + 3_000))

    assert isinstance(early, Reverted)
    assert isinstance(done, Applied)
    after = done.state
    assert (position(after, "gamma"), position(after, "alpha"), position(after, "beta")) == (11, -4, -7)
    venue = after.venues["batches"]
    assert isinstance(venue, BatchBook)
    price = venue.last_prices[SYMBOL]
    paid = RICH.cash - after.clearing.account("gamma").cash
    assert 6_100_000 <= price <= 6_500_000
    assert paid == 11 * price
    assert (venue.batch, venue.ends_ms) == (1, (NOW + 3_000) // 10_000 * 10_000 + 10_000)


def test_a_batch_makes_and_loses_nothing() -> None:
    here = send(state(batch_book()), "gamma", new("buy", 6.5, 11, "limit"), new("sell", 4.9, 4, "limit"))

    done = ClearBatch(venue="batches", series=2).apply(here, Block(L2, 2, NOW + 3_000))

    assert isinstance(done, Applied)
    assert done.state.clearing.totals() == here.clearing.totals()
    held = (position(done.state, name) for name in ("alpha", "beta", "gamma"))
    assert sum(held) == 0
