import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.small_world import (
    L2,
    MINUTE_MS,
    START_MS,
    SYMBOLS,
    Sight,
    amm,
    chain_state,
    make_chain,
    pool,
    sight,
    truth,
)
from venues.calls.upkeep import Trade
from venues.chains.background import DemandStep
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.markets.arbitrage import BASE_FEE_HEADROOM, TIP_WEI, Arbitrageur, option_opportunity, pool_opportunity
from venues.markets.cpmm import SpotPool
from venues.markets.venue import Market, Order, Unfilled
from venues.pricing.fixed_point import ONE

NOW_MS = START_MS + MINUTE_MS
GAMMA = 0.997

true_prices = st.integers(70 * PRICE_UNIT, 280 * PRICE_UNIT)
vols = st.floats(0.5, 3.0)


def _market(spot: int = 140 * PRICE_UNIT) -> Market:
    return Market(now_ms=NOW_MS, spot=spot)


def _after(venue: SpotPool, order: Order) -> tuple[SpotPool, int]:
    outcome = venue.execute(order, _market())
    assert not isinstance(outcome, Unfilled)
    return outcome[0], outcome[1].cash


@given(st.integers(10, 10**6), true_prices)
def test_after_its_trade_the_pool_is_within_the_fee_of_the_true_price(ether: int, true_price: int) -> None:
    order = pool_opportunity(pool(ether=ether), true_price, 0.0)
    assume(order is not None)

    assert order is not None
    after, _ = _after(pool(ether=ether), order)
    assert GAMMA * (1 - 1e-6) <= true_price / after.spot <= (1 + 1e-6) / GAMMA


@given(st.integers(10, 10**6), true_prices, st.floats(0, 100))
def test_a_pool_trade_earns_more_than_its_gas_even_at_its_bound(ether: int, true_price: int, gas_usd: float) -> None:
    order = pool_opportunity(pool(ether=ether), true_price, gas_usd)
    assume(order is not None)

    assert order is not None
    worth = order.quantity * true_price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)
    _, cash = _after(pool(ether=ether), order)
    sign = 1 if order.side == "buy" else -1
    assert sign * (worth - cash) / USDC_UNIT > 1.5 * gas_usd
    assert sign * (worth - order.bound) / USDC_UNIT > 0.7 * gas_usd
    assert (order.side == "buy") == (true_price > 140 * PRICE_UNIT)


@pytest.mark.parametrize("dollars", [139.6, 139.9, 140.0, 140.1, 140.4])
def test_within_the_fee_of_the_true_price_a_pool_is_left_alone(dollars: float) -> None:
    assert pool_opportunity(pool(ether=10**6), round(dollars * PRICE_UNIT), 0.0) is None


def test_a_pool_is_left_alone_when_the_gas_eats_the_edge() -> None:
    """At 150 dollars the edge on 4,000 ether at 140 is some 600 dollars."""
    dear = [gas for gas in (10, 100, 300, 1000) if pool_opportunity(pool(), 150 * PRICE_UNIT, gas) is None]

    assert dear == [1000]


def test_the_best_pool_trade_is_the_one_that_is_made() -> None:
    order = pool_opportunity(pool(), 150 * PRICE_UNIT, 0.0)
    assert order is not None

    def edge(quantity: int) -> float:
        return quantity * 150 * USDC_UNIT / ETH_UNIT - pool().cost(quantity)

    assert edge(order.quantity) > max(edge(order.quantity * 99 // 100), edge(order.quantity * 101 // 100))


@given(vols, vols, true_prices, true_prices, st.floats(0, 100))
def test_options_are_only_bought_below_their_fair_value_and_only_sold_above_it(
    venue_vol: float, true_vol: float, spot: int, true_price: int, gas_usd: float
) -> None:
    market, true = _market(spot), truth(true_price / PRICE_UNIT, vol=true_vol)
    order = option_opportunity(amm(vol=venue_vol), market, true, gas_usd)
    assume(order is not None)

    assert order is not None
    outcome = amm(vol=venue_vol).execute(order, market)
    assert not isinstance(outcome, Unfilled)
    fair = float(true.fair([order.instrument], NOW_MS)[0]) * order.quantity / OPTION_UNIT
    cash = outcome[1].cash / USDC_UNIT
    gain = fair - cash if order.side == "buy" else cash - fair
    assert gain >= 1.5 * gas_usd + 0.02 * fair - 1e-5


@pytest.mark.parametrize(("venue_vol", "side"), [(0.8, "buy"), (1.25, "sell")])
def test_cheap_volatility_is_bought_and_dear_volatility_sold(venue_vol: float, side: str) -> None:
    order = option_opportunity(amm(vol=venue_vol), _market(), truth(140.0), 0.0)

    assert order is not None
    assert order.side == side
    assert order.quantity == amm().rules.standard_size


def test_an_option_maker_at_fair_volatility_is_left_alone() -> None:
    assert option_opportunity(amm(), _market(), truth(140.0), 0.0) is None


def test_an_option_maker_is_left_alone_when_the_gas_eats_the_edge() -> None:
    dear = [gas for gas in (0, 10, 10_000) if option_opportunity(amm(vol=0.8), _market(), truth(140.0), gas) is None]

    assert dear == [10_000]


def test_an_option_maker_without_a_price_is_left_alone() -> None:
    assert option_opportunity(amm(vol=0.5), _market(0), truth(140.0), 0.0) is None


def test_what_the_venue_lists_but_does_not_trade_hides_no_opportunity() -> None:
    """A stale price is furthest from fair deep in the money, where the venue does not trade."""
    market = _market(180 * PRICE_UNIT)
    true = truth(150.0)
    edges = dict(zip(SYMBOLS, abs(true.fair(SYMBOLS, NOW_MS) - truth(180.0).fair(SYMBOLS, NOW_MS)), strict=True))
    widest = max(edges, key=lambda name: edges[name])
    open_order = Order(venue="amm", instrument=widest, side="sell", quantity=amm().rules.standard_size, bound=0)

    order = option_opportunity(amm(), market, true, 0.0)

    assert isinstance(amm().execute(open_order, market), Unfilled)
    assert order is not None
    assert order.instrument != widest


@given(vols)
def test_repeated_arbitrage_brings_the_volatility_near_the_true_one_and_stops(true_vol: float) -> None:
    venue, true = amm(vol=1.5), truth(140.0, vol=true_vol)
    for _ in range(1000):
        order = option_opportunity(venue, _market(), true, 0.0)
        if order is None:
            break
        outcome = venue.execute(order, _market())
        assert not isinstance(outcome, Unfilled)
        venue = outcome[0]

    assert order is None
    for board in venue.boards.values():
        assert math.isclose(board.base_iv / ONE, true_vol, rel_tol=0.35)


def _sight(rules: ChainRules = ROLLUP_2S, gwei: float = 1.0, dollars: float = 150.0) -> Sight:
    state = chain_state(L2, pool(), amm())
    step = DemandStep(0, 0.0, gwei, 0.1, (1.0, 0.0, 0.0, 0.0))
    return sight(truth(dollars), make_chain(state, rules, step))


def _trader(*venues: str) -> Arbitrageur:
    return Arbitrageur(name="trader", chain=L2, venues=venues, period_ms=30_000, offset_ms=7_000)


def test_an_arbitrageur_sends_an_order_for_each_venue_that_is_wrong() -> None:
    offers = _trader("pool", "amm").act(_sight(), NOW_MS)

    orders = [offer.transaction.call.orders for offer in offers if isinstance(offer.transaction.call, Trade)]
    assert [[order.venue for order in sent] for sent in orders] == [["pool"], ["amm"]]


def test_an_arbitrageur_sends_nothing_where_nothing_is_wrong() -> None:
    assert _trader("pool", "amm").act(_sight(dollars=140.0), NOW_MS) == ()


@pytest.mark.parametrize("gwei", [5.0, 50.0])
def test_where_there_is_no_base_fee_an_arbitrageur_pays_what_it_reckoned_with(gwei: float) -> None:
    (offer,) = _trader("pool").act(_sight(ETHEREUM_2020, gwei), NOW_MS)

    assert offer.transaction.max_fee_wei == gwei * 10**9


def test_where_there_is_a_base_fee_an_arbitrageur_leaves_room_for_it_to_rise() -> None:
    (offer,) = _trader("pool").act(_sight(), NOW_MS)

    expected = ROLLUP_2S.base_fee.minimum_wei + TIP_WEI if ROLLUP_2S.base_fee else 0
    assert offer.transaction.max_fee_wei == expected * BASE_FEE_HEADROOM


def test_gas_that_is_too_dear_keeps_an_arbitrageur_away() -> None:
    assert _trader("pool").act(_sight(ETHEREUM_2020, 50_000.0), NOW_MS) == ()


@given(st.integers(START_MS, START_MS + 10 * MINUTE_MS))
def test_an_arbitrageur_looks_at_its_own_phase(now_ms: int) -> None:
    then = _trader().next_ms(now_ms)

    assert now_ms < then <= now_ms + 30_000
    assert (then - 7_000) % 30_000 == 0
