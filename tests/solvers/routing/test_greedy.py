from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.lifecycle import Cause
from solvers.routing import path
from solvers.routing.greedy import CHUNKS, route
from solvers.routing.problem import Job, NoRoute, Route
from tests.solvers.random_markets import jobs, snapshots, usual_wants
from tests.solvers.small_market import AWAY, EXPIRY, HOME, amm, book, job, market, options, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)


def taken(found: Route) -> dict[str, int]:
    return {order.venue: order.quantity for order in found.parcels[0].orders}


def routed(snap: Snapshot, wish: Job) -> Route:
    found = route(LiquidityGraph(snap), wish)
    assert isinstance(found, Route), found
    return found


def test_each_chunk_goes_to_the_venue_that_is_then_the_cheapest() -> None:
    cheap = book("cheap", HOME, {PUT: ((), ((5.0, 2.0), (7.0, 9.0)))})
    other = book("other", HOME, {PUT: ((), ((6.0, 9.0),))})

    found = routed(snapshot(view(HOME, [cheap, other], gas_gwei=0.0)), job(LONG_PUT, 8, 60.0))

    assert CHUNKS == 8
    assert taken(found) == {"cheap": options(2), "other": options(6)}


def test_a_venue_that_is_not_used_yet_also_costs_its_gas() -> None:
    """Two dollars saved on six options do not pay for the second venue's gas of 23 dollars."""
    cheap = book("cheap", HOME, {PUT: ((), ((5.0, 2.0), (7.0, 9.0)))})
    other = book("other", HOME, {PUT: ((), ((6.0, 9.0),))})

    found = routed(snapshot(view(HOME, [cheap, other], gas_gwei=2000.0)), job(LONG_PUT, 8, 60.0))

    assert taken(found) == {"cheap": options(8)}


def test_a_partial_fill_is_tried_at_a_half_and_a_quarter() -> None:
    thin = snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 2.6),))})], gas_gwei=0.0))

    assert routed(thin, job(LONG_PUT, 10, 60.0)).quantity == options(2.5)
    assert routed(thin, job(LONG_PUT, 5, 60.0)).quantity == options(2.5)


def test_an_all_or_none_intent_is_not_cut_down() -> None:
    thin = snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 2.6),))})], gas_gwei=0.0))

    found = route(LiquidityGraph(thin), job(LONG_PUT, 5, 60.0, fill="all_or_none"))

    assert isinstance(found, NoRoute)
    assert found.cause is Cause.NO_LIQUIDITY


def test_no_part_below_the_minimum_is_tried() -> None:
    thin = snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 2.6),))})], gas_gwei=0.0))

    assert isinstance(route(LiquidityGraph(thin), job(LONG_PUT, 10, 60.0, minimum=options(3))), NoRoute)


def test_chunks_of_one_venue_stay_within_its_largest_order() -> None:
    """The maker takes eighty at a time and is the cheaper one throughout; the book takes the rest."""
    maker = amm("maker", HOME, standard_size=options(10_000))
    other = book("other", HOME, {PUT: ((), ((20.0, 100.0),))})

    found = routed(snapshot(view(HOME, [maker, other], gas_gwei=0.0)), job(LONG_PUT, 120, 60.0, fill="all_or_none"))

    assert taken(found) == {"maker": options(75), "other": options(45)}


def test_a_split_fills_what_no_single_venue_takes() -> None:
    wish = job(LONG_PUT, 100, 60.0, chains=(AWAY,))

    assert isinstance(path.route(LiquidityGraph(market()), wish), NoRoute)
    assert routed(market(), wish).quantity == options(100)


@settings(max_examples=80, deadline=None)
@given(snapshots(), jobs(usual_wants()))
def test_a_split_exists_wherever_a_single_path_does(market: Snapshot, wish: Job) -> None:
    graph = LiquidityGraph(market)

    if isinstance(path.route(graph, wish), Route):
        answer = route(graph, wish)
        assert isinstance(answer, Route) or answer.cause is not Cause.NO_LIQUIDITY


@given(st.integers(1, 3000))
def test_any_number_of_lots_is_cut_into_chunks_that_add_up(lots: int) -> None:
    deep = snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 50.0),))})], gas_gwei=0.0))

    assert routed(deep, job(LONG_PUT, lots / 100, 60.0)).quantity == options(lots / 100)
