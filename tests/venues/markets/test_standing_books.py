"""Books of single orders as takers meet them."""

from dataclasses import replace

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from tests.venues.markets.random_venues import MARKET, SYMBOL
from tests.venues.markets.stages import batch_book, matched_book
from venues.markets.ladder import quote
from venues.markets.venue import Fill, Order, Unfilled, Venue


def premium(venue: Venue, options: float) -> float:
    outcome = quote(venue, SYMBOL, "buy", round(options * OPTION_UNIT), MARKET)
    assert isinstance(outcome, Fill)
    return (outcome.cash - outcome.fee) / USDC_UNIT


def test_a_taker_pays_each_price_in_a_matched_book_and_the_last_one_in_a_batch() -> None:
    assert premium(matched_book(), 12) == 67.2
    assert premium(batch_book(), 12) == 73.2


def test_at_the_best_price_both_cost_the_same() -> None:
    assert premium(matched_book(), 10) == premium(batch_book(), 10) == 55.0


def test_the_ladder_of_a_batch_is_its_best_price_and_its_capacity_all_that_stands() -> None:
    venue = batch_book()

    assert [step.quantity for step in venue.ladder(SYMBOL, "buy", MARKET)] == [10 * OPTION_UNIT]
    assert venue.capacity(SYMBOL, "buy", MARKET) == 23 * OPTION_UNIT


def test_a_book_trades_nothing_once_its_series_has_expired() -> None:
    late = replace(MARKET, now_ms=MARKET.now_ms + 40 * 86_400_000)

    for venue in (matched_book(), batch_book()):
        outcome = quote(venue, SYMBOL, "buy", OPTION_UNIT, late)
        assert isinstance(outcome, Unfilled)
        assert outcome.cause == Cause.NO_LIQUIDITY


def test_what_is_left_of_an_order_keeps_its_place_and_its_number() -> None:
    outcome = matched_book().execute(_order(7), MARKET)

    assert not isinstance(outcome, Unfilled)
    left = [(o.id, o.quantity // OPTION_UNIT) for o in outcome[0].orders[SYMBOL] if o.side == "sell"]
    assert left == [(2, 3), (3, 4), (4, 9)]


def _order(options: int) -> Order:
    outcome = quote(matched_book(), SYMBOL, "buy", options * OPTION_UNIT, MARKET)
    assert isinstance(outcome, Fill)
    return outcome.order
