import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from solvers.routing.network.certificate import Solution, dual_bound, net_trade
from solvers.routing.network.convex import solve_convex
from solvers.routing.network.dual import Budget, solve_dual
from solvers.routing.network.markets import Baskets, Offers, Pairs, offers_of_constant_sums
from solvers.routing.network.network import Aim, Network, arbitrage, limit_swap, swap
from tests.solvers.routing.network.random_networks import problems, stress_case

OPTIMA = Path(__file__).parents[4] / "../shared/vectors/routing/optimum_values.json"
"""Pools from Angeris et al. and CFMMRouter.jl (MIT); optima computed independently with a conic solver."""

ENGINES = {"dual": solve_dual, "convex": solve_convex}


def whole(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def real(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def optima() -> list[dict[str, Any]]:
    return json.loads(OPTIMA.read_text())["problems"] if OPTIMA.exists() else []


def problem_of(row: dict[str, Any]) -> tuple[Network, Aim]:
    means = [pool for pool in row["pools"] if pool["kind"] == "geometric_mean"]
    sums = [pool for pool in row["pools"] if pool["kind"] == "constant_sum"]
    baskets = Baskets(
        whole(np.cumsum([0] + [len(pool["tokens"]) for pool in means]).tolist()),
        whole([token for pool in means for token in pool["tokens"]]),
        real([reserve for pool in means for reserve in pool["reserves"]]),
        real([weight / sum(pool["weights"]) for pool in means for weight in pool["weights"]]),
        real([pool["fee_multiplier"] for pool in means]),
    )
    flat = Pairs(
        *(whole([pool["tokens"][side] for pool in sums]) for side in (0, 1)),
        *(real([pool["reserves"][side] for pool in sums]) for side in (0, 1)),
        np.full(len(sums), 0.5),
        real([pool["fee_multiplier"] for pool in sums]),
    )
    network = Network(tokens=row["n"], baskets=baskets, offers=offers_of_constant_sums(flat))
    if "arbitrage" in row["name"]:
        return network, arbitrage(real([1.5, 10, 2, 3]))
    return network, swap(row["n"], 0, float(row["name"].split("_t")[-1]), 2)


@pytest.mark.skipif(not OPTIMA.exists(), reason="the optimum values beside the repository are absent")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", optima(), ids=lambda row: row["name"])
def test_published_problems_reach_their_optimum(row: dict[str, Any], engine: str) -> None:
    network, aim = problem_of(row)

    solution = ENGINES[engine](network, aim)

    assert solution.value == pytest.approx(row["expected"]["optimum"], rel=1e-6)
    assert solution.bound == pytest.approx(row["expected"]["optimum"], rel=1e-6)


def one_pool() -> Network:
    return Network(
        tokens=2, pairs=Pairs(whole([0]), whole([1]), *(real([1.0]) for _ in range(2)), real([0.5]), real([1]))
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_one_pool_against_outside_prices_trades_the_closed_form(engine: str) -> None:
    solution = ENGINES[engine](one_pool(), arbitrage(real([2.0, 1.0])))

    # Nothing is in stock, so the second token has to be worth what it costs: no trade at all.
    assert solution.value == pytest.approx(0.0, abs=1e-9)


def test_a_swap_in_one_pool_pays_the_product_rule() -> None:
    solution = solve_dual(one_pool(), swap(2, 0, 1.0, 1))

    assert solution.value == pytest.approx(0.5, rel=1e-8)
    assert solution.psi == pytest.approx([-1.0, 0.5], rel=1e-7)


def test_a_limit_leaves_unsold_what_would_bring_less() -> None:
    solution = solve_dual(one_pool(), limit_swap(2, 0, 10.0, 1, 0.25))

    # The marginal price 1/(1+x)^2 meets a quarter at x = 1.
    assert solution.psi == pytest.approx([-1.0, 0.5], rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(problems())
def test_no_route_creates_value_or_beats_its_own_certificate(problem: tuple[Network, Aim]) -> None:
    network, aim = problem

    solution = solve_dual(network, aim)

    handed_over = np.maximum(-solution.psi, 0.0)
    moved = np.abs(net_trade(network, solution.trades)) + handed_over
    assert np.all(handed_over <= aim.stock + 1e-11 * (moved + largest_trades(network, solution)))
    assert solution.value == pytest.approx(float(aim.utility @ solution.psi), rel=1e-12, abs=1e-12)
    assert solution.value <= solution.bound * (1 + 1e-12) + 1e-9
    assert solution.bound <= dual_bound(network, aim, solution.prices) * (1 + 1e-9) + 1e-9


@settings(deadline=None, max_examples=60)
@given(problems())
def test_no_route_takes_more_than_a_market_has(problem: tuple[Network, Aim]) -> None:
    network, aim = problem

    trades = solve_dual(network, aim).trades

    assert np.all((trades.offers >= 0) & (trades.offers <= network.offers.size))
    assert np.all(trades.baskets < network.baskets.reserves)
    paid = net_trade(network, trades)
    available = np.zeros(network.tokens)
    for tokens, amounts in holdings(network):
        np.add.at(available, tokens, amounts)
    assert np.all(paid <= available)


@settings(deadline=None, max_examples=40)
@given(problems())
def test_both_engines_agree(problem: tuple[Network, Aim]) -> None:
    network, aim = problem

    fast, conic = solve_dual(network, aim), solve_convex(network, aim)

    scale = max(fast.bound, 1e-6 * float((aim.utility * wealth(network, aim)).sum()))
    assert abs(fast.value - conic.value) <= 1e-5 * scale
    assert fast.value <= conic.bound + 1e-6 * scale
    assert conic.value <= fast.bound + 1e-9 * scale


@pytest.mark.parametrize("seed", range(30))
def test_stress_instances_converge(seed: int) -> None:
    solution = solve_dual(*stress_case(seed))

    assert solution.ended != "stopped"
    assert solution.gap <= 1e-6


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(30, 230))
def test_all_two_hundred_stress_instances_converge(seed: int) -> None:
    solution = solve_dual(*stress_case(seed))

    assert solution.ended != "stopped"
    assert solution.gap <= 1e-6


def test_a_search_without_steps_still_returns_a_feasible_route_and_a_valid_bound() -> None:
    network, aim = stress_case(6)
    best = solve_dual(network, aim)

    stopped = solve_dual(network, aim, Budget(most_steps=0))

    assert stopped.ended == "stopped"
    assert 0.0 <= stopped.value <= best.bound
    assert stopped.bound >= best.value


def test_the_stop_signal_ends_the_search_early() -> None:
    network, aim = stress_case(24)
    asked: list[int] = []

    stopped = solve_dual(network, aim, Budget(stop=lambda: len(asked) == 0 and asked.append(1) is None))

    assert stopped.ended == "stopped"
    assert stopped.work < solve_dual(network, aim).work
    assert len(asked) == 1


def test_a_stop_signal_that_never_comes_changes_nothing_but_the_way() -> None:
    network, aim = stress_case(6)

    patient = solve_dual(network, aim, Budget(stop=lambda: False))

    assert patient.ended == "optimal"
    assert patient.value == pytest.approx(solve_dual(network, aim).value, rel=1e-7)


def test_a_warm_start_finds_the_same_value_with_less_work() -> None:
    network, aim = stress_case(24)
    before = solve_dual(network, aim)
    pairs = network.pairs._replace(reserve_first=network.pairs.reserve_first * 1.0005)
    moved = Network(
        tokens=network.tokens, pairs=pairs, baskets=network.baskets, stables=network.stables, offers=network.offers
    )

    cold, warm = solve_dual(moved, aim), solve_dual(moved, aim, warm=before)

    assert warm.ended == "optimal"
    assert warm.value == pytest.approx(cold.value, rel=1e-7)
    assert warm.work < cold.work


def test_a_warm_start_of_another_shape_is_ignored() -> None:
    network, aim = stress_case(4)
    other = solve_dual(*stress_case(5))

    assert same(solve_dual(network, aim, warm=other), solve_dual(network, aim))


def test_equal_problems_give_equal_bits() -> None:
    network, aim = stress_case(8)

    assert same(solve_dual(network, aim), solve_dual(network, aim))


def test_markets_apart_from_any_utility_are_left_alone() -> None:
    pairs = Pairs(whole([0, 2]), whole([1, 3]), *(real([9.0, 9.0]) for _ in range(2)), real([0.5, 0.5]), real([1, 1]))
    apart = Network(tokens=5, pairs=pairs, offers=Offers(whole([2]), whole([4]), real([3.0]), real([2.0])))

    solution = solve_dual(apart, swap(5, 0, 1.0, 1))

    assert solution.value == pytest.approx(0.9, rel=1e-8)
    assert solution.trades.pairs[1] == 0.0
    assert solution.trades.offers[0] == 0.0
    assert solution.prices[2:].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_without_markets_brings_nothing(engine: str) -> None:
    solution = ENGINES[engine](Network(tokens=3), swap(3, 0, 5.0, 1))

    assert solution.value == 0.0
    assert solution.gap == 0.0


@pytest.mark.parametrize("scale", [1e-18, 1e18])
def test_the_unit_of_a_token_does_not_matter(scale: float) -> None:
    pairs = Pairs(
        whole([0, 0, 2]), whole([1, 2, 1]), real([50, 9, 30]), real([40, 8, 20]), np.full(3, 0.5), np.full(3, 0.997)
    )
    unit = np.array([1.0, 1.0, scale])
    scaled = pairs._replace(
        reserve_first=pairs.reserve_first * unit[pairs.first], reserve_second=pairs.reserve_second * unit[pairs.second]
    )

    plain = solve_dual(Network(tokens=3, pairs=pairs), swap(3, 0, 7.0, 1))
    other = solve_dual(Network(tokens=3, pairs=scaled), swap(3, 0, 7.0, 1))

    assert other.ended == "optimal"
    assert other.value == pytest.approx(plain.value, rel=1e-7)


def same(one: Solution, two: Solution) -> bool:
    return (one.value, one.bound, one.work, one.prices.tobytes()) == (
        two.value,
        two.bound,
        two.work,
        two.prices.tobytes(),
    ) and all(a.tobytes() == b.tobytes() for a, b in zip(one.trades, two.trades, strict=True))


def holdings(network: Network) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs, stables, offers = network.pairs, network.stables, network.offers
    return [
        (pairs.first, pairs.reserve_first),
        (pairs.second, pairs.reserve_second),
        (network.baskets.tokens, network.baskets.reserves),
        (stables.first, stables.balance_first),
        (stables.second, stables.balance_second),
        (offers.received, offers.size * offers.rate),
    ]


def wealth(network: Network, aim: Aim) -> np.ndarray:
    total = np.where(np.isfinite(aim.stock), aim.stock, 0.0)
    for tokens, amounts in holdings(network):
        np.add.at(total, tokens, amounts)
    return total


def largest_trades(network: Network, solution: Solution) -> np.ndarray:
    return wealth(network, replace_stock(network)) + np.abs(solution.psi)


def replace_stock(network: Network) -> Aim:
    return replace(arbitrage(np.ones(network.tokens)), stock=np.zeros(network.tokens))
