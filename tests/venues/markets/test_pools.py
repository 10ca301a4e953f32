"""Weighted, StableSwap and tick-linear venues: what is theirs alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC, USDC_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry
from tests.venues.markets.random_venues import EXPIRY, MARKET, OTHER, SYMBOL
from tests.venues.markets.stages import DAI, WEI, stable, three_tokens, ticks, weighted
from venues.markets.ladder import quote
from venues.markets.math import curve_stableswap as curve
from venues.markets.pool import Pool
from venues.markets.venue import Fill, Side, Unfilled
from venues.markets.weighted import equal_parts


def _fill(venue: Pool, name: str, side: Side, quantity: int, spot: int = MARKET.spot) -> Fill:
    found = quote(venue, name, side, quantity, replace(MARKET, spot=spot))  # type: ignore[arg-type]
    assert not isinstance(found, Unfilled), found
    return found


def test_equal_weights_are_a_constant_product() -> None:
    tokens = equal_parts([(ETH, 1000 * WEI, 18), (USDC, 140_000 * USDC_UNIT, 6)])
    pool = replace(weighted(), tokens=tokens, fee=0)

    assert _fill(pool, ETH, "sell", 10 * WEI).cash == pytest.approx(140_000 * USDC_UNIT * 10 / 1010, abs=10)


def test_weights_set_the_price() -> None:
    """By hand: 4000 ether at 80 % against 140,000 dollars at 20 % is (140,000 / 0.2) / (4000 / 0.8) = 140."""
    price = weighted(fee=0).marginal_price(ETH, "buy", MARKET)

    assert price == pytest.approx(140 * USDC_UNIT / WEI)


@pytest.mark.parametrize(("side", "part"), [("buy", 0.3), ("sell", 0.3)])
def test_a_weighted_pool_takes_at_most_thirty_per_cent(side: Side, part: float) -> None:
    pool = weighted(fee=10**13)
    most = pool.capacity(ETH, side, MARKET)

    assert most / (4000 * WEI) == pytest.approx(part, rel=1e-3)
    assert isinstance(quote(pool, ETH, side, most + 1, MARKET), Unfilled)
    assert isinstance(quote(pool, ETH, side, most, MARKET), Fill)


def test_a_sale_to_a_stable_pool_is_curves_exchange() -> None:
    pool = three_tokens()
    balances, terms = [t.balance for t in pool.tokens], curve.Terms(amp=pool.amp, fee=pool.fee, offpeg=pool.offpeg)
    rates = [pool.tokens[0].rate * 140, *(t.rate for t in pool.tokens[1:])]

    assert _fill(pool, DAI, "sell", 5000 * WEI).cash == curve.exchange(balances, rates, (2, 1, 5000 * WEI), terms)


@given(st.integers(1, 3000))
def test_a_purchase_is_the_smallest_payment_that_brings_it(ether: int) -> None:
    pool = stable()
    balances, terms = [t.balance for t in pool.tokens], curve.Terms(amp=pool.amp, fee=pool.fee, offpeg=pool.offpeg)
    rates = [pool.tokens[0].rate * 140, pool.tokens[1].rate]

    paid = _fill(pool, ETH, "buy", ether * WEI).cash

    assert curve.exchange(balances, rates, (1, 0, paid), terms) >= ether * WEI
    assert curve.exchange(balances, rates, (1, 0, paid - 1), terms) < ether * WEI


def test_a_pool_with_an_oracle_rate_follows_the_oracle() -> None:
    here, there = (_fill(stable(), ETH, "sell", WEI, spot * PRICE_UNIT).cash for spot in (140, 280))

    assert there / here == pytest.approx(2.0, rel=0.02)


def test_the_tokens_of_a_pool_share_its_balance_of_cash() -> None:
    pool = three_tokens()
    before = _fill(pool, DAI, "sell", 10_000 * WEI).cash
    outcome = pool.execute(_fill(pool, ETH, "sell", 1000 * WEI).order, MARKET)
    assert not isinstance(outcome, Unfilled)

    assert _fill(outcome[0], DAI, "sell", 10_000 * WEI).cash < before


def test_a_put_is_priced_on_its_strike_and_a_call_on_the_oracle() -> None:
    prices = {
        (name, spot): ticks().marginal_price(name, "buy", replace(MARKET, spot=spot * PRICE_UNIT))
        for name in (SYMBOL, OTHER)
        for spot in (100, 200)
    }

    assert prices[SYMBOL, 100] == prices[SYMBOL, 200]
    assert prices[OTHER, 200] == pytest.approx(2 * (prices[OTHER, 100] or 0))


def test_the_cost_in_a_tick_is_quadratic_and_the_fee_a_part_of_it() -> None:
    """By hand: at contract 50 the price is 0.10 and rises by 0.04 over 20; 5 cost 0.10 * 5 + 0.001 * 25, times 140."""
    fill = _fill(ticks(), SYMBOL, "buy", 5 * OPTION_UNIT)
    premium = (0.1 * 5 + 0.04 / (2 * 20) * 25) * 140

    assert (fill.cash - fill.fee) / USDC_UNIT == pytest.approx(premium, abs=1e-6)
    assert fill.fee / USDC_UNIT == pytest.approx(0.03 * premium, abs=1e-6)


def test_the_fee_on_a_cheap_option_is_a_part_of_its_notional() -> None:
    here = ticks().markets[OTHER]
    cheap = replace(ticks(), markets={OTHER: replace(here, place=OPTION_UNIT)})

    fill = _fill(cheap, OTHER, "buy", OPTION_UNIT)

    assert fill.fee == 140 * 3 * USDC_UNIT // 1000


def test_a_seller_of_an_option_cheaper_than_its_fee_receives_nothing_and_pays_nothing() -> None:
    here = ticks().markets[OTHER]
    cheap = replace(ticks(), markets={OTHER: replace(here, place=OPTION_UNIT // 10)})

    assert _fill(cheap, OTHER, "sell", OPTION_UNIT // 10).cash == 0


def test_series_end_at_expiry() -> None:
    late = replace(MARKET, now_ms=parse_expiry(EXPIRY))
    refused = quote(ticks(), SYMBOL, "buy", OPTION_UNIT, late)

    assert isinstance(refused, Unfilled)
    assert refused.cause == Cause.NO_LIQUIDITY
