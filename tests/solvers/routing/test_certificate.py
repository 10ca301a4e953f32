from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import USDC_UNIT
from intents.wants import AnyWant, Package
from solvers.routing.board_sales import least_slope, most_sold, slope
from solvers.routing.certificate import certificate, surplus_bound
from solvers.routing.desk import open_order
from solvers.routing.problem import Job, Route
from solvers.routing.program import Failure, Program
from solvers.routing.router import ENGINES, route
from tests.solvers.random_markets import bounded, floors, jobs, packages, snapshots, usual_wants
from tests.solvers.small_market import (
    EXPIRY,
    HOME,
    NOW_MS,
    SPOT,
    amm,
    book,
    dollars,
    job,
    market,
    options,
    quoted_book,
    snapshot,
    symbols,
    view,
)
from venues.graph import LiquidityGraph
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Unfilled
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)


def assert_none_beats(market: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(market)
    answers = [route(graph, wish, engine) for engine in ENGINES]
    routes = [answer for answer in answers if isinstance(answer, Route)]
    most = max((most_sold(graph, each) for each in routes), default=0.0)
    bound = surplus_bound(graph, wish, most_sold=most)

    assert bound is None or all(each.surplus <= bound for each in routes)


@settings(max_examples=12, deadline=None)
@given(snapshots(), jobs(st.one_of(packages(), usual_wants().filter(lambda want: isinstance(want, Package)))))
def test_no_route_of_a_package_beats_the_certificate(market: Snapshot, wish: Job) -> None:
    assert_none_beats(market, wish)


@settings(max_examples=4, deadline=None)
@given(snapshots(), jobs(st.one_of(floors(), bounded())))
def test_no_route_with_open_legs_beats_the_certificate(market: Snapshot, wish: Job) -> None:
    assert_none_beats(market, wish)


@pytest.mark.proof
@settings(max_examples=400, deadline=None)
@given(snapshots(), jobs(st.one_of(packages(), usual_wants(), floors(), bounded())))
def test_no_route_beats_the_certificate_over_many_markets(market: Snapshot, wish: Job) -> None:
    assert_none_beats(market, wish)


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


@pytest.mark.parametrize(
    ("want", "limit", "gap"),
    [
        (builders.hedge(EXPIRY, 120), 20.0, 0.01),
        (builders.band(EXPIRY, 110, 130), 20.0, 0.01),
        (builders.vertical(EXPIRY, 140, 120, "P"), 20.0, 0.01),
        (builders.collar(EXPIRY, 120, 140), 150.0, 0.01),
        (builders.strangle(EXPIRY, 120, 140), 30.0, 0.01),
        (
            builders.exposure(EXPIRY, builders.mark(SPOT, 0.9, NOW_MS), [builders.delta(-0.1, 0.1)], held={"ETH": 1.0}),
            20.0,
            0.05,
        ),
    ],
)
def test_every_kind_of_want_has_a_bound_near_its_exact_route(want: AnyWant, limit: float, gap: float) -> None:
    graph = LiquidityGraph(market())
    found = route(graph, job(want, 10, limit))
    assert isinstance(found, Route)

    proof = certificate(graph, found)

    assert proof is not None
    assert proof.surplus <= proof.bound
    assert proof.gap < gap


def test_a_purchase_after_a_sale_on_the_same_board_is_within_what_the_bound_lets_it_save() -> None:
    """The slope of the bound against the market maker itself, for every pair of series and several sizes."""
    maker = amm("amm", HOME)
    graph = LiquidityGraph(snapshot(view(HOME, [maker])))
    sight = graph.snapshot.market(HOME)
    for (sold, bought), size in product(permutations(symbols(), 2), (1, 10, 40)):
        edge = next(graph.trades(bought, "buy", HOME))
        alone = maker.execute(open_order("amm", bought, "buy", options(size)), sight)
        moved = maker.execute(open_order("amm", sold, "sell", options(size)), sight)
        if isinstance(alone, Unfilled) or isinstance(moved, Unfilled):
            continue
        after = moved[0].execute(open_order("amm", bought, "buy", options(size)), sight)
        if isinstance(after, Unfilled):
            continue
        saved = (alone[1].cash - after[1].cash) / USDC_UNIT
        most = slope(maker, edge, (size, size), graph) * size * size
        assert saved <= most + 1e-5
        assert saved >= 0.3 * most


def test_a_second_purchase_on_a_board_costs_at_least_what_the_bound_adds() -> None:
    maker = amm("amm", HOME)
    graph = LiquidityGraph(snapshot(view(HOME, [maker])))
    sight = graph.snapshot.market(HOME)
    for (one, two), size in product(permutations(symbols(), 2), (1, 10, 40)):
        alone = maker.execute(open_order("amm", two, "buy", options(size)), sight)
        moved = maker.execute(open_order("amm", one, "buy", options(size)), sight)
        assert not isinstance(alone, Unfilled)
        assert not isinstance(moved, Unfilled)
        after = moved[0].execute(open_order("amm", two, "buy", options(size)), sight)
        assert not isinstance(after, Unfilled)
        edges = [next(graph.trades(name, "buy", HOME)) for name in (one, two)]
        least = min(least_slope(maker, edge, (0.0, 2 * size), graph) for edge in edges) * size * size
        assert (after[1].cash - alone[1].cash) / USDC_UNIT >= least - 1e-5
        assert least > 0


def test_a_curve_that_is_not_convex_is_seen_and_nothing_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OptionAmm, "marginal_price", lambda *_: 1.0)

    assert surplus_bound(LiquidityGraph(market()), job(LONG_PUT, 1, 60.0)) is None


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
