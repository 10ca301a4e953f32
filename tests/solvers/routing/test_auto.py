from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.lifecycle import Cause
from solvers.routing import auto, greedy, path
from solvers.routing.auto import Budget, Deadline, route
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Optimum, Program
from solvers.routing.verify import Verified, verify_route
from tests.solvers.random_markets import floors, jobs, packages, snapshots, usual_wants
from tests.solvers.small_market import EXPIRY, dollars, job, market
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

LONG_PUT = builders.single(builders.option(EXPIRY, 120, "P"))
HEDGE = builders.hedge(EXPIRY, 130)
"""The program is far better at it than the other two engines: it mixes strikes."""

ANY_JOB = jobs(st.one_of(usual_wants(), packages(), floors()))


def routed(wish: Job, budget: Budget | None = None) -> Route:
    found = route(LiquidityGraph(market()), wish, budget or Budget())
    assert isinstance(found, Route), found
    return found


def clock(*instants: float) -> Deadline:
    """Return a deadline at 1 s on a clock that shows `instants`, and the last of them ever after."""
    shown: Iterator[float] = iter(instants)
    return Deadline(lambda: next(shown, instants[-1]), at=1.0)


@settings(max_examples=60, deadline=None)
@given(snapshots(), ANY_JOB, st.integers(0, 400))
def test_no_budget_makes_it_worse_than_path_and_greedy_or_wrong(market: Snapshot, wish: Job, work: int) -> None:
    graph = LiquidityGraph(market)
    simple = [answer for answer in (path.route(graph, wish), greedy.route(graph, wish)) if isinstance(answer, Route)]

    found = route(graph, wish, Budget(work=work))

    if simple:
        assert isinstance(found, Route)
        assert found.surplus >= max(answer.surplus for answer in simple)
    if isinstance(found, Route):
        assert verify_route(graph, wish, found) == Verified(found.cost, found.surplus)
        assert found.gap is None or found.gap >= 0.0


def test_with_enough_work_the_answer_is_the_programs_with_its_proof() -> None:
    found = routed(job(HEDGE, 10, 60.0))

    assert found.engine == "exact"
    assert found.failures == ()
    assert found.gap is not None


def test_without_work_for_the_program_the_best_of_the_others_stands_and_proves_nothing() -> None:
    found = routed(job(HEDGE, 10, 60.0), Budget(work=1))

    assert found.engine in {"path", "greedy"}
    assert found.failures == (Failure.OUT_OF_WORK,)
    assert found.gap is None


def test_a_simple_route_is_measured_by_the_bound_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the program's own answer is lost in rounding, so that the path stands, with its distance known."""
    wish, best = job(HEDGE, 10, 60.0), routed(job(HEDGE, 10, 60.0))
    monkeypatch.setattr(auto, "executed", lambda *_: None)

    found = routed(wish)

    assert found.failures == (Failure.NOT_EXECUTABLE,)
    assert found.gap is not None
    assert found.gap == pytest.approx(1 - found.surplus / best.surplus, abs=0.02)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_failed_optimiser_is_named_and_costs_no_route(failure: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "attempt", lambda *_: failure)

    found = routed(job(LONG_PUT, 10, 60.0))

    assert found.failures == (failure,)
    assert found.engine in {"path", "greedy"}


def test_an_optimiser_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of every value: rows are broken, and what is delivered was not bought."""
    honest = Program.attempt

    def halved(program: Program, *rest: object) -> Optimum | Failure:
        found = honest(program, *rest)  # type: ignore[arg-type]
        return Optimum(found.values * 0.5, found.objective * 9, 0.0, 1) if isinstance(found, Optimum) else found

    graph, wish = LiquidityGraph(market()), job(HEDGE, 10, 60.0)
    monkeypatch.setattr(Program, "attempt", halved)

    found = route(graph, wish, Budget())

    assert isinstance(found, Route)
    assert verify_route(graph, wish, found) == Verified(found.cost, found.surplus)


def test_a_deadline_that_has_passed_leaves_the_path() -> None:
    found = routed(job(HEDGE, 10, 60.0), Budget(deadline=clock(2.0)))

    assert found.engine == "path"
    assert found.failures == (Failure.TIMED_OUT,)


def test_a_deadline_that_passes_after_greedy_leaves_the_program_out() -> None:
    found = routed(job(HEDGE, 10, 60.0), Budget(deadline=clock(0.0, 2.0)))

    assert found.failures == (Failure.TIMED_OUT,)
    assert found.gap is None


def test_a_deadline_far_away_changes_nothing() -> None:
    wish = job(HEDGE, 10, 60.0)

    assert routed(wish, Budget(deadline=Deadline(lambda: 0.0, at=1e6))) == routed(wish)


def test_an_intent_without_a_route_is_told_why() -> None:
    found = route(LiquidityGraph(market()), job(LONG_PUT, 1, 0.01), Budget())

    assert isinstance(found, NoRoute)
    assert found.cause is Cause.NO_SOLUTION
    assert found.unit_cost is not None
    assert found.unit_cost > dollars(0.01)


def test_prices_are_asked_before_a_deadline_once_their_code_is_loaded() -> None:
    single, several = job(LONG_PUT, 10, 9.0), job(builders.straddle(EXPIRY, 120), 10, 60.0)
    auto.warm_up.cache_clear()
    cold = auto.prices_pay(single, Budget(deadline=clock(0.0)))

    auto.warm_up()

    assert not cold
    assert auto.prices_pay(single, Budget(deadline=clock(0.0)))
    assert not auto.prices_pay(several, Budget(deadline=clock(0.0)))
    assert not auto.prices_pay(single, Budget(deadline=clock(2.0)))
    assert not auto.prices_pay(single, Budget())


def test_prices_serve_where_the_deadline_leaves_no_time_for_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    auto.warm_up()
    monkeypatch.setattr(Program, "attempt", lambda *_: Failure.TIMED_OUT)
    graph, wish = LiquidityGraph(market(home_gwei=0.0, away_gwei=0.0, fee_ppm=0, fixed_fee=0.0)), job(LONG_PUT, 100, 30)
    simple = [answer for answer in (path.route(graph, wish), greedy.route(graph, wish)) if isinstance(answer, Route)]

    found = route(graph, wish, Budget(deadline=clock(0.0)))

    assert isinstance(found, Route)
    assert found.engine == "dual"
    assert found.gap is not None
    assert all(found.surplus > answer.surplus for answer in simple)


def test_where_the_program_meets_numerical_trouble_the_relaxation_takes_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Program, "attempt", lambda *_: Failure.NUMERICAL)

    free = LiquidityGraph(market(home_gwei=0.0, away_gwei=0.0, fee_ppm=0, fixed_fee=0.0))

    found = route(free, job(LONG_PUT, 100, 30), Budget())

    assert isinstance(found, Route)
    assert found.engine == "convex"
    assert found.failures == (Failure.NUMERICAL,)
