"""Desks for requests: what an order takes, and when. The desk of `stages` has asks of 7 at 5.0 and 12 at 5.2 for any
part, and all twelve or none at 4.9."""

from dataclasses import replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from tests.venues.markets.random_venues import MARKET, SYMBOL
from tests.venues.markets.stages import LOWER, SPREAD, desk, firm
from tests.venues.small_world import L2, RICH, chain_state
from venues.markets.ladder import quote
from venues.markets.lots import lots_of
from venues.markets.maker_protection import GREEK_UNIT, Protection
from venues.markets.rfq import RfqDesk
from venues.markets.venue import Fill, Market, Order, Side, Unfilled

FEE = 2 * 140 * 0.0003
"""Dollars for one spread: three basis points of the underlying on each of two legs."""


def ask(venue: RfqDesk, options: float, side: Side = "buy", now_ms: int = MARKET.now_ms) -> Fill | Unfilled:
    market = Market(now_ms=now_ms, spot=MARKET.spot)
    return quote(venue, SPREAD, side, round(options * OPTION_UNIT), market)


def dollars(outcome: Fill | Unfilled) -> float:
    assert isinstance(outcome, Fill)
    return (outcome.cash - outcome.fee if outcome.order.side == "buy" else outcome.cash + outcome.fee) / USDC_UNIT


def makers(outcome: Fill | Unfilled) -> dict[str, float]:
    assert isinstance(outcome, Fill)
    return {s.account: -s.quantity / OPTION_UNIT for s in outcome.shares if s.quantity}


def take(venue: RfqDesk, options: float, now_ms: int = MARKET.now_ms) -> RfqDesk:
    bound = 10**12
    order = Order(venue="desk", instrument=SPREAD, side="buy", quantity=round(options * OPTION_UNIT), bound=bound)
    outcome = venue.execute(order, Market(now_ms=now_ms, spot=MARKET.spot))
    assert not isinstance(outcome, Unfilled)
    return outcome[0]


def test_an_order_for_a_part_takes_the_best_quotes_for_any_part() -> None:
    outcome = ask(desk(), 10)

    assert makers(outcome) == {"alpha": 7, "beta": 3}
    assert abs(dollars(outcome) - (7 * 5.0 + 3 * 5.2)) < 1e-5


def test_an_order_for_all_takes_all_or_none_where_that_is_cheaper() -> None:
    assert makers(ask(desk(), 12)) == {"gamma": 12}
    assert makers(ask(desk(whole_ask=5.2), 12)) == {"alpha": 7, "beta": 5}


def test_at_the_same_price_all_or_none_goes_first() -> None:
    even = desk(whole_ask=5.0)
    request = replace(even.requests[SPREAD], quotes=(firm("alpha", "buy", 5.0, 12), *even.requests[SPREAD].quotes))

    assert makers(ask(replace(even, requests={SPREAD: request}), 12)) == {"gamma": 12}


def test_once_a_part_is_gone_no_one_can_have_all() -> None:
    after = take(desk(), 2)

    assert lots_of(after, SPREAD, "buy", MARKET) == ()
    assert makers(ask(after, 10)) == {"alpha": 5, "beta": 5}
    assert isinstance(ask(after, 10.5), Unfilled)
    assert makers(ask(after, 12, "sell")) == {"gamma": -12}


def test_nobody_trades_while_makers_are_blind() -> None:
    early = desk().requests[SPREAD].visible_ms - 1

    outcome = ask(desk(), 1, now_ms=early)

    assert isinstance(outcome, Unfilled)
    assert outcome.cause == Cause.NO_LIQUIDITY
    assert "blind" in outcome.detail
    assert desk().as_seen(early).instruments() == ()
    assert isinstance(ask(desk(), 1, now_ms=early + 1), Fill)


def test_a_quote_ends_with_its_life_and_with_its_request() -> None:
    last = MARKET.now_ms + 60_000

    assert isinstance(ask(desk(), 1, now_ms=last), Fill)
    assert isinstance(ask(desk(), 1, now_ms=last + 1), Unfilled)


def test_takers_pay_the_fee_on_every_leg() -> None:
    outcome = ask(desk(), 10)

    assert isinstance(outcome, Fill)
    assert abs(outcome.fee / USDC_UNIT - 10 * FEE) < 1e-5


def test_the_trade_that_trips_a_protection_stands_and_the_next_instant_finds_no_quote() -> None:
    rule = Protection(window_ms=1_000, freeze_ms=9_000, quantity=9 * OPTION_UNIT, delta=GREEK_UNIT, vega=2 * GREEK_UNIT)
    guarded = replace(desk(), protections={"alpha": rule})

    after = take(guarded, 5)

    assert after.exposures["alpha"].tripped_ms == MARKET.now_ms
    assert makers(ask(after, 5)) == {"alpha": 2, "beta": 3}
    assert makers(ask(after, 5, now_ms=MARKET.now_ms + 1)) == {"beta": 5}
    assert [q.maker for q in after.as_seen(MARKET.now_ms + 1).requests[SPREAD].quotes] == ["beta", "beta", "gamma"]


def test_a_maker_within_its_limits_keeps_its_quotes() -> None:
    rule = Protection(window_ms=1_000, freeze_ms=9_000, quantity=99 * OPTION_UNIT, delta=GREEK_UNIT, vega=GREEK_UNIT)

    after = take(replace(desk(), protections={"alpha": rule}), 5)

    assert after.exposures["alpha"].quantity == 10 * OPTION_UNIT
    assert after.exposures["alpha"].delta == GREEK_UNIT // 2
    assert after.exposures["alpha"].vega == -GREEK_UNIT
    assert makers(ask(after, 2, now_ms=MARKET.now_ms + 1)) == {"alpha": 2}


def test_a_chain_books_every_leg_of_a_structure() -> None:
    state = chain_state(L2, desk())
    clearing = state.clearing.change("alpha", cash=RICH.cash).change("trader", cash=0)
    order = Order(venue="desk", instrument=SPREAD, side="buy", quantity=3 * OPTION_UNIT, bound=10**12)

    outcome = replace(state, clearing=clearing).trade(order, "trader", MARKET.now_ms)

    assert not isinstance(outcome, Unfilled)
    accounts = outcome[0].clearing
    assert accounts.account("trader").positions == {SYMBOL: 3 * OPTION_UNIT, LOWER: -3 * OPTION_UNIT}
    assert accounts.account("alpha").positions == {SYMBOL: -3 * OPTION_UNIT, LOWER: 3 * OPTION_UNIT}


def test_takers_do_not_see_limits_of_makers() -> None:
    rule = Protection(window_ms=1, freeze_ms=1, quantity=1, delta=1, vega=1)

    seen = replace(desk(), protections={"alpha": rule}).as_seen(MARKET.now_ms)

    assert (seen.protections, seen.exposures) == ({}, {})
    assert seen.requests == desk().requests
