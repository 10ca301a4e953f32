import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from solvers.routing.certificate import certificate, surplus_bound
from solvers.routing.problem import Job, Route
from solvers.routing.program import Failure, Program
from solvers.routing.router import ENGINES, route
from tests.solvers.random_markets import jobs, packages, snapshots, usual_wants
from tests.solvers.small_market import EXPIRY, HOME, book, dollars, job, market, quoted_book, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)


@settings(max_examples=80, deadline=None)
@given(snapshots(), jobs(st.one_of(usual_wants(), packages())))
def test_no_route_of_any_engine_beats_the_certificate(market: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(market)
    bound = surplus_bound(graph, wish)

    for answer in (route(graph, wish, engine) for engine in ENGINES):
        assert not isinstance(answer, Route) or bound is None or answer.surplus <= bound


def test_a_book_of_one_price_is_certified_to_the_last_cents() -> None:
    """Chords and tangents of a straight line are the same line."""
    graph = LiquidityGraph(snapshot(view(HOME, [book("book", HOME, {PUT: ((), ((5.0, 50.0),))})])))
    found = route(graph, job(LONG_PUT, 10, 9.0))
    assert isinstance(found, Route)

    proof = certificate(graph, found)

    assert proof is not None
    assert 0 <= proof.bound - found.surplus <= 20
    assert proof.gap < 1e-6


@pytest.mark.parametrize("size", [1, 10, 60])
def test_the_exact_route_of_the_usual_market_is_proven_near_the_best(size: float) -> None:
    graph = LiquidityGraph(market())
    found = route(graph, job(LONG_PUT, size, 60.0))
    assert isinstance(found, Route)

    proof = certificate(graph, found)

    assert proof is not None
    assert 0.0 <= proof.gap < 0.01


def test_a_poor_route_is_shown_to_be_poor() -> None:
    graph, wish = LiquidityGraph(market(home_gwei=0.0)), job(LONG_PUT, 80, 30.0)
    poor, best = route(graph, wish, "path"), route(graph, wish)
    assert isinstance(poor, Route)
    assert isinstance(best, Route)

    proofs = certificate(graph, poor), certificate(graph, best)

    assert proofs[0] is not None
    assert proofs[1] is not None
    assert proofs[0].bound == proofs[1].bound
    assert proofs[0].gap - proofs[1].gap == pytest.approx((best.surplus - poor.surplus) / proofs[0].bound)


def test_nothing_is_proven_of_floors_nor_of_spreads_on_one_board() -> None:
    graph = LiquidityGraph(market())

    assert surplus_bound(graph, job(builders.hedge(EXPIRY, 120), 1, 60.0)) is None
    assert surplus_bound(graph, job(builders.vertical(EXPIRY, 140, 120, "P"), 1, 60.0)) is None


def test_a_spread_at_an_order_book_has_a_bound() -> None:
    graph = LiquidityGraph(snapshot(view(HOME, [quoted_book("book", HOME)], gas_gwei=0.0)))
    wish = job(builders.vertical(EXPIRY, 140, 120, "P"), 5, 60.0)
    found = route(graph, wish)
    assert isinstance(found, Route)

    proof = certificate(graph, found)

    assert proof is not None
    assert proof.gap < 0.01


def test_where_nothing_can_be_had_the_bound_is_nothing() -> None:
    bound = surplus_bound(LiquidityGraph(snapshot(view(HOME))), job(LONG_PUT, 1, 60.0))

    assert bound is not None
    assert 0 <= bound < dollars(0.001)


def test_an_optimiser_that_fails_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "attempt", lambda *_: Failure.NUMERICAL)

    assert surplus_bound(LiquidityGraph(market()), job(LONG_PUT, 1, 60.0)) is None
