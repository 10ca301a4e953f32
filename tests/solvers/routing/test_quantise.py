from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import PRICE_UNIT, USDC_UNIT
from intents.intent import LOT
from intents.satisfaction import payoff_gap
from intents.wants import Knot, Payoff
from solvers.routing.exact import Flow, Share, allocate
from solvers.routing.problem import Job
from solvers.routing.quantise import levelled, net, split_lots, whole_legs, whole_quantity
from tests.solvers.random_markets import floors, jobs
from tests.solvers.small_market import AWAY, EXPIRY, HOME, book, job, market, options, quoted_book, snapshot, view
from venues.graph import Edge, LiquidityGraph

PUT, HIGH_PUT = (builders.option(EXPIRY, strike, "P") for strike in (120, 140))
LONG_PUT = builders.single(PUT)


def flows(graph: LiquidityGraph, **quantities: float) -> list[Flow]:
    edges = {edge.key: edge for edge in graph.trades(PUT, "buy", HOME)}
    return [Flow(edges[name], quantity) for name, quantity in quantities.items()]


def books(*depths: float) -> LiquidityGraph:
    """Return a graph with one book for each depth, named `a`, `b` and so on."""
    names = "abcdefgh"[: len(depths)]
    there = [book(name, HOME, {PUT: ((), ((5.0, depth),))}) for name, depth in zip(names, depths, strict=True)]
    return LiquidityGraph(snapshot(view(HOME, there)))


def test_a_quantity_is_rounded_down_to_lots_once_noise_is_taken_off() -> None:
    share = Share(job(LONG_PUT, 5, 60.0), HOME, 1.2399999999, {})

    assert whole_quantity(share) == options(1.24)
    assert whole_quantity(Share(share.job, HOME, 1.2399, {})) == options(1.23)


def test_parts_on_two_chains_round_to_the_whole_lots_of_their_sum() -> None:
    wish = job(LONG_PUT, 5, 60.0)

    found = levelled([Share(wish, HOME, 0.045, {}), Share(wish, AWAY, 0.0357, {PUT: 0.0714})])

    assert [(share.chain, share.quantity) for share in found] == [(HOME, 0.04), (AWAY, 0.04)]
    assert found[1].legs == {PUT: 0.08}


def test_legs_of_a_package_follow_from_its_quantity() -> None:
    share = Share(job(builders.vertical(EXPIRY, 140, 120, "P"), 5, 60.0), HOME, 3.0, {})

    assert whole_legs(share, options(2)) == {HIGH_PUT: options(2), PUT: -options(2)}


def test_long_legs_of_a_floor_are_rounded_up_and_short_ones_towards_zero() -> None:
    low, high = Knot(price=120 * PRICE_UNIT, value=10 * USDC_UNIT), Knot(price=140 * PRICE_UNIT, value=0)
    want = Payoff(expiry=EXPIRY, knots=(low, high), left_slope=0, right_slope=0)
    share = Share(job(want, 5, 60.0), HOME, 1.01, {HIGH_PUT: 0.505, PUT: -0.505})

    assert whole_legs(share, options(1.01)) == {HIGH_PUT: options(0.51), PUT: -options(0.5)}


def test_legs_that_rounding_leaves_a_little_short_get_a_lot_more() -> None:
    share = Share(job(builders.hedge(EXPIRY, 120), 5, 60.0), HOME, 1.0, {PUT: 0.9999999999})

    assert whole_legs(share, options(1)) == {PUT: options(1)}


def test_legs_that_are_short_by_as_many_lots_as_repairs_are_allowed_are_repaired() -> None:
    share = Share(job(builders.hedge(EXPIRY, 120), 5, 60.0), HOME, 1.0, {PUT: 0.97})

    assert whole_legs(share, options(1)) == {PUT: options(1)}


def test_legs_that_are_far_from_a_floor_are_given_up() -> None:
    share = Share(job(builders.hedge(EXPIRY, 120), 5, 60.0), HOME, 1.0, {PUT: 0.5})

    assert whole_legs(share, options(1)) is None


def test_lots_are_shared_out_in_proportion_to_flows() -> None:
    graph = books(10, 10)

    assert split_lots(graph, flows(graph, a=3.0, b=1.0), 400) == [("a", 300), ("b", 100)]


def test_what_proportions_leave_over_goes_to_the_largest_flow() -> None:
    graph = books(10, 10)

    assert split_lots(graph, flows(graph, a=1.0, b=2.0), 100) == [("a", 33), ("b", 67)]


def test_no_venue_is_given_more_than_its_depth() -> None:
    graph = books(1, 10)

    assert split_lots(graph, flows(graph, a=3.0, b=1.0), 400) == [("a", 100), ("b", 300)]


def test_lots_beyond_all_depths_are_not_shared_out() -> None:
    graph = books(1, 1)

    assert split_lots(graph, flows(graph, a=1.0, b=1.0), 201) is None
    assert split_lots(graph, [], 1) is None


@given(
    depths=st.lists(st.integers(1, 50), min_size=1, max_size=4),
    weights=st.lists(st.floats(0.001, 50), min_size=4, max_size=4),
    lots=st.integers(1, 150),
)
def test_a_split_adds_up_within_the_depths_or_does_not_exist(
    depths: list[int], weights: list[float], lots: int
) -> None:
    graph = books(*(depth / 100 for depth in depths))
    names = "abcdefgh"[: len(depths)]
    found = split_lots(graph, flows(graph, **dict(zip(names, weights, strict=False))), lots)

    if found is None:
        assert sum(depths) < lots
    else:
        assert sum(count for _, count in found) == lots
        assert all(0 <= count <= dict(zip(names, depths, strict=True))[name] for name, count in found)


def test_legs_net_to_what_is_left_and_zeros_vanish() -> None:
    assert net([{PUT: 3, HIGH_PUT: 1}, {PUT: -3}]) == {HIGH_PUT: 1}


@settings(max_examples=60, deadline=None)
@given(jobs(floors()), st.booleans())
def test_floors_stay_dominated_through_rounding_wherever_their_knots_lie(wish: Job, is_rich: bool) -> None:
    snap = market(home_gwei=1.0) if is_rich else snapshot(view(AWAY, [quoted_book("book.away", AWAY, size=300.0)]))
    graph = LiquidityGraph(snap)
    found = allocate(graph, [wish]) if wish.intent.home in snap.by_chain else None

    for share in found.shares if found is not None else ():
        quantity = whole_quantity(share)
        legs = whole_legs(share, quantity)
        assert legs is not None
        assert payoff_gap(share.job.intent.want, legs, quantity) is None  # type: ignore[arg-type]
        assert all(held % LOT == 0 for held in legs.values())


def test_an_edge_knows_which_way_it_trades() -> None:
    graph = books(1)
    buying, selling = (next(iter(graph.trades(PUT, side, HOME))) for side in ("buy", "sell"))

    assert isinstance(buying, Edge)
    assert (buying.side, selling.side) == ("buy", "sell")
    assert buying.instrument == selling.instrument == PUT
