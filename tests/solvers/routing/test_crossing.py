import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.exposure import NO_BACKING
from intents.wants import Package
from solvers.routing.crossing import Crossing, crossings
from solvers.routing.desk import Desk, bought
from solvers.routing.exact import allocate
from solvers.routing.problem import Job
from solvers.routing.quantise import net
from tests.solvers.random_markets import jobs, snapshots, usual_wants
from tests.solvers.small_market import AWAY, EXPIRY, HOME, ISLAND, amm, fair, job, market, options, snapshot, view
from venues.clearing import ClearingHouse
from venues.graph import LiquidityGraph
from venues.markets.venue import Unfilled
from venues.snapshot import Snapshot

PUT, HIGH_PUT = (builders.option(EXPIRY, strike, "P") for strike in (120, 140))
LONG_PUT, SHORT_PUT = builders.single(PUT), builders.single(PUT, ratio=-1)


def crossed(snap: Snapshot, *wishes: Job) -> list[Crossing]:
    graph = LiquidityGraph(snap)
    found = allocate(graph, wishes)
    assert found is not None
    return crossings(graph, found)


def test_opposite_intents_of_one_size_cross_without_a_venue() -> None:
    buyer, seller = job(LONG_PUT, 10, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2)

    (found,) = crossed(market(), buyer, seller)

    assert found.jobs == (seller, buyer)
    assert [part.orders for part in found.parcels] == [(), ()]
    assert [dict(part.legs) for part in found.parcels] == [{PUT: -options(10)}, {PUT: options(10)}]


def test_both_owners_gain_by_a_crossing_what_the_venues_would_have_kept() -> None:
    buyer, seller = job(LONG_PUT, 10, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2)
    graph = LiquidityGraph(market())
    alone = [allocate(graph, [wish]) for wish in (buyer, seller)]

    (found,) = crossed(market(), buyer, seller)

    assert found.surplus > sum(int(part.surplus * 10**6) for part in alone if part is not None)
    assert sum(part.cost.venues for part in found.parcels) == 0


def test_what_does_not_cross_is_traded_at_a_venue_by_the_last() -> None:
    buyer, seller = job(LONG_PUT, 30, 20.0, nonce=1, chains=(AWAY,)), job(SHORT_PUT, 10, -5.0, nonce=2)

    (found,) = crossed(market(home_gwei=0.0), buyer, seller)

    assert found.jobs == (seller, buyer)
    assert found.parcels[0].orders == ()
    assert bought(found.parcels[1].orders) == {PUT: options(20)}


def test_a_surplus_of_sellers_is_sold_at_a_venue() -> None:
    buyer, seller = job(LONG_PUT, 10, 20.0, nonce=1), job(SHORT_PUT, 30, -0.5, nonce=2, chains=(AWAY,))

    (found,) = crossed(market(home_gwei=0.0), buyer, seller)

    assert bought(found.parcels[-1].orders) == {PUT: -options(20)}


def test_a_spread_can_cross_with_two_intents_at_once() -> None:
    spread = job(builders.vertical(EXPIRY, 140, 120, "P"), 10, 20.0, nonce=1)
    others = job(LONG_PUT, 10, 20.0, nonce=2), job(builders.single(HIGH_PUT, ratio=-1), 10, -9.0, nonce=3)

    (found,) = crossed(market(), spread, *others)

    assert {wish.intent_id for wish in found.jobs} == {wish.intent_id for wish in (spread, *others)}
    assert net(part.legs for part in found.parcels) == {}
    assert all(part.orders == () for part in found.parcels)


def test_intents_on_the_same_side_do_not_cross() -> None:
    assert crossed(market(), job(LONG_PUT, 10, 20.0, nonce=1), job(LONG_PUT, 5, 20.0, nonce=2)) == []


def test_intents_that_may_not_meet_on_a_chain_do_not_cross() -> None:
    buyer = job(LONG_PUT, 10, 20.0, nonce=1, chains=(HOME,))
    seller = job(SHORT_PUT, 10, -5.0, nonce=2, chains=(AWAY,))

    assert crossed(market(), buyer, seller) == []


def test_intents_on_chains_without_a_bridge_do_not_cross() -> None:
    snap = snapshot(view(HOME, [amm("a", HOME)]), view(ISLAND, [amm("b", ISLAND)]))

    assert crossed(snap, job(LONG_PUT, 10, 20.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2, home=ISLAND)) == []


def test_an_all_or_none_intent_crosses_whole_or_not_at_all() -> None:
    whole = job(LONG_PUT, 30, 20.0, nonce=1, fill="all_or_none")

    found = crossed(market(home_gwei=0.0), whole, job(SHORT_PUT, 10, -5.0, nonce=2))

    assert [part.quantity for crossing in found for part in crossing.parcels] == [options(10), options(30)]


@settings(max_examples=60, deadline=None)
@given(snapshots(), st.data())
def test_parcels_of_a_crossing_net_exactly_to_its_orders(market: Snapshot, data: st.DataObject) -> None:
    wants = st.one_of(usual_wants(), st.sampled_from([LONG_PUT, SHORT_PUT, SHORT_PUT]))
    wishes = [data.draw(jobs(wants, nonce=i)) for i in range(1, 4)]

    for found in crossed(market, *wishes):
        orders = [order for part in found.parcels for order in part.orders]
        assert net(part.legs for part in found.parcels) == bought(orders)
        for wish, part in zip(found.jobs, found.parcels, strict=True):
            assert wish.least() <= part.quantity <= wish.remaining
            assert part.chain in wish.chains(LiquidityGraph(market))


@settings(max_examples=40, deadline=None)
@given(snapshots(), st.data())
def test_a_solver_has_in_hand_what_it_delivers_at_every_step_of_a_package_crossing(
    market: Snapshot, data: st.DataObject
) -> None:
    """Sellers come first, and the orders run before the first delivery to a buyer."""
    wants = st.sampled_from([LONG_PUT, SHORT_PUT, builders.single(HIGH_PUT), builders.single(HIGH_PUT, ratio=-1)])
    wishes = [data.draw(jobs(wants, nonce=i)) for i in range(1, 5)]

    for found in crossed(market, *wishes):
        desk, held = Desk(market), dict[str, int]()
        for wish, part in zip(found.jobs, found.parcels, strict=True):
            assert isinstance(wish.intent.want, Package)
            assert not isinstance(desk.trade_all(part.orders), Unfilled)
            opposite = {name: -quantity for name, quantity in part.legs.items()}
            held = net([held, bought(part.orders), opposite])
            assert all(quantity > 0 for quantity in held.values())
        assert held == {}


def test_the_first_buyer_brings_the_orders_for_what_sellers_leave_missing() -> None:
    wishes = (
        job(LONG_PUT, 20, 60.0, nonce=1),
        job(LONG_PUT, 20, 60.0, nonce=2),
        job(SHORT_PUT, 10, -1.0, nonce=3),
    )

    (found,) = crossed(market(home_gwei=0.0), *wishes)

    assert [sum(part.legs.values()) > 0 for part in found.parcels] == [False, True, True]
    assert [bool(part.orders) for part in found.parcels] == [False, True, False]


def ring(*strikes: int, size: float = 10.0, credit: float = 2.0) -> list[Job]:
    """Return intents of which each buys the put that the one before sells, and the first one the put of the last."""
    pairs = zip(strikes, (*strikes[1:], strikes[0]), strict=True)
    wishes = []
    for nonce, (buy, sell) in enumerate(pairs, 1):
        limit = fair(builders.option(EXPIRY, buy, "P")) - fair(builders.option(EXPIRY, sell, "P")) + credit
        wishes.append(job(builders.vertical(EXPIRY, buy, sell, "P"), size, limit, nonce=nonce))
    return wishes


@pytest.mark.parametrize("strikes", [(100, 140), (100, 120, 160), (100, 160, 120, 140)])
def test_a_ring_of_any_length_meets_without_a_venue(strikes: tuple[int, ...]) -> None:
    """No two of three intents are opposite: only the program, not a search for pairs, finds them."""
    wishes = ring(*strikes)

    (found,) = crossed(market(), *wishes)

    assert {wish.intent_id for wish in found.jobs} == {wish.intent_id for wish in wishes}
    assert [part.orders for part in found.parcels] == [()] * len(strikes)
    assert net(part.legs for part in found.parcels) == {}
    assert len({part.chain for part in found.parcels}) == 1


def test_a_ring_leaves_its_owners_more_than_the_venues_do() -> None:
    wishes = ring(100, 120, 160)
    alone = [allocate(LiquidityGraph(market()), [wish]) for wish in wishes]

    (found,) = crossed(market(), *wishes)

    assert found.surplus > sum(int(part.surplus * 10**6) for part in alone if part is not None)


def test_a_ring_with_a_member_of_another_size_trades_the_rest_at_a_venue() -> None:
    first, *others = ring(100, 120, 160, credit=5.0)
    larger = job(first.intent.want, 15, first.intent.limit / 10**6, nonce=9, fill="all_or_none")

    (found,) = crossed(market(home_gwei=0.0), larger, *others)

    orders = [order for part in found.parcels for order in part.orders]
    assert len(found.jobs) == 3
    assert net(part.legs for part in found.parcels) == bought(orders) != {}


def test_a_ring_is_delivered_in_the_order_that_ties_up_least() -> None:
    """Strikes 100, 120, 160: who sells the 160 and buys the 100 first leaves the solver long what is dearer."""
    (found,) = crossed(market(), *ring(100, 120, 160))

    needs = []
    for order in itertools.permutations(found.parcels):
        house = ClearingHouse()
        worst = 0
        for part in order:
            house = house.move("solver", "owner", dict(part.legs), 0)
            worst = max(worst, house.shortfall("solver").cash)
        needs.append(worst)
    assert found.backing.cash == min(needs) < max(needs)
    assert found.backing.ether == 0


def test_a_seller_before_a_buyer_needs_no_backing() -> None:
    (found,) = crossed(market(), job(LONG_PUT, 10, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2))

    assert found.backing == NO_BACKING
