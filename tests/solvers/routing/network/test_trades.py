import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.routing.network.basket_trade import add_baskets, trade_baskets
from solvers.routing.network.certificate import question_of
from solvers.routing.network.compiled import Floats
from solvers.routing.network.evaluation import evaluate
from solvers.routing.network.markets import Pairs
from solvers.routing.network.network import Network, arbitrage
from solvers.routing.network.offer_trade import Anchor
from solvers.routing.network.pair_trade import pair_output
from solvers.routing.network.pools import add_pools, prepare, tender_pools
from solvers.routing.network.stable_trade import add_stables, invariant, stable_output, tender_stables
from tests.solvers.routing.network.random_networks import random_network
from venues.seeds import generator

seeds = st.integers(0, 2**32)
NONE = np.empty((0, 0))


def drawn(seed: int, counts: list[int]) -> tuple[Network, Floats]:
    chance = generator(seed, "trades")
    network, price = random_network(chance, 3, counts)
    return network, price * np.exp(chance.normal(0, 0.3, 3))


def add_pairs(pairs: Pairs, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    return add_pools(prepare(pairs), price, flow, curvature)


def tender_pairs(pairs: Pairs, price: Floats, tender: Floats) -> None:
    tender_pools(prepare(pairs), price, tender)


def anchor_of(network: Network, price: Floats) -> Anchor:
    fills = generator(1, "fills").random(len(network.offers.rate))
    return Anchor(fills, price * 1.01, 50.0)


@settings(deadline=None, max_examples=50)
@given(seeds)
def test_the_flow_is_the_slope_of_the_dual(seed: int) -> None:
    network, price = drawn(seed, [2, 2, 2, 2])
    question, anchor = question_of(network, arbitrage(np.ones(3))), anchor_of(network, price)
    flow, trash = np.empty(3), np.empty(3)

    value, volume = evaluate(question, anchor, price, flow, NONE)

    for k in range(3):
        up, down = price.copy(), price.copy()
        up[k], down[k] = price[k] * (1 + 1e-6), price[k] * (1 - 1e-6)
        rise = evaluate(question, anchor, up, trash, NONE)[0] - evaluate(question, anchor, down, trash, NONE)[0]
        assert rise / 2e-6 == pytest.approx(price[k] * flow[k], rel=1e-3, abs=1e-4 * (volume + abs(value)) + 1e-3)


@settings(deadline=None, max_examples=50)
@given(seeds)
def test_the_curvature_of_pools_is_a_laplacian(seed: int) -> None:
    network, price = drawn(seed, [3, 3, 3, 0])
    question, anchor = question_of(network, arbitrage(np.ones(3))), anchor_of(network, price)
    curvature = np.empty((3, 3))

    evaluate(question, anchor, price, np.empty(3), curvature)

    full = np.tril(curvature) + np.tril(curvature, -1).T
    assert full.sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-9 * np.abs(full).max())
    assert np.all(np.tril(curvature, -1) <= 0)


@settings(deadline=None, max_examples=50)
@given(seeds)
def test_the_curvature_is_the_slope_of_the_flow(seed: int) -> None:
    network, price = drawn(seed, [1, 1, 1, 0])
    question, anchor = question_of(network, arbitrage(np.ones(3))), anchor_of(network, price)
    curvature, up, down = np.empty((3, 3)), np.empty(3), np.empty(3)
    evaluate(question, anchor, price, np.empty(3), curvature)
    full = np.tril(curvature) + np.tril(curvature, -1).T

    for k in range(3):
        more, less = price.copy(), price.copy()
        more[k], less[k] = price[k] * (1 + 1e-6), price[k] * (1 - 1e-6)
        evaluate(question, anchor, more, up, NONE)
        evaluate(question, anchor, less, down, NONE)
        slope = price * (up - down) / 2e-6
        assert slope == pytest.approx(full[k], rel=1e-2, abs=1e-3 * np.abs(full).max() + 1e-2)


@settings(deadline=None, max_examples=50)
@given(seeds)
def test_a_pool_pays_for_its_best_trade_what_the_dual_says(seed: int) -> None:
    network, price = drawn(seed, [1, 0, 1, 0])
    for add, tender, output, pools in (
        (add_pairs, tender_pairs, pair_output, network.pairs),
        (add_stables, tender_stables, stable_output, network.stables),
    ):
        flow, signed = np.zeros(3), np.empty(1)

        add(pools, price, flow, NONE)
        tender(pools, price, signed)

        give, take = (pools.first, pools.second) if signed[0] >= 0 else (pools.second, pools.first)
        assert -flow[give[0]] == pytest.approx(abs(signed[0]), rel=1e-9, abs=1e-9)
        assert flow[take[0]] == pytest.approx(output(pools, 0, signed[0]), rel=1e-7, abs=1e-7)


@settings(deadline=None, max_examples=50)
@given(seeds, st.floats(1e-6, 10.0))
def test_no_other_trade_with_a_pool_is_worth_more(seed: int, share: float) -> None:
    network, price = drawn(seed, [1, 0, 1, 0])
    for add, output, pools, held in (
        (add_pairs, pair_output, network.pairs, network.pairs[2:4]),
        (add_stables, stable_output, network.stables, network.stables[2:4]),
    ):
        best, _ = add(pools, price, np.zeros(3), NONE)

        for sign, give, take, reserve in ((1, 0, 1, held[0]), (-1, 1, 0, held[1])):
            amount = share * reserve[0]
            profit = output(pools, 0, sign * amount) * price[pools[take][0]] - amount * price[pools[give][0]]
            assert profit <= best + 1e-9 * amount * price[pools[give][0]]


@settings(deadline=None, max_examples=50)
@given(seeds)
def test_a_weighted_pool_keeps_its_invariant(seed: int) -> None:
    network, price = drawn(seed, [0, 1, 0, 0])
    pool, trade = network.baskets, np.empty(3)

    trade_baskets(pool, price, trade)

    after = pool.reserves - np.where(trade < 0, pool.gamma[0] * trade, trade)
    assert pool.weights @ np.log(after / pool.reserves) == pytest.approx(0.0, abs=1e-12)
    assert trade @ price[pool.tokens] == pytest.approx(
        add_baskets(pool, price, np.zeros(3), NONE)[0], rel=1e-9, abs=1e-9
    )


def test_the_free_pool_of_one_and_one_at_double_price_trades_the_square_root() -> None:
    network, _ = drawn(0, [1, 0, 0, 0])
    one = np.ones(1)
    pool = network.pairs._replace(
        first=np.array([0]),
        second=np.array([1]),
        reserve_first=one,
        reserve_second=one,
        weight_first=one / 2,
        gamma=one,
    )
    flow = np.zeros(2)

    add_pairs(pool, np.array([2.0, 1.0]), flow, NONE)

    # Exact: tender sqrt(2) - 1 of the second token for 1 - sqrt(1/2) of the first.
    assert flow == pytest.approx([1 - 0.5**0.5, 1 - 2**0.5], rel=1e-15)


def test_prices_within_the_fee_leave_a_pool_alone() -> None:
    network, _ = drawn(3, [1, 0, 0, 0])
    pool = network.pairs._replace(gamma=np.array([0.97]))
    price = np.ones(3)
    spot = pool.weight_first[0] * pool.reserve_second[0] / ((1 - pool.weight_first[0]) * pool.reserve_first[0])
    price[pool.first[0]], price[pool.second[0]] = spot * 1.02, 1.0
    flow = np.zeros(3)

    assert add_pairs(pool, price, flow, NONE) == (0.0, 0.0)
    assert not flow.any()


def test_balances_of_equal_worth_have_their_sum_as_invariant() -> None:
    assert invariant(85.0, 3.0, 3.0) == pytest.approx(6.0, rel=1e-15)
