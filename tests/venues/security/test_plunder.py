"""What a wrong price is worth: trades on a copy of the state, none of which can lose."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.small_world import L2, RICH, START_MS, amm, book, chain_state, pool, truth
from venues.chain_state import Answer, ChainState
from venues.clearing import Account
from venues.markets.clob import Book, OrderBook, RestingOrder
from venues.markets.venue import Unfilled
from venues.oracles.sentinel import Sentinel, Uptime
from venues.oracles.uptime_guard import UptimeGuard
from venues.security.plunder import Haul, Raid, plunder, priced_by_oracle

TRUTH = truth(140.0)
RAID = Raid(account="trader", venues=("amm",))


def _state(dollars: float, thief: Account = RICH, maker: Account = RICH) -> ChainState:
    """Return a chain whose oracle says `dollars`."""
    state = chain_state(L2, amm(), pool(), book())
    clearing = replace(state.clearing, accounts=state.clearing.accounts.set("trader", thief).set("amm", maker))
    return replace(state, answer=Answer(round(dollars * PRICE_UNIT), START_MS, START_MS), clearing=clearing)


def _after(state: ChainState, haul: Haul) -> ChainState:
    for order in haul.orders:
        outcome = state.trade(order, "trader", START_MS)
        assert not isinstance(outcome, Unfilled)
        state = outcome[0]
    return state


def _worth(state: ChainState) -> float:
    """Return cash and positions of the thief at fair value, in USDC base units."""
    account = state.clearing.account("trader")
    names = sorted(account.positions)
    fair = TRUTH.fair(names, START_MS).tolist() if names else []
    options = sum(price * account.positions[n] for price, n in zip(fair, names, strict=True))
    return account.cash + options * USDC_UNIT / OPTION_UNIT


def test_at_the_right_price_there_is_nothing_to_take() -> None:
    assert plunder(_state(140), TRUTH, START_MS, RAID) == Haul((), 0)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([80, 100, 120, 165, 200]))
def test_the_profit_is_what_the_trades_bring_when_they_are_made(dollars: int) -> None:
    state = _state(dollars)

    haul = plunder(state, TRUTH, START_MS, replace(RAID, most_orders=15))

    after = _after(state, haul)
    assert haul.orders
    assert _worth(after) - _worth(state) == pytest.approx(haul.profit, rel=1e-6, abs=20)


def test_a_price_that_is_further_off_is_worth_more() -> None:
    profits = [plunder(_state(dollars), TRUTH, START_MS, RAID).profit for dollars in (140, 125, 105)]

    assert profits == sorted(profits)
    assert profits[0] < profits[1] < profits[2]


def test_the_venue_gives_no_more_than_it_can_back() -> None:
    """A maker with ten ether backs ten calls, however cheap the wrong price makes them."""
    poor = Account(cash=0, ether=10 * ETH_UNIT)
    state = _state(105, maker=poor)

    after = _after(state, plunder(state, TRUTH, START_MS, RAID))

    assert after.clearing.uncovered(["amm", "trader"]) is None


def test_a_thief_without_money_takes_nothing() -> None:
    assert plunder(_state(105, thief=Account()), TRUTH, START_MS, RAID).orders == ()


def test_a_venue_that_waits_for_a_grace_period_is_safe_from_the_wrong_price() -> None:
    guard = UptimeGuard(sentinel=Sentinel(60_000), tolerance_ms=1_000, uptime=Uptime(is_up=True, since_ms=START_MS))

    assert plunder(replace(_state(105), guard=guard), TRUTH, START_MS, RAID).orders == ()


def test_only_venues_that_follow_the_oracle_are_made_wrong_by_it() -> None:
    assert priced_by_oracle(_state(140)) == ("amm",)


def test_a_barrier_that_was_touched_makes_an_option_worthless_to_the_thief() -> None:
    """Somebody bids a dollar for a call that is knocked out: untouched, it is worth more and nobody sells."""
    symbol = "ETH-27MAR20-140-C-UO200"
    bids = OrderBook(
        id="exotics",
        chain=L2,
        books={symbol: Book((RestingOrder("maker", USDC_UNIT, 100 * OPTION_UNIT),))},
        fee_account="exotics.fees",
    )
    alive = _state(140).with_venue(bids)
    touched = alive.clearing.observed.with_touch(symbol, START_MS)
    dead = replace(alive, clearing=replace(alive.clearing, observed=touched))
    raid = replace(RAID, venues=("exotics",))

    assert plunder(alive, TRUTH, START_MS, raid) == Haul((), 0)
    haul = plunder(dead, TRUTH, START_MS, raid)
    assert [(order.side, order.quantity) for order in haul.orders] == [("sell", 100 * OPTION_UNIT)]
    assert haul.profit > 80 * USDC_UNIT
