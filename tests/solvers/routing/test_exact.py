import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.intent import LOT
from solvers.routing.desk import Desk, Draft, open_order, priced
from solvers.routing.exact import allocate
from solvers.routing.problem import Job, Parcel, Route
from solvers.routing.program import Program
from solvers.routing.router import route
from tests.solvers.random_markets import jobs, snapshots, usual_wants
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    Level,
    amm,
    book,
    bridge,
    dollars,
    job,
    market,
    options,
    snapshot,
    view,
)
from venues.graph import LiquidityGraph
from venues.markets.kinds import AnyVenue
from venues.markets.venue import Unfilled
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)
LOTS = 8
PLACES = (("a", HOME), ("b", HOME), ("c", AWAY), ("d", AWAY))


def tiny(venues: list[AnyVenue], gas_gwei: float, fixed_fee: float) -> Snapshot:
    first, second = bridge(fee_ppm=0, fixed_fee=fixed_fee)
    home, away = ([venue for venue in venues if venue.chain == chain] for chain in (HOME, AWAY))
    return snapshot(view(HOME, home, [first], gas_gwei=gas_gwei), view(AWAY, away, [second], gas_gwei=gas_gwei))


def best_split(snap: Snapshot, wish: Job) -> int:
    """Return the largest surplus over all splits of whole lots over the four venues, each simulated."""
    best = 0
    for lots in itertools.product(range(LOTS + 1), repeat=len(PLACES)):
        if 0 < sum(lots) * LOT <= wish.remaining:
            parts = [_parcel(snap, wish, chain, lots) for chain in (HOME, AWAY)]
            if None not in parts:
                best = max(best, _surplus(wish, [part for part in parts if isinstance(part, Parcel)]))
    return best


def _parcel(snap: Snapshot, wish: Job, chain: str, lots: tuple[int, ...]) -> Parcel | str | None:
    """Return the parcel of a chain, a word if nothing is delivered there, or `None` if it is not allowed or fails."""
    taken = [(name, size * LOT) for (name, where), size in zip(PLACES, lots, strict=True) if where == chain and size]
    quantity = sum(size for _, size in taken)
    if not quantity:
        return "nothing"
    if quantity < wish.least():
        return None
    orders = tuple(open_order(name, PUT, "buy", size) for name, size in taken)
    part = priced(Desk(snap), wish, Draft(chain=chain, quantity=quantity, legs={PUT: quantity}, orders=orders))
    return None if isinstance(part, Unfilled) else part


def _surplus(wish: Job, parts: list[Parcel]) -> int:
    return sum(wish.intent.max_debit(part.quantity) - part.cost.total for part in parts)


def levels() -> st.SearchStrategy[list[Level]]:
    price, size = st.integers(400, 900).map(lambda cents: cents / 100), st.integers(1, 6).map(lambda lots: lots / 100)
    return st.lists(st.tuples(price, size), min_size=1, max_size=3).map(sorted)


@settings(max_examples=25, deadline=None)
@given(
    offers=st.lists(levels(), min_size=4, max_size=4),
    gas_gwei=st.sampled_from([0.0, 0.02, 0.2]),
    fixed_fee=st.sampled_from([0.0, 0.02]),
    limit=st.sampled_from([6.0, 12.0]),
    minimum=st.sampled_from([0, 3 * LOT]),
)
def test_the_exact_engine_finds_the_best_of_all_splits_over_order_books(
    offers: list[list[Level]], gas_gwei: float, fixed_fee: float, limit: float, minimum: int
) -> None:
    """Books are piecewise linear, so the program sees their true cost but for fees rounded at each level.

    A bridge fee in proportion is left out: the program charges it on the limit, which it knows, not on the cost.
    """
    books = [book(name, chain, {PUT: ((), asks)}) for (name, chain), asks in zip(PLACES, offers, strict=True)]
    snap = tiny(list(books), gas_gwei, fixed_fee)
    wish = job(LONG_PUT, LOTS / 100, limit, minimum=minimum)

    found = route(LiquidityGraph(snap), wish)

    rounding = 10
    surplus = found.surplus if isinstance(found, Route) else 0
    best = best_split(snap, wish)
    assert best - rounding <= surplus <= best


def _chord_errors(snap: Snapshot) -> Iterator[float]:
    """Yield for each venue by how much its chords are dearer than its curve, at worst, in USDC base units."""
    graph = LiquidityGraph(snap)
    for name, chain in PLACES:
        edge = next(edge for edge in graph.trades(PUT, "buy", chain) if edge.key == name)
        steps = list(graph.ladder(edge))
        worst = 0.0
        for lots in range(1, LOTS + 1):
            left, chord = lots * LOT, 0.0
            for step in steps:
                part = min(left, step.quantity)
                chord, left = chord + step.cash * part / step.quantity, left - part
            exact = Desk(snap).quote(name, PUT, "buy", lots * LOT)
            if exact is not None and not left:
                worst = max(worst, chord - exact)
        yield worst


@settings(max_examples=25, deadline=None)
@given(
    vols=st.lists(st.floats(0.6, 1.4), min_size=4, max_size=4),
    standard_lots=st.sampled_from([1, 2, 4]),
    gas_gwei=st.sampled_from([0.0, 0.01, 0.1]),
)
def test_the_exact_engine_is_within_the_error_of_its_chords_over_makers(
    vols: list[float], standard_lots: int, gas_gwei: float
) -> None:
    rules = {"standard_size": standard_lots * LOT, "max_trade": 2 * LOTS * LOT}
    makers = [amm(name, chain, iv=iv, **rules) for (name, chain), iv in zip(PLACES, vols, strict=True)]
    snap = tiny(list(makers), gas_gwei, 0.0)
    wish = job(LONG_PUT, LOTS / 100, 14.0)

    found = route(LiquidityGraph(snap), wish)

    surplus = found.surplus if isinstance(found, Route) else 0
    best = best_split(snap, wish)
    assert best - sum(_chord_errors(snap)) - 10 <= surplus <= best


@settings(max_examples=25, deadline=None)
@given(snapshots(), jobs(usual_wants(), nonce=1), jobs(usual_wants(), nonce=2))
def test_several_intents_together_gain_no_less_than_the_best_alone(market: Snapshot, one: Job, two: Job) -> None:
    graph = LiquidityGraph(market)
    alone = [allocate(graph, [wish]) for wish in (one, two)]
    open_to_all = all(not wish.intent.venues for wish in (one, two))

    together = allocate(graph, [one, two])

    assert together is not None
    if open_to_all:
        best = max(found.surplus for found in alone if found is not None)
        assert together.surplus >= best - 0.01 * abs(best) - 1e-6


@settings(max_examples=25, deadline=None)
@given(snapshots(), jobs(usual_wants(), nonce=1), jobs(usual_wants(), nonce=2))
def test_what_is_delivered_equals_what_is_traded(market: Snapshot, one: Job, two: Job) -> None:
    found = allocate(LiquidityGraph(market), [one, two])

    assert found is not None
    net: dict[tuple[str, str], float] = {}
    for share in found.shares:
        want = share.job.intent.want
        legs = share.legs if want.kind == "payoff" else want.unit_legs()
        for name, held in legs.items():
            scale = 1.0 if want.kind == "payoff" else share.quantity / OPTION_UNIT
            net[share.chain, name] = net.get((share.chain, name), 0.0) + held * scale
    for flow in found.flows:
        sign = 1 if flow.edge.side == "buy" else -1
        key = flow.edge.source[1], flow.edge.instrument
        net[key] = net.get(key, 0.0) - sign * flow.quantity
    assert all(abs(left) < 1e-5 for left in net.values())


def test_opposite_intents_meet_each_other_and_touch_no_venue() -> None:
    buyer, seller = job(LONG_PUT, 10, 7.0, nonce=1), job(builders.single(PUT, ratio=-1), 10, -5.0, nonce=2)

    found = allocate(LiquidityGraph(market()), [buyer, seller])

    assert found is not None
    assert {(share.job.intent_id, round(share.quantity, 6)) for share in found.shares} == {
        (buyer.intent_id, 10.0),
        (seller.intent_id, 10.0),
    }
    assert len({share.chain for share in found.shares}) == 1
    assert found.flows == ()


def test_a_floor_that_is_not_delivered_is_no_excuse_for_arbitrage_between_venues() -> None:
    cheap, dear = ({PUT: ((), ((3.0, 9.0),))}, {PUT: (((5.0, 9.0),), ())})
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, cheap), book("b", HOME, dear)], gas_gwei=0.0)))

    found = allocate(graph, [job(builders.hedge(EXPIRY, 120), 5, -400.0)])

    assert found is not None
    assert found.shares == found.flows == ()
    assert found.surplus == pytest.approx(0.0, abs=1e-9)


def test_no_arbitrage_between_venues_hides_behind_opposite_intents() -> None:
    cheap, dear = ({PUT: ((), ((3.0, 9.0),))}, {PUT: (((5.0, 9.0),), ())})
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, cheap), book("b", HOME, dear)], gas_gwei=0.0)))
    buyer, seller = job(LONG_PUT, 2, 4.0, nonce=1), job(builders.single(PUT, ratio=-1), 1, -4.0, nonce=2)

    found = allocate(graph, [buyer, seller])

    assert found is not None
    assert {(flow.edge.side, round(flow.quantity, 6)) for flow in found.flows} == {("buy", 2.0), ("sell", 1.0)}


def test_an_undelivered_floor_takes_nothing_that_another_intent_wants_to_be_rid_of() -> None:
    """The seller would pay to give its puts away, but not as much as the hedger asks for."""
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, {PUT: ((), ())})], gas_gwei=0.0)))
    seller, hedger = job(builders.single(PUT, ratio=-1), 5, 2.0), job(builders.hedge(EXPIRY, 120), 5, -400.0, nonce=2)

    found = allocate(graph, [seller, hedger])

    assert found is not None
    assert found.shares == ()


def test_an_intent_worth_less_than_its_cost_has_no_share() -> None:
    found = allocate(LiquidityGraph(market()), [job(LONG_PUT, 10, 0.01)])

    assert found is not None
    assert found.shares == ()
    assert found.surplus == pytest.approx(0.0, abs=1e-9)


def test_nothing_to_allocate_is_an_empty_allocation() -> None:
    found = allocate(LiquidityGraph(snapshot(view(HOME))), [job(LONG_PUT, 10, 60.0)])

    assert found is not None
    assert (found.shares, found.flows, found.work) == ((), (), 0)


def test_no_allocation_comes_of_an_optimiser_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "solve", lambda *_, **__: None)

    assert allocate(LiquidityGraph(market()), [job(LONG_PUT, 10, 60.0)]) is None


def test_a_venue_that_one_owner_forbids_is_used_for_nobody_in_common() -> None:
    choosy = job(LONG_PUT, 10, 60.0, nonce=1, venues=("amm.home",))

    found = allocate(LiquidityGraph(market()), [choosy, job(LONG_PUT, 10, 60.0, nonce=2)])

    assert found is not None
    assert {flow.edge.key for flow in found.flows} == {"amm.home"}


def test_the_least_fill_is_kept_or_nothing_is_filled() -> None:
    offers = {PUT: ((), ((5.0, 2.0), (50.0, 20.0)))}
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, offers)], gas_gwei=0.0)))

    free = allocate(graph, [job(LONG_PUT, 10, 7.0)])
    bound = allocate(graph, [job(LONG_PUT, 10, 7.0, minimum=options(4))])

    assert free is not None
    assert bound is not None
    assert [round(share.quantity, 6) for share in free.shares] == [2.0]
    assert bound.shares == ()


def test_the_surplus_of_an_allocation_is_what_its_route_then_costs() -> None:
    """Whole lots of a book, so nothing is lost to rounding."""
    snap = snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 30.0),))})], gas_gwei=5.0))
    wish = job(LONG_PUT, 10, 7.0)
    found, executed = allocate(LiquidityGraph(snap), [wish]), route(LiquidityGraph(snap), wish)

    assert found is not None
    assert isinstance(executed, Route)
    assert found.surplus * USDC_UNIT == pytest.approx(executed.surplus, abs=5)
    assert executed.cost.venues > dollars(50)


def test_the_last_stretch_of_a_book_is_used_as_far_as_the_intent_needs_it() -> None:
    offers = {PUT: ((), ((5.0, 4.0), (5.1, 4.0), (5.2, 4.0), (5.3, 4.0)))}
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, offers)], gas_gwei=0.0)))

    found = allocate(graph, [job(LONG_PUT, 10, 7.0)])

    assert found is not None
    assert [round(flow.quantity, 6) for flow in found.flows] == [10.0]
