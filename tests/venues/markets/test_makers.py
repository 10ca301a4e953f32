from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from tests.venues.small_world import (
    L2,
    MAKER,
    MAKER_RULES,
    MINUTE_MS,
    PUT,
    START_MS,
    SYMBOLS,
    Sight,
    book,
    chain_state,
    make_chain,
    sight,
    truth,
)
from venues.calls.upkeep import Ladders, Requote
from venues.chain_state import ChainState
from venues.markets.clob import requote
from venues.markets.makers import TICK, Maker
from venues.pricing import black76

NOW_MS = START_MS + 60_000
CALM = MAKER_RULES.calm_vol


def _view(vol: float = CALM, spot: float = 140.0, held: int = 0) -> Sight:
    """Return a rollup with an empty book and a maker who holds `held` options of one series."""
    state = chain_state(L2, book())
    position = {PUT: held * OPTION_UNIT} if held else None
    state = replace(state, clearing=state.clearing.change("maker", positions=position))
    return sight(truth(spot, vol=vol), make_chain(state))


def _state(view: Sight) -> ChainState:
    return view.state(L2)


def _ladders(vol: float = CALM, spot: float = 140.0, held: int = 0, now_ms: int = NOW_MS) -> Ladders:
    view = _view(vol, spot, held)
    return MAKER.ladders(view, _state(view), now_ms)


def _spread(ladders: Ladders, symbol: str = PUT) -> int:
    bids, asks = ladders[symbol]
    return asks[0].price - bids[0].price


def test_a_calm_maker_quotes_black_76_at_its_half_spread_to_the_tick() -> None:
    """By hand: a tick beyond the prices at 97 and 103 per cent of the volatility."""
    bids, asks = _ladders()[PUT]

    years = (parse_expiry("27MAR20") - NOW_MS) / black76.MS_PER_YEAR
    low, high = (float(black76.price(140, 140, CALM * width, years, False)) for width in (0.97, 1.03))
    assert bids[0].price == (low * 100 // 1 - 1) * TICK
    assert asks[0].price == (high * 100 // 1 + 2) * TICK


@given(st.floats(CALM, 2.9), st.floats(1.02, 1.5))
def test_the_spread_widens_with_volatility(vol: float, more: float) -> None:
    assert _spread(_ladders(min(vol * more, 2.99))) > _spread(_ladders(vol))


@given(st.floats(0.2, CALM))
def test_below_the_calm_volatility_the_width_is_a_fixed_share_of_it(vol: float) -> None:
    """Of an option at the money: its price is nearly proportional to the volatility."""
    assert _spread(_ladders(vol)) == pytest.approx(2 * 0.03 * vol / CALM * _mid(CALM), abs=4.5 * TICK, rel=0.02)


def _mid(vol: float) -> float:
    years = (parse_expiry("27MAR20") - NOW_MS) / black76.MS_PER_YEAR
    return float(black76.price(140, 140, vol, years, False)) * USDC_UNIT


def test_sizes_shrink_as_volatility_rises() -> None:
    sizes = [_ladders(vol)[PUT][0][0].quantity for vol in (CALM / 2, CALM, 2 * CALM, 2.9)]

    assert sizes == [20 * OPTION_UNIT, 20 * OPTION_UNIT, 10 * OPTION_UNIT, 55 * OPTION_UNIT // 10]


def test_each_next_level_is_wider_and_half_as_large_again() -> None:
    bids, asks = _ladders()[PUT]

    assert [quote.quantity for quote in bids] == [20 * OPTION_UNIT, 30 * OPTION_UNIT, 45 * OPTION_UNIT]
    assert [quote.quantity for quote in asks] == [20 * OPTION_UNIT, 30 * OPTION_UNIT, 45 * OPTION_UNIT]
    assert bids[0].price > bids[1].price > bids[2].price
    assert asks[0].price < asks[1].price < asks[2].price


@pytest.mark.parametrize(("vol", "quotes"), [(2.99, True), (3.0, False), (3.5, False)])
def test_a_maker_leaves_at_the_volatility_it_cannot_bear(vol: float, quotes: bool) -> None:
    assert bool(_ladders(vol)) == quotes


def test_a_maker_who_leaves_takes_its_quotes_along() -> None:
    calm, wild = _view(), _view(vol=3.5)
    quoted = requote(book(), "maker", MAKER.ladders(calm, _state(calm), NOW_MS))

    (offer,) = MAKER.act(wild, NOW_MS)

    assert isinstance(offer.transaction.call, Requote)
    assert quoted.books[PUT].bids
    assert requote(quoted, "maker", offer.transaction.call.ladders) == book()


@given(st.integers(1, 2000), st.floats(0.4, 2.5))
def test_a_maker_who_is_long_quotes_lower_and_one_who_is_short_higher(options: int, vol: float) -> None:
    flat, long, short = (_ladders(vol, held=held)[PUT] for held in (0, options, -options))

    for side in (0, 1):
        assert long[side][0].price <= flat[side][0].price <= short[side][0].price


def test_a_hundred_options_move_the_volatility_by_the_skew() -> None:
    long, lower = _ladders(CALM, held=100), _ladders(CALM * 0.98)

    assert [quote.price for quote in long[PUT][1]] == [quote.price for quote in lower[PUT][1]]


@given(st.floats(0.05, 2.99), st.floats(40.0, 400.0), st.integers(-8000, 8000), st.integers(0, 15 * 1440))
@example(0.75, 40.0, 0, 0)
def test_a_maker_never_crosses_itself_and_quotes_on_the_tick(vol: float, spot: float, held: int, minutes: int) -> None:
    ladders = _ladders(vol, spot, held, START_MS + minutes * MINUTE_MS)

    for bids, asks in ladders.values():
        prices = [quote.price for quote in (*reversed(bids), *asks)]
        assert prices == sorted(prices)
        assert all(price % TICK == 0 and price > 0 for price in prices)
        assert max((quote.price for quote in bids), default=0) < asks[0].price
        assert all(quote.quantity > 0 for quote in (*bids, *asks))


def test_every_listed_series_is_quoted_until_it_expires() -> None:
    expiry = parse_expiry("13MAR20")

    assert set(_ladders(now_ms=expiry - 1)) == set(SYMBOLS)
    assert set(_ladders(now_ms=expiry)) == {symbol for symbol in SYMBOLS if "27MAR20" in symbol}


def test_a_maker_sees_the_market_as_it_was_a_moment_ago() -> None:
    """The price falls from 140 to 100 dollars in five minutes; two seconds of that are 27 cents."""
    falling = truth(140.0, 100.0, vol=CALM)
    view = sight(falling, make_chain(chain_state(L2, book())))
    seen = falling.price(NOW_MS - MAKER_RULES.latency_ms) / PRICE_UNIT

    late = MAKER.ladders(view, _state(view), NOW_MS)

    assert late == _ladders(CALM, seen)
    assert late != _ladders(CALM, falling.price(NOW_MS) / PRICE_UNIT)


def test_a_maker_sends_one_transaction_at_each_refresh() -> None:
    (offer,) = MAKER.act(_view(), NOW_MS)

    assert offer.chain == L2
    assert isinstance(offer.transaction.call, Requote)
    assert (offer.transaction.call.venue, offer.transaction.call.maker) == ("book", "maker")
    assert offer.transaction.sender == "maker"


@given(st.integers(START_MS, START_MS + 10 * MINUTE_MS))
def test_refreshes_are_at_its_own_phase(now_ms: int) -> None:
    then = MAKER.next_ms(now_ms)

    assert now_ms < then <= now_ms + MAKER_RULES.refresh_ms
    assert (then - MAKER.offset_ms) % MAKER_RULES.refresh_ms == 0


THRIFTY = replace(MAKER, rules=replace(MAKER_RULES, gas_budget=30.0, caution=0.5))


def _at_gas_price(wei: int) -> Sight:
    view = _view()
    view.chains[L2].fee_quantile = lambda *_: wei  # type: ignore[method-assign]
    return view


def test_with_a_budget_for_gas_a_maker_quotes_less_often_where_gas_is_dear() -> None:
    """By hand: 60,000 and 9,000 for each quote, at 20 gwei and 140 dollars, against a sixth of a dollar a refresh."""
    quotes = 2 * MAKER_RULES.levels * len(_state(_view()).venues["book"].instruments())
    turns = -(-(60_000 + 9_000 * quotes) * 20e-9 * 140 // (30 * 20 / 3600))
    times = range(NOW_MS, NOW_MS + 40 * 60_000, MAKER_RULES.refresh_ms)

    def count(view: Sight) -> int:
        return sum(THRIFTY.is_turn(view, time_ms) for time_ms in times)

    assert turns > 5
    assert count(_at_gas_price(10**6)) == len(times)
    assert abs(count(_at_gas_price(20 * 10**9)) - len(times) / turns) <= 1
    assert all(MAKER.is_turn(_at_gas_price(20 * 10**9), time_ms) for time_ms in times)


def test_a_cautious_maker_is_wider_the_longer_its_quotes_stand() -> None:
    def spread(wei: int, maker: Maker) -> int:
        view = _at_gas_price(wei)
        return _spread(maker.ladders(view, _state(view), NOW_MS))

    assert spread(10**6, MAKER) < spread(10**6, THRIFTY) < spread(20 * 10**9, THRIFTY)
    assert spread(20 * 10**9, MAKER) == spread(10**6, MAKER)


def test_a_transaction_that_waits_is_replaced_by_a_dearer_one_with_new_quotes() -> None:
    view = _at_gas_price(10**6)
    (first,) = THRIFTY.act(view, NOW_MS)
    view.chains[L2].submit(first.transaction)

    (second,) = THRIFTY.act(view, NOW_MS + 40_000)

    assert second.replaces == first.transaction.id
    assert second.transaction.max_fee_wei > first.transaction.max_fee_wei
    assert first.replaces is None
