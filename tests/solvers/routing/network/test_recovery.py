import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.routing.network.certificate import dual_bound, exact_fills, executable, net_trade
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.recovery import best_trades
from tests.solvers.routing.network.random_networks import problems, stress_case
from venues.seeds import generator


@settings(deadline=None, max_examples=50)
@given(problems(), st.integers(0, 99))
def test_trades_at_any_prices_are_shortened_until_nothing_runs_short(problem: tuple[Network, Aim], seed: int) -> None:
    network, aim = problem
    price = np.exp(generator(seed, "any").normal(0, 2, network.tokens))
    trades = best_trades(network.families, price, exact_fills(network))

    psi, value = executable(network, aim, trades)

    assert value >= 0.0
    assert psi == pytest.approx(net_trade(network, trades), rel=1e-12, abs=1e-12)
    reach = sum(np.abs(family).sum() for family in trades) + 1.0
    assert np.all(psi + aim.stock >= -1e-9 * reach)


@settings(deadline=None, max_examples=50)
@given(problems(), st.integers(0, 99))
def test_any_prices_give_a_bound_that_no_route_exceeds(problem: tuple[Network, Aim], seed: int) -> None:
    network, aim = problem
    chance = generator(seed, "any")
    price = (aim.utility + chance.random(network.tokens)) * np.exp(chance.normal(0, 1, network.tokens))

    assert solve_dual(network, aim).value <= dual_bound(network, aim, price) * (1 + 1e-9) + 1e-9


def test_prices_of_zero_prove_nothing() -> None:
    network, aim = stress_case(0)

    assert dual_bound(network, aim, np.zeros(network.tokens)) == np.inf
