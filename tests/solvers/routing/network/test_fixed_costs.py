from itertools import product

import numpy as np
import pytest

from benchmarks.routing_network import cow
from solvers.routing.network.certificate import net_trade
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.errors import UnpricedMarketError
from solvers.routing.network.fixed_costs import Limits, cost_of, over, solve_exact
from solvers.routing.network.network import Aim, Network, swap
from solvers.routing.network.tangents import directions_of, tangent
from tests.solvers.routing.network.random_networks import random_network
from venues.seeds import generator


def small(seed: int) -> tuple[Network, Aim, np.ndarray]:
    chance = generator(seed, "fixed costs")
    network, price = random_network(chance, 3, [3, 0, 1, 0] if seed % 2 else [5, 0, 0, 0])
    amount = 10.0 ** chance.uniform(2, 5)
    aim = swap(3, 0, amount / price[0], 1)
    return network, aim, chance.uniform(0, 0.02, network.markets) * amount / price[1]


@pytest.mark.parametrize("seed", range(12))
def test_no_choice_of_markets_is_better(seed: int) -> None:
    network, aim, costs = small(seed)

    solution = solve_exact(network, aim, costs)

    choices = product([False, True], repeat=network.markets)
    best = max(over(network, aim, costs, np.array(choice)).value for choice in choices)
    assert solution.value == pytest.approx(best, rel=2e-5)
    assert solution.bound >= best * (1 - 1e-7)
    assert solution.value <= solution.bound


@pytest.mark.parametrize("seed", [1, 3])
def test_markets_that_cost_nothing_are_routed_over_as_ever(seed: int) -> None:
    network, aim, costs = small(seed)

    solution = solve_exact(network, aim, 0.0 * costs)

    assert solution.value == pytest.approx(solve_dual(network, aim).value, rel=2e-5)
    assert solution.ended == "optimal"


def test_nothing_is_traded_where_every_market_costs_more_than_it_brings() -> None:
    network, aim, costs = small(2)

    solution = solve_exact(network, aim, costs + 1e9)

    assert solution.value == 0.0
    assert solution.bound == 0.0
    assert not solution.psi.any()


def test_the_value_is_what_the_trades_bring_less_what_the_markets_cost() -> None:
    network, aim, costs = small(5)

    solution = solve_exact(network, aim, costs)

    brought = float(aim.utility @ net_trade(network, solution.trades))
    assert solution.value == pytest.approx(brought - cost_of(solution.trades, costs), rel=1e-9)


@pytest.mark.parametrize(("trade", "net"), [(cow.TRADES[1], 232491.9), (cow.TRADES[4], 120547.1)])
def test_a_real_auction_is_closed_to_a_hundredth_of_a_percent(trade: tuple[float, str, str], net: float) -> None:
    instance, costs = cow.trade(*trade)

    solution = solve_exact(instance.network, instance.aim, costs)

    assert solution.gap <= 1e-4
    assert solution.value == pytest.approx(net, rel=1e-5)


def test_a_search_without_rounds_still_returns_a_route_and_a_bound() -> None:
    network, aim, costs = small(3)

    hasty, patient = solve_exact(network, aim, costs, Limits(rounds=0)), solve_exact(network, aim, costs)

    assert 0.0 < hasty.value <= patient.bound
    assert hasty.bound >= patient.value


def test_pools_of_several_tokens_are_refused() -> None:
    network, price = random_network(generator(1, "baskets"), 3, [2, 1, 0, 0])
    aim = swap(3, 0, 100.0 / price[0], 1)

    with pytest.raises(UnpricedMarketError, match="pools of several tokens"):
        solve_exact(network, aim, np.ones(network.markets))


@pytest.mark.parametrize("seed", range(6))
def test_tangents_touch_their_curve_and_lie_above_it(seed: int) -> None:
    network, aim, _ = small(seed)
    ways = directions_of(network, aim.stock)
    shares = np.array([1e-6, 1e-3, 0.1, 1.0])

    for way, most in enumerate(ways.most):
        lines = [tangent(network, ways, way, float(share * most)) for share in shares]
        heights = np.array([[height + slope * share * most for share in shares] for height, slope in lines])
        curve = np.diag(heights)
        assert np.all(heights >= curve * (1 - 1e-9))
        assert np.all(np.diff(curve) > 0)
