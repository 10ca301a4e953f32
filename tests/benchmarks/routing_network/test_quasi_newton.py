"""A peer that is wrong would be no peer."""

import numpy as np
import pytest

from benchmarks.routing_network.instances import cfmm_router as scaling_instance
from benchmarks.routing_network.instances import convex_flows
from benchmarks.routing_network.peers import QUASI_NEWTON, gap_of
from benchmarks.routing_network.quasi_newton import cfmm_router, find_arbitrage
from solvers.routing.network.dual import solve_dual
from solvers.routing.network.pair_trade import pair_output

CASES = [convex_flows(60, 3), scaling_instance(60, 2, 3)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("method", [method for method, _ in QUASI_NEWTON])
def test_quasi_newton_finds_the_value_that_the_dual_engine_proves(case, method) -> None:
    found, ours = method(case.network, case.aim), solve_dual(case.network, case.aim)

    assert found.value == pytest.approx(ours.value, rel=1e-6)
    assert gap_of(case.network, case.aim, found.prices) < 1e-6


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_closed_forms_of_the_peer_trade_on_the_curve_of_each_pool(case) -> None:
    pairs, trades = case.network.pairs, np.empty((len(case.network.pairs.gamma), 4))

    find_arbitrage(pairs, case.aim.utility * 1.5, trades)

    used = np.flatnonzero(trades[:, :2].sum(axis=1) > 0)
    assert len(used) > len(trades) // 2
    for i in used:
        first_in, second_in, first_out, second_out = trades[i]
        assert first_in == 0.0 or second_in == 0.0
        paid = pair_output(pairs, i, first_in if first_in > 0 else -second_in)
        assert first_out + second_out == pytest.approx(paid, rel=1e-9)


def test_the_peer_recovers_the_trades_that_its_prices_ask_for() -> None:
    case = CASES[0]

    found = cfmm_router(case.network, case.aim)

    pairs, left = case.network.pairs, np.zeros(case.network.tokens)
    np.add.at(left, pairs.first, found.trades[:, 2] - found.trades[:, 0])
    np.add.at(left, pairs.second, found.trades[:, 3] - found.trades[:, 1])
    assert case.aim.utility @ left == pytest.approx(found.value, rel=1e-6)
