"""The two engines without whole numbers: they agree, bound the program, and give routes that can be executed."""

from dataclasses import replace

import cvxpy as cp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH
from intents.wants import Package
from solvers.routing import convex, dual
from solvers.routing.convex import Relaxed, relaxation
from solvers.routing.dual import Prices, solved
from solvers.routing.exact import allocate
from solvers.routing.network.errors import MalformedNetworkError
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.program import Failure
from solvers.routing.router import ENGINES, route
from solvers.routing.verify import Verified, verify_route
from tests.solvers.random_markets import bounded, fair_value, floors, jobs, packages, snapshots, usual_wants
from tests.solvers.routing.audit import assert_sound
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    SPOT,
    amm,
    bridge,
    job,
    market,
    pool,
    quoted_book,
    snapshot,
    symbols,
    view,
)
from venues.graph import LiquidityGraph
from venues.markets.cpmm import SpotPool
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
FREE = market(home_gwei=0.0, away_gwei=0.0, fee_ppm=0, fixed_fee=0.0)


@st.composite
def free_markets(draw: st.DrawFn) -> Snapshot:
    """Draw two chains without gas, joined by a bridge without fees."""
    first, second = bridge(fee_ppm=0, fixed_fee=0.0)
    maker = amm("amm.home", HOME, iv=draw(st.floats(0.7, 1.2)))
    home = [maker, pool("pool.home", HOME, ether=draw(st.floats(50, 5000)))]
    width = draw(st.floats(0.01, 0.1))
    away = [
        quoted_book("book.away", AWAY, vol=draw(st.floats(0.7, 1.2)), width=width),
        pool("pool.away", AWAY, ether=draw(st.floats(50, 5000)), price=SPOT * draw(st.floats(0.99, 1.01))),
    ]
    return snapshot(view(HOME, home, [first], gas_gwei=0.0), view(AWAY, away, [second], gas_gwei=0.0))


singles = st.one_of(
    st.sampled_from(symbols()).map(builders.single),
    st.just(builders.single(ETH)),
    st.sampled_from([name for name in symbols() if name.endswith("P")]).map(lambda n: builders.single(n, ratio=-1)),
)


@settings(max_examples=15, deadline=None)
@given(free_markets(), singles, st.integers(1, 80), st.floats(0.8, 1.3))
def test_cones_and_prices_find_the_same_optimum_where_nothing_costs_a_fixed_amount(
    snap: Snapshot, want: Package, quantity: int, generous: float
) -> None:
    limit = fair_value(want) * generous
    wish = job(want, quantity, limit)
    graph = LiquidityGraph(snap)

    cones, prices = relaxation(graph, wish), solved(graph, wish)

    assert isinstance(cones, Relaxed)
    assert isinstance(prices, Prices)
    tolerance = 1e-5 * max(abs(limit) * quantity, 1.0)
    assert prices.worth == pytest.approx(cones.worth, abs=tolerance)
    assert prices.bound >= prices.worth - 1e-9
    assert cones.worth <= prices.bound + tolerance


@settings(max_examples=15, deadline=None)
@given(snapshots(), jobs(st.one_of(usual_wants(), packages(), floors(), bounded())))
def test_no_allocation_of_the_program_is_worth_more_than_its_relaxation(snap: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(snap)
    whole, relaxed = allocate(graph, [wish]), relaxation(graph, wish)

    if isinstance(relaxed, Relaxed):
        assert whole is not None
        assert whole.surplus <= relaxed.worth + 1e-5 * max(abs(relaxed.worth), 1.0)
    else:
        assert whole is None or not whole.shares


@settings(max_examples=12, deadline=None)
@given(snapshots(), jobs(st.one_of(usual_wants(), packages(), bounded())), st.sampled_from(["convex", "dual"]))
def test_every_route_of_the_two_can_be_executed_and_keeps_what_its_owner_signed(
    snap: Snapshot, wish: Job, engine: EngineName
) -> None:
    found = route(LiquidityGraph(snap), wish, engine)

    if isinstance(found, Route):
        assert found.engine == engine
        assert_sound(snap, found)
        assert verify_route(LiquidityGraph(snap), wish, found) == Verified(found.cost, found.surplus)


@pytest.mark.parametrize("engine", ["convex", "dual"])
def test_without_fixed_costs_the_two_are_as_good_as_the_program(engine: EngineName) -> None:
    graph = LiquidityGraph(FREE)
    sale = builders.single(PUT, ratio=-1)
    for want, limit in ((builders.single(PUT), 9.0), (sale, -4.0), (builders.single(ETH), 140.0)):
        wish = job(want, 60, limit)
        best, found = route(graph, wish), route(graph, wish, engine)
        assert isinstance(best, Route)
        assert isinstance(found, Route)
        assert found.surplus >= best.surplus - 0.002 * abs(best.surplus)
        assert found.gap is not None
        assert found.gap <= 0.01


def test_a_package_of_several_legs_is_for_cones_and_not_for_prices() -> None:
    graph, wish = LiquidityGraph(FREE), job(builders.collar(EXPIRY, 100, 160), 20, 140.0)

    assert isinstance(convex.route(graph, wish), Route)
    refused = dual.route(graph, wish)
    assert isinstance(refused, NoRoute)
    assert "one leg" in refused.detail


def test_what_is_worth_less_than_it_costs_has_no_route() -> None:
    graph, wish = LiquidityGraph(FREE), job(builders.single(PUT), 20, 0.5)

    for answer in (convex.route(graph, wish), dual.route(graph, wish)):
        assert isinstance(answer, NoRoute)
        assert answer.detail == "nothing is worth its cost"


def test_an_owner_who_pays_to_be_rid_of_something_is_not_served_by_prices() -> None:
    found = solved(LiquidityGraph(FREE), job(builders.single(PUT, ratio=-1), 20, 0.5))

    assert isinstance(found, str)


def test_nothing_to_trade_is_infeasible_and_no_exception() -> None:
    empty = LiquidityGraph(snapshot(view(HOME)))
    wish = job(builders.single(PUT), 20, 9.0)

    assert relaxation(empty, wish) is Failure.INFEASIBLE
    assert isinstance(convex.route(empty, wish), NoRoute)
    assert isinstance(dual.route(empty, wish), NoRoute)


@pytest.mark.parametrize("status", ["solver_error", "user_limit", "infeasible", "unbounded"])
def test_what_ends_the_conic_solver_is_a_failure_with_a_name(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(self: cp.Problem, **_: object) -> None:
        if status == "solver_error":
            raise cp.SolverError(status)
        self._status = status

    monkeypatch.setattr(cp.Problem, "solve", ended)

    found = relaxation(LiquidityGraph(FREE), job(builders.single(PUT), 20, 9.0))

    assert found is (Failure.INFEASIBLE if status in {"infeasible", "unbounded"} else Failure.NUMERICAL)


def test_where_the_conic_solver_stalls_a_simplex_method_bounds_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = cp.Problem.solve

    def stalled(self: cp.Problem, solver: str, **options: object) -> object:
        if solver == cp.CLARABEL:
            raise cp.SolverError("insufficient progress")
        return solve(self, solver=solver, **options)

    graph, wish = LiquidityGraph(FREE), job(builders.collar(EXPIRY, 100, 160), 20, 140.0)
    usual, program = relaxation(graph, wish), allocate(graph, [wish])
    monkeypatch.setattr(cp.Problem, "solve", stalled)

    found = relaxation(graph, wish)

    assert isinstance(usual, Relaxed)
    assert isinstance(found, Relaxed)
    assert program is not None
    assert (usual.with_cones, found.with_cones) == (True, False)
    assert program.surplus - 1e-6 <= found.worth <= usual.worth + 1e-4


def test_a_pool_is_its_exact_curve() -> None:
    """Selling all to a pool: the relaxation's worth is the limit less the cost of the constant product, to the cent."""
    snap = snapshot(view(HOME, [pool("p", HOME, ether=100.0)], gas_gwei=0.0))
    wish = job(builders.single(ETH), 6, 200.0)

    found = relaxation(LiquidityGraph(snap), wish)

    assert isinstance(found, Relaxed)
    assert found.worth == pytest.approx(6 * 200 - 13_000 * 6 / (94 * 0.997), abs=0.01)
    exact = allocate(LiquidityGraph(snap), [wish])
    assert exact is not None
    assert exact.surplus < found.worth


@pytest.mark.parametrize(("ether", "cash"), [(0, 0), (0, 10**12)])
def test_a_pool_without_ether_is_passed_over_by_every_engine(ether: int, cash: int) -> None:
    empty = SpotPool(id="p", chain=HOME, ether=ether, cash=cash)
    graph = LiquidityGraph(snapshot(view(HOME, [empty, pool("full", HOME)], gas_gwei=0.0)))

    for engine in ENGINES:
        found = route(graph, job(builders.single(ETH), 2, 140.0), engine)
        assert isinstance(found, Route)
        assert {order.venue for part in found.parcels for order in part.orders} == {"full"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pool_without_cash_gives_its_ether_for_nothing_and_breaks_no_engine(engine: EngineName) -> None:
    empty = SpotPool(id="p", chain=HOME, ether=10**18, cash=0)
    snap = snapshot(view(HOME, [empty, pool("full", HOME)], gas_gwei=0.0))

    found = route(LiquidityGraph(snap), job(builders.single(ETH), 2, 140.0), engine)

    assert isinstance(found, Route)
    assert_sound(snap, found)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("fault", ["less than a lot", "unknown home", "no chains at all"])
def test_what_cannot_be_routed_is_refused_by_every_engine(engine: EngineName, fault: str) -> None:
    wish = job(builders.single(PUT), 10, 9.0)
    market = snapshot() if fault == "no chains at all" else FREE
    if fault == "less than a lot":
        wish = replace(wish, remaining=1)
    if fault == "unknown home":
        wish = replace(wish, intent=wish.intent.model_copy(update={"home": "eip155:99"}))

    assert isinstance(route(LiquidityGraph(market), wish, engine), NoRoute)


def test_a_network_that_makes_no_sense_is_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise MalformedNetworkError("pairs", "gamma", "positive")

    monkeypatch.setattr(dual, "solve_dual", refused)

    found = dual.route(LiquidityGraph(FREE), job(builders.single(PUT), 10, 9.0))

    assert isinstance(found, NoRoute)
    assert found.detail == "pairs.gamma must be positive"
