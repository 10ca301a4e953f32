from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry
from tests.venues.markets.random_venues import EXPIRY, MARKET, SYMBOL
from tests.venues.markets.stages import hybrid
from venues.markets.hybrid import Hybrid, HybridMarket, JitOffer, LimitOrder, rest
from venues.markets.ladder import quote
from venues.markets.venue import Fill, Side, Unfilled

MARK = 11_240_000
"""The oracle's price of the put at a volatility of one, on a grid of a tenth of a cent."""


def _with(**changes: object) -> Hybrid:
    venue = hybrid()
    return replace(venue, markets={SYMBOL: replace(venue.markets[SYMBOL], **changes)})  # type: ignore[arg-type]


def _bare(base: int = 1000, quote_: int = 1000) -> Hybrid:
    """Return a hybrid with nobody but the virtual maker."""
    return _with(base=base * OPTION_UNIT, quote=quote_ * OPTION_UNIT, jit_asks=(), jit_bids=(), asks=(), bids=())


def _fill(venue: Hybrid, side: Side, options: float) -> Fill:
    found = quote(venue, SYMBOL, side, round(options * OPTION_UNIT), MARKET)
    assert not isinstance(found, Unfilled), found
    return found


def _given(fill: Fill) -> dict[str, int]:
    return {share.account: abs(share.quantity) for share in fill.shares if share.quantity}


def test_the_oracles_price_is_the_model_price_on_the_grid() -> None:
    assert hybrid().mark(SYMBOL, MARKET) == MARK


def test_the_cheapest_trade_first_whoever_they_are() -> None:
    """The near maker joins at the third slot, 0.15 % over the oracle; the virtual maker's own price is above that."""
    one, many = _fill(hybrid(), "buy", 4), _fill(hybrid(), "buy", 40)

    assert _given(one) == {"near": 4 * OPTION_UNIT}
    assert _given(many)["near"] == 5 * OPTION_UNIT
    assert _given(many)["far"] == 7 * OPTION_UNIT
    assert _given(many)["rival"] == 3 * OPTION_UNIT
    assert "seller" not in _given(many)
    assert sum(_given(many).values()) == 40 * OPTION_UNIT


def test_a_just_in_time_maker_is_paid_the_price_of_the_slot_it_joins_at() -> None:
    """By hand: 0.1 % over 11.240 is 11.25124; ten slots of 0.00562; slot 3 is 11.25686, cut to 11.256."""
    share = _fill(hybrid(), "buy", 1).shares[0]

    assert (share.account, share.cash) == ("near", 11_256_000)


def test_a_maker_who_wants_more_than_the_auction_ever_gives_does_not_join() -> None:
    greedy = _with(jit_asks=(JitOffer("greedy", 5_001, 5 * OPTION_UNIT),))

    assert "greedy" not in _given(_fill(greedy, "buy", 100))


def test_what_is_taken_is_gone() -> None:
    venue, order = hybrid(), quote(hybrid(), SYMBOL, "buy", 4 * OPTION_UNIT, MARKET)
    assert not isinstance(order, Unfilled)

    outcome = venue.execute(order.order, MARKET)

    assert not isinstance(outcome, Unfilled)
    assert outcome[0].markets[SYMBOL].jit_asks == (
        JitOffer("near", 1000, OPTION_UNIT),
        JitOffer("far", 4000, 7 * OPTION_UNIT),
    )


@pytest.mark.parametrize(("base", "quote_"), [(1000, 900), (1000, 1000), (1000, 1100)])
def test_the_virtual_maker_never_sells_below_the_oracle_nor_buys_above_it(base: int, quote_: int) -> None:
    venue = _bare(base, quote_)
    bought, sold = _fill(venue, "buy", 1), _fill(venue, "sell", 1)

    assert bought.cash - bought.fee >= MARK
    assert sold.cash + sold.fee <= MARK


def test_the_virtual_maker_quotes_a_constant_product_with_its_spread() -> None:
    """By hand: 100 of 1000 bought at par cost 1000 * 100 / 900 at the oracle's price, and 0.2 % on top."""
    fill = _fill(_bare(), "buy", 100)

    assert fill.cash - fill.fee == pytest.approx(1000 * 100 / 900 * MARK * 1.002, abs=4)


def test_the_taker_fee_goes_to_its_account() -> None:
    fill = _fill(hybrid(), "sell", 3)

    assert fill.shares[-1].account == "mix.fees"
    assert fill.shares[-1].cash == fill.fee == -(-(fill.cash + fill.fee) // 1000)


@pytest.mark.parametrize(("side", "price", "rests"), [("buy", 11.2, True), ("buy", 11.3, False), ("sell", 11.2, False)])
def test_an_order_rests_only_on_its_side_of_the_oracle(side: Side, price: float, rests: bool) -> None:
    order = LimitOrder("new", round(price * USDC_UNIT), OPTION_UNIT)

    outcome = rest(hybrid(), SYMBOL, side, order, MARKET)

    assert isinstance(outcome, Hybrid) == rests
    if isinstance(outcome, Hybrid):
        assert outcome.markets[SYMBOL].bids[-1] == order
    else:
        assert outcome.cause == Cause.REJECTED


def test_equal_prices_trade_in_the_order_of_arrival_and_orders_before_offers() -> None:
    price = 11_256_000
    venue = _with(asks=(LimitOrder("first", price, OPTION_UNIT), LimitOrder("second", price, OPTION_UNIT)))

    assert list(_given(_fill(venue, "buy", 2.5))) == ["first", "second", "near"]


def test_nothing_is_traded_at_expiry() -> None:
    late = replace(MARKET, now_ms=parse_expiry(EXPIRY))

    assert isinstance(quote(hybrid(), SYMBOL, "buy", OPTION_UNIT, late), Unfilled)
    assert hybrid().capacity(SYMBOL, "buy", late) == 0


@given(st.integers(1, 400), st.sampled_from(["buy", "sell"]))
def test_the_reserves_of_the_virtual_maker_keep_their_product(options: int, side: Side) -> None:
    venue = hybrid()
    before: HybridMarket = venue.markets[SYMBOL]
    fill = _fill(venue, side, options)
    outcome = venue.execute(fill.order, MARKET)
    assert not isinstance(outcome, Unfilled)
    after = outcome[0].markets[SYMBOL]

    assert after.base * after.quote >= before.base * before.quote
    assert after.base * after.quote <= before.base * before.quote + 2 * max(before.base, after.base)
