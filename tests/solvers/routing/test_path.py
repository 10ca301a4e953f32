from intents import builders
from intents.lifecycle import Cause
from solvers.routing.path import listed, route
from solvers.routing.problem import NoRoute, Route
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    book,
    bridge,
    job,
    market,
    options,
    pool,
    snapshot,
    symbols,
    view,
)
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

PUT, HIGH_PUT = (builders.option(EXPIRY, strike, "P") for strike in (120, 140))
LONG_PUT = builders.single(PUT)


def two_books(cheap_gas: int, dear_gas: int) -> Snapshot:
    cheap = book("cheap", HOME, {PUT: ((), ((5.0, 50.0),))}).__class__
    books = [
        cheap(
            id=name,
            chain=HOME,
            books=book(name, HOME, {PUT: ((), ((price, 50.0),))}).books,
            fee_account="fees",
            gas=gas,
        )
        for name, price, gas in (("cheap", 5.0, cheap_gas), ("dear", 5.5, dear_gas))
    ]
    return snapshot(view(HOME, books, gas_gwei=100.0))


def test_each_leg_goes_whole_to_one_venue_of_one_chain() -> None:
    found = route(LiquidityGraph(market()), job(builders.vertical(EXPIRY, 140, 120, "P"), 10, 60.0))

    assert isinstance(found, Route)
    (part,) = found.parcels
    assert sorted((order.instrument, order.quantity) for order in part.orders) == [
        (PUT, options(10)),
        (HIGH_PUT, options(10)),
    ]


def test_gas_counts_in_the_choice_of_a_venue() -> None:
    wish = job(LONG_PUT, 1, 60.0)
    equal, unequal = (route(LiquidityGraph(two_books(gas, 90_000)), wish) for gas in (90_000, 900_000))

    assert isinstance(equal, Route)
    assert isinstance(unequal, Route)
    assert equal.parcels[0].orders[0].venue == "cheap"
    assert unequal.parcels[0].orders[0].venue == "dear"


def test_the_cheapest_chain_is_chosen_with_all_costs() -> None:
    first, second = bridge(fee_ppm=0, fixed_fee=1.0)
    home = view(HOME, [book("book.home", HOME, {PUT: ((), ((5.2, 50.0),))})], [first], gas_gwei=0.0)
    away = view(AWAY, [book("book.away", AWAY, {PUT: ((), ((5.0, 50.0),))})], [second], gas_gwei=0.0)
    graph = LiquidityGraph(snapshot(home, away))
    few, many = (route(graph, job(LONG_PUT, count, 60.0)) for count in (4, 6))

    assert isinstance(few, Route)
    assert isinstance(many, Route)
    assert few.parcels[0].chain == HOME
    assert many.parcels[0].chain == AWAY


def test_the_answer_without_a_route_tells_the_cheapest_unit() -> None:
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 50.0),))})], gas_gwei=0.0)))

    found = route(graph, job(LONG_PUT, 10, 4.0))

    assert isinstance(found, NoRoute)
    assert found.cause is Cause.NO_SOLUTION
    assert found.unit_cost == 5_039_000
    assert "limit is 40000000" in found.detail


def test_an_intent_larger_than_any_venue_has_no_single_path() -> None:
    found = route(LiquidityGraph(market()), job(LONG_PUT, 100, 60.0))

    assert isinstance(found, NoRoute)
    assert found.cause is Cause.NO_LIQUIDITY


def test_what_is_left_below_a_lot_has_no_path() -> None:
    wish = job(LONG_PUT, 1, 60.0)
    dust = type(wish)(intent_id=wish.intent_id, intent=wish.intent, remaining=10**15)

    assert isinstance(route(LiquidityGraph(market()), dust), NoRoute)


def test_ether_is_not_among_the_listed_series() -> None:
    there = [pool("p", HOME), book("b", HOME, dict.fromkeys(symbols(), ((), ())))]

    found = listed(LiquidityGraph(snapshot(view(HOME, there))), HOME)

    assert {series.symbol for series in found} == set(symbols())
