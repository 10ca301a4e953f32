"""Arbitrage at venues that say themselves what is best."""

import pytest

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from solvernet.market_parts import RangePart
from solvernet.rules import position, sqrt_price
from tests.venues.small_world import L2, START_MS, truth
from venues.markets.concentrated import ConcentratedPool, PoolTerms, concentrated_pool
from venues.markets.curve_arbitrage import Threshold, curve_opportunity
from venues.markets.venue import Market, Unfilled

MARKET = Market(now_ms=START_MS, spot=140 * PRICE_UNIT)
EASY = Threshold(usd=0.0, margin=0.0)


def pool(dollars: int) -> ConcentratedPool:
    price = dollars * PRICE_UNIT
    terms = PoolTerms(fee_pips=3_000, spacing=60, ether_token=0, sqrt_price=sqrt_price(price))
    return concentrated_pool("range", L2, terms, [position(RangePart(ether=500.0, width_percent=50.0), price, 60)])


@pytest.mark.parametrize(("dollars", "side"), [(130, "buy"), (150, "sell")])
def test_the_trade_brings_the_pool_to_the_true_price_but_for_its_fee(dollars: int, side: str) -> None:
    venue = pool(dollars)

    order = curve_opportunity(venue, MARKET, truth(140.0), EASY)

    assert order is not None
    assert order.side == side
    outcome = venue.execute(order, MARKET)
    assert not isinstance(outcome, Unfilled)
    after = outcome[0].marginal_price("ETH", order.side, MARKET)
    assert after == pytest.approx(140 * USDC_UNIT / ETH_UNIT, rel=1e-6)


def test_it_keeps_half_of_the_edge_at_its_bound() -> None:
    order = curve_opportunity(pool(130), MARKET, truth(140.0), EASY)

    assert order is not None
    assert order.bound < order.quantity * 140 * USDC_UNIT / ETH_UNIT


def test_nothing_is_sent_that_earns_less_than_the_threshold() -> None:
    assert curve_opportunity(pool(130), MARKET, truth(140.0), Threshold(usd=1e9, margin=0.0)) is None


def test_a_pool_at_the_market_tempts_nobody() -> None:
    assert curve_opportunity(pool(140), MARKET, truth(140.0), EASY) is None
