from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from tests.venues.calls.stage import applied, dollars, options, refusal, run, state
from tests.venues.small_world import L1, L2, NAMES, PUT, RICH, START_MS
from venues.bridges import Transfer
from venues.calls.upkeep import BridgeOut, PostAnswer, Requote, SettleExpiry, Trade
from venues.chain_state import Answer, ChainState
from venues.chains.transaction import Applied, Reverted
from venues.markets.clob import OrderBook, Quote
from venues.markets.venue import Order, Side

EXPIRY = parse_expiry("27MAR20")


def _order(quantity: float = 2.0, side: Side = "buy", bound: float | None = None) -> Order:
    worst = 1000.0 if side == "buy" else 0.0
    return Order(
        venue="book",
        instrument=PUT,
        side=side,
        quantity=options(quantity),
        bound=dollars(worst if bound is None else bound),
    )


def _trade(*sent: Order, trader: str = "trader") -> Trade:
    return Trade(trader=trader, orders=sent, venue_gas=90_000)


def _bridge(cash: float, account: str = "trader") -> BridgeOut:
    return BridgeOut(bridge="bridge", account=account, cash=dollars(cash))


def _with(before: ChainState, owner: str, *, cash: float, **positions: int) -> ChainState:
    """Return a state in which an owner has some cash and positions, the other side of which the maker has."""
    legs = {name.replace("_", "-"): quantity for name, quantity in positions.items()}
    opposite = {name: -quantity for name, quantity in legs.items()}
    clearing = before.clearing.change(owner, cash=dollars(cash), positions=legs).change("maker", positions=opposite)
    return replace(before, clearing=clearing)


def test_an_answer_comes_into_force_at_the_time_of_its_block() -> None:
    after = applied(PostAnswer(price=7, observed_ms=START_MS + 1), state(L2), START_MS + 9)

    assert after.answer == Answer(7, START_MS + 9, START_MS + 1)


@given(st.permutations(range(6)))
def test_an_older_answer_never_replaces_a_newer_one(order: list[int]) -> None:
    found, newest = state(L2), -1
    for turn in order:
        outcome = run(PostAnswer(price=100 + turn, observed_ms=START_MS + turn), found)
        newest = max(newest, turn)
        found = outcome.state if isinstance(outcome, Applied) else found

        assert found.answer.price == 100 + newest


def test_an_older_answer_is_refused_as_stale() -> None:
    assert refusal(PostAnswer(price=7, observed_ms=START_MS - 1), state(L2)).startswith("stale: ")


def test_a_requote_replaces_the_makers_orders() -> None:
    ladders = {PUT: ((Quote(dollars(3), OPTION_UNIT),), ())}

    after = applied(Requote(venue="book", maker="maker", ladders=ladders), state(L2)).venues["book"]

    assert isinstance(after, OrderBook)
    assert [order.price for order in after.books[PUT].bids] == [dollars(3)]
    assert after.books[PUT].asks == ()


@pytest.mark.parametrize("venue", ["pool", "nowhere"])
def test_a_requote_where_there_is_no_book_is_refused(venue: str) -> None:
    assert "not an order book" in refusal(Requote(venue=venue, maker="maker", ladders={}), state(L2))


def test_a_requote_costs_gas_by_the_quote() -> None:
    quote = Quote(1, 1)
    call = Requote(venue="book", maker="maker", ladders={PUT: ((quote,), (quote, quote)), "other": ((), (quote,))})

    assert call.gas == 60_000 + 4 * 9_000


def test_a_trade_is_between_the_trader_and_the_makers() -> None:
    """By hand: two puts at 5 dollars, and a fee of 4.2 cents each to the venue."""
    after = applied(_trade(_order()), state(L2)).clearing

    assert after.account("trader").positions == {PUT: options(2)}
    assert after.account("maker").positions == {PUT: -options(2)}
    changes = [after.account(name).cash - RICH.cash for name in ("trader", "maker")]
    assert changes == [-dollars(10.084), dollars(10)]
    assert after.account("book.fees").cash == dollars(0.084)


def test_a_trade_with_a_pool_moves_cash_and_ether() -> None:
    order = Order(venue="pool", instrument=ETH, side="sell", quantity=ETH_UNIT, bound=0)

    after = applied(_trade(order), state(L2))

    assert after.clearing.account("trader").ether == RICH.ether - ETH_UNIT
    assert after.clearing.account("trader").cash > RICH.cash
    assert after.totals() == state(L2).totals()


def test_several_orders_are_all_executed_or_none() -> None:
    good, bad = _order(), _order(bound=1.0)

    assert refusal(_trade(good, bad), state(L2)).startswith("slippage: ")


def test_a_trade_that_would_leave_its_trader_uncovered_is_refused() -> None:
    """By hand: two puts struck at 140 need 280 dollars, and sell for 8 less the fee."""
    poor = _with(state(L2), "user", cash=272.0)

    assert refusal(_trade(_order(side="sell"), trader="user"), poor).startswith("undercollateralised: user")


def test_a_venue_that_is_not_there_is_a_bug_and_not_an_answer() -> None:
    with pytest.raises(KeyError, match="has no venue nowhere"):
        run(_trade(replace(_order(), venue="nowhere")), state(L2))


def test_bridged_cash_leaves_the_account_and_stays_on_the_chain() -> None:
    after = applied(_bridge(1000.0), state(L2))

    assert after.clearing.account("trader").cash == RICH.cash - dollars(1000)
    assert after.bridges["bridge"].liquidity == state(L2).bridges["bridge"].liquidity + dollars(1000)
    assert after.totals() == state(L2).totals()


def test_a_deposit_announces_what_will_arrive() -> None:
    """By hand: 0.04 per cent of a thousand dollars and half a dollar."""
    outcome = run(_bridge(1000.0), state(L2))

    assert isinstance(outcome, Applied)
    (log,) = outcome.logs
    assert log.name == "Bridged"
    assert [log.get(key) for key in ("account", "cash", "to")] == ["trader", dollars(999.1), L1]


@pytest.mark.parametrize("cash", [0.0, 0.4, 0.5, -5.0])
def test_a_deposit_that_does_not_cover_the_fee_is_refused(cash: float) -> None:
    assert refusal(_bridge(cash), state(L2)).startswith("uneconomic: ")


def test_nobody_sends_more_than_they_have() -> None:
    poor = _with(state(L2), "user", cash=100.0)

    assert refusal(_bridge(100.01, "user"), poor).startswith("undercollateralised: user")
    assert isinstance(run(_bridge(100.0, "user"), poor), Applied)


@given(st.integers(1, 40_000).map(lambda cents: cents / 100))
def test_nobody_sends_away_what_backs_their_positions(cash: float) -> None:
    """Two puts on 140 sold need 280 of the 400 dollars."""
    short = _with(state(L2), "user", cash=400.0, **{PUT.replace("-", "_"): -options(2)})

    outcome = run(_bridge(cash, "user"), short)

    assert isinstance(outcome, Reverted) == (cash > 120 or cash <= 0.5)


def test_a_deposit_pays_transfers_that_waited_for_liquidity() -> None:
    before = state(L2)
    waiting = Transfer(id="t", account="user", cash=dollars(150_000))
    port = before.bridges["bridge"].arrived(waiting, 0)
    before = replace(before, bridges=before.bridges.set("bridge", port))

    still = applied(_bridge(40_000.0), before)
    paid = applied(_bridge(10_000.0), still)

    assert still.bridges["bridge"].queue == (waiting,)
    assert paid.bridges["bridge"].queue == ()
    assert paid.clearing.account("user").cash == dollars(150_000)
    assert paid.totals() == before.totals()


def _expired() -> ChainState:
    """Return a state in which the trader holds two puts on 140 from the maker, and the oracle says 130."""
    after = applied(_trade(_order()), state(L2))
    return replace(after, answer=Answer(130 * PRICE_UNIT, EXPIRY, EXPIRY))


def _settle(expiry_ms: int = EXPIRY) -> SettleExpiry:
    return SettleExpiry(expiry_ms=expiry_ms, accounts=2)


def test_an_expiry_is_settled_at_the_oracles_price() -> None:
    after = applied(_settle(), _expired(), EXPIRY)

    assert after.clearing.account("trader").cash == _expired().clearing.account("trader").cash + 20 * USDC_UNIT
    assert after.clearing.account("maker").positions == {}
    assert after.totals() == _expired().totals()


def test_an_expiry_is_not_settled_early() -> None:
    assert "nothing of 27MAR20" in refusal(_settle(), _expired(), EXPIRY - 1)


def test_an_expiry_is_settled_once() -> None:
    after = applied(_settle(), _expired(), EXPIRY)

    assert "nothing of 27MAR20" in refusal(_settle(), after, EXPIRY)


def test_an_expiry_that_nobody_holds_is_not_settled() -> None:
    assert "nothing of 13MAR20" in refusal(_settle(parse_expiry("13MAR20")), _expired(), EXPIRY)


def test_without_an_oracle_price_no_expiry_is_settled() -> None:
    assert refusal(_settle(), replace(_expired(), answer=Answer(0, 0, 0)), EXPIRY).startswith("stale: ")


def test_settling_costs_gas_by_the_account() -> None:
    assert replace(_settle(), accounts=len(NAMES)).gas == 80_000 + 4 * 35_000
