"""Objectives and optimisers that a solver brings of its own; the how-to on them is run as it stands."""

import re
from pathlib import Path
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from solvers.errors import NoProgramError
from solvers.routing.own import Terms, intent_program, route
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Program
from solvers.routing.router import route as usual_route
from solvers.routing.verify import Verified, verify_route
from solvers.solver import Batch
from tests.solvers.random_markets import floors, jobs, packages, snapshots, usual_wants
from tests.solvers.small_market import AWAY, EXPIRY, HOME, NOW_MS, book, job, market, options, pool, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

PAGE = Path(__file__).parents[3] / "docs/how-to/route-with-your-own-objective.md"
PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)
ANY_JOB = jobs(st.one_of(usual_wants(), packages(), floors()))


def batch(snap: Snapshot, *wishes: Job) -> Batch:
    graph = LiquidityGraph(snap)
    return Batch(solver="me", round=1, time_ms=NOW_MS, intents=wishes, graph=graph, nodes=200, seed="x")


def two_books() -> Snapshot:
    """Return two books for the same put, one a cent cheaper, without gas."""
    books = [book(f"book.{i}", HOME, {PUT: ((), ((5.0 + i / 100, 50.0),))}) for i in range(2)]
    return snapshot(view(HOME, books, gas_gwei=0.0))


def quantities(found: Route) -> dict[str, int]:
    return {order.venue: order.quantity for part in found.parcels for order in part.orders}


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """Return what the page's code defines."""
    defined: dict[str, Any] = {"__name__": "page"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), defined)
    return defined


def test_the_careful_solver_of_the_page_spreads_what_the_usual_one_buys_at_one_place(page: dict[str, Any]) -> None:
    made = batch(two_books(), job(LONG_PUT, 10, 9.0))

    (bid,) = page["Careful"]().solve(made)

    usual = made.route(made.intents[0]).answer
    assert isinstance(usual, Route)
    assert quantities(usual) == {"book.0": options(10)}
    assert {order.venue: order.quantity for order in bid.fills[0].orders} == {
        "book.0": options(5),
        "book.1": options(5),
    }


def test_the_objective_of_the_page_takes_at_most_twenty_lines() -> None:
    first = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]

    assert sum(bool(line.strip()) for line in first.splitlines()) <= 20


def test_the_optimiser_of_the_page_is_as_good_as_the_usual_one(page: dict[str, Any]) -> None:
    spread = builders.vertical(EXPIRY, 140, 120, "P")
    made = batch(market(), job(spread, 12, 20.0), job(builders.hedge(EXPIRY, 130), 3, 60.0, nonce=2))
    first, second = made.intents

    routed = page["Brought"]().routed(made, first)

    assert isinstance(routed.answer, Route)
    assert routed.answer.engine == "own"
    assert routed.surplus == made.route(first).surplus
    assert page["Brought"]().routed(made, second).surplus == made.route(second).surplus
    assert all(page["Brought"]().solve(made))


@settings(max_examples=60, deadline=None)
@given(snapshots(), ANY_JOB, st.floats(-2.0, 2.0), st.floats(0.0, 5.0))
def test_no_objective_makes_a_route_wrong(market: Snapshot, wish: Job, greed: float, fee: float) -> None:
    graph = LiquidityGraph(market)

    found = route(
        graph, wish, lambda terms: greed * terms.surplus - fee * sum(terms.used.values(), start=cp.Constant(0))
    )

    if isinstance(found, Route):
        assert verify_route(graph, wish, found) == Verified(found.cost, found.surplus)
        assert found.surplus >= 0


@settings(max_examples=40, deadline=None)
@given(snapshots(), ANY_JOB, st.integers(0, 2**32))
def test_no_solution_from_outside_makes_a_route_wrong(market: Snapshot, wish: Job, seed: int) -> None:
    graph = LiquidityGraph(market)
    problem = intent_program(graph, wish)
    values = np.minimum(problem.upper, 1 + seed % 97) * ((np.arange(problem.upper.size) * seed) % 7) / 7

    found = problem.route(values)

    if isinstance(found, Route):
        assert verify_route(graph, wish, found) == Verified(found.cost, found.surplus)


def test_the_surplus_as_ones_own_objective_finds_the_usual_route() -> None:
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 30, 60.0)

    found, usual = route(graph, wish, lambda terms: terms.surplus), usual_route(graph, wish)

    assert isinstance(found, Route)
    assert isinstance(usual, Route)
    assert (found.engine, found.surplus) == ("own", usual.surplus)
    assert found.gap is not None


def test_an_objective_may_choose_the_chain() -> None:
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 10, 60.0)

    def at(chain: str) -> set[str]:
        found = route(graph, wish, lambda terms: terms.delivered[chain])
        assert isinstance(found, Route)
        assert found.quantity == options(10)
        return {part.chain for part in found.parcels}

    assert at(HOME) == {HOME}
    assert at(AWAY) == {AWAY}


def test_an_objective_that_wants_nothing_gets_nothing() -> None:
    found = route(
        LiquidityGraph(market()), job(LONG_PUT, 10, 60.0), lambda terms: -terms.delivered[HOME] - terms.delivered[AWAY]
    )

    assert isinstance(found, NoRoute)
    assert found.detail == "the solution delivers nothing"


def test_a_curved_objective_is_named_and_auto_answers() -> None:
    graph, wish = LiquidityGraph(market()), job(LONG_PUT, 10, 60.0)

    found = route(graph, wish, lambda terms: -cp.square(terms.surplus))

    assert isinstance(found, Route)
    assert found.failures == (Failure.UNSUITABLE,)
    assert found.surplus == usual_surplus(graph, wish)


def usual_surplus(graph: LiquidityGraph, wish: Job) -> int:
    found = usual_route(graph, wish, "auto")
    assert isinstance(found, Route)
    return found.surplus


def test_an_optimiser_that_fails_is_named_and_costs_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "attempt", lambda *_: Failure.NUMERICAL)

    found = route(LiquidityGraph(market()), job(LONG_PUT, 10, 60.0), lambda terms: terms.surplus)

    assert isinstance(found, Route)
    assert found.failures == (Failure.NUMERICAL, Failure.NUMERICAL)


@pytest.mark.parametrize("engine", ["path", "greedy"])
def test_an_engine_without_a_program_takes_no_objective(engine: Any) -> None:
    made = batch(market(), job(LONG_PUT, 10, 60.0))

    with pytest.raises(NoProgramError, match=engine):
        made.route(made.intents[0], engine=engine, objective=lambda terms: terms.surplus)


def test_a_market_without_the_leg_has_no_route_for_any_objective() -> None:
    graph = LiquidityGraph(snapshot(view(HOME, [pool("pool", HOME)])))

    assert isinstance(route(graph, job(LONG_PUT, 1, 60.0), lambda terms: terms.surplus), NoRoute)


@pytest.mark.parametrize("values", [np.zeros(0), np.zeros(3), None])
def test_a_solution_that_is_none_is_named(values: Any) -> None:
    problem = intent_program(LiquidityGraph(market()), job(LONG_PUT, 1, 60.0))
    full = np.full(problem.gain.size, np.nan) if values is None else values

    found = problem.route(full)

    assert isinstance(found, NoRoute)
    assert "finite numbers" in found.detail


def test_work_of_an_own_route_is_counted() -> None:
    made = batch(market(), job(LONG_PUT, 10, 60.0))

    routed = made.route(made.intents[0], objective=lambda terms: terms.surplus)

    assert made.work == [routed.answer.work]
    assert made.work[0] > 0


def test_terms_name_every_edge_the_program_may_use() -> None:
    problem = intent_program(LiquidityGraph(market()), job(LONG_PUT, 10, 60.0))
    terms: Terms = problem.terms(cp.Variable(problem.gain.size))

    assert set(terms.by_venue()) == {"amm.home", "amm.away", "book.away"}
    assert set(terms.traded) == set(terms.used)


@pytest.mark.parametrize("made", ["nothing", "two numbers"])
def test_an_objective_that_is_no_number_is_unsuitable_and_costs_no_route(made: str) -> None:
    def objective(terms: Terms) -> Any:
        return None if made == "nothing" else cp.hstack([terms.surplus, terms.surplus])

    found = route(LiquidityGraph(market()), job(LONG_PUT, 10, 60.0), objective)

    assert isinstance(found, Route)
    assert found.failures == (Failure.UNSUITABLE,)
