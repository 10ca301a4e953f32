from dataclasses import replace

import pytest

from intents import builders
from solvers.routing.desk import open_order
from solvers.routing.problem import Cost, Route
from solvers.routing.router import route
from solvers.routing.verify import Verified, verify_route
from tests.solvers.small_market import AWAY, EXPIRY, HOME, book, job, market, options, snapshot, view
from venues.graph import LiquidityGraph

PUT, HIGH_PUT = (builders.option(EXPIRY, strike, "P") for strike in (120, 140))
LONG_PUT = builders.single(PUT)


@pytest.fixture
def good() -> tuple[LiquidityGraph, Route]:
    graph = LiquidityGraph(market())
    found = route(graph, job(LONG_PUT, 30, 60.0, minimum=options(2)), "path")
    assert isinstance(found, Route)
    return graph, found


def tampered(found: Route, **changes: object) -> Route:
    return replace(found, parcels=(replace(found.parcels[0], **changes),))  # type: ignore[arg-type]


def test_an_honest_route_verifies(good: tuple[LiquidityGraph, Route]) -> None:
    graph, found = good

    assert verify_route(graph, found.job, found) == Verified(found.cost, found.surplus)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"quantity": 0}, "quantity 0 is not between"),
        ({"quantity": options(1), "legs": {PUT: options(1)}}, "below the least fill"),
        ({"quantity": options(31), "legs": {PUT: options(31)}}, "remains"),
        ({"legs": {PUT: options(29)}}, "are not the"),
        ({"legs": {HIGH_PUT: options(30)}}, "are not the"),
        ({"orders": ()}, "bring {}"),
        ({"orders": (open_order("amm.home", PUT, "buy", options(81)),)}, "takes at most"),
        ({"orders": (replace(open_order("amm.home", PUT, "buy", options(30)), bound=1),)}, "bound 0.00"),
        ({"cost": Cost(1, 0, 0)}, "the route says 1"),
        ({"chain": AWAY}, "amm.home is not on"),
        ({"chain": "eip155:7"}, "no bridge leads"),
        ({"orders": (open_order("nowhere", PUT, "buy", options(30)),)}, "nowhere is not on"),
    ],
)
def test_a_route_that_does_not_do_what_it_says_is_named(
    good: tuple[LiquidityGraph, Route], changes: dict[str, object], complaint: str
) -> None:
    graph, found = good

    wrong = verify_route(graph, found.job, tampered(found, **changes))

    assert isinstance(wrong, str)
    assert complaint in wrong
    assert "\n" not in wrong


def test_two_parcels_may_not_fill_more_than_remains_between_them() -> None:
    graph = LiquidityGraph(snapshot(view(HOME, [book("a", HOME, {PUT: ((), ((5.0, 100.0),))})], gas_gwei=0.0)))
    found = route(graph, job(LONG_PUT, 10, 60.0))
    assert isinstance(found, Route)

    wrong = verify_route(graph, found.job, replace(found, parcels=found.parcels * 2))

    assert isinstance(wrong, str)
    assert "remains" in wrong


def test_a_place_that_the_owner_does_not_allow_is_named(good: tuple[LiquidityGraph, Route]) -> None:
    graph, found = good
    wish = found.job
    choosy = [wish.intent.model_copy(update=terms) for terms in ({"chains": (AWAY,)}, {"venues": ("amm.away",)})]

    jobs = [replace(wish, intent=intent) for intent in choosy]
    wrong = [verify_route(graph, other, replace(found, job=other)) for other in jobs]

    assert wrong == [f"the owner does not allow {HOME}", "the owner does not allow amm.home"]


def test_gas_left_out_of_a_route_is_found(good: tuple[LiquidityGraph, Route]) -> None:
    graph, found = good
    part = found.parcels[0]

    wrong = verify_route(graph, found.job, tampered(found, cost=replace(part.cost, gas=part.cost.gas - 1)))

    assert wrong == f"the parcel on {HOME} costs {part.cost.total}, the route says {part.cost.total - 1}"


def test_a_route_that_says_it_costs_more_than_it_does_is_put_right(good: tuple[LiquidityGraph, Route]) -> None:
    graph, found = good
    dear = replace(found.parcels[0].cost, venues=found.parcels[0].cost.venues + 5)

    checked = verify_route(graph, found.job, tampered(found, cost=dear))

    assert checked == Verified(found.cost, found.surplus)


def test_a_route_of_another_intent_is_refused(good: tuple[LiquidityGraph, Route]) -> None:
    graph, found = good
    less = replace(found.job, remaining=options(3))

    wrong = verify_route(graph, less, found)

    assert isinstance(wrong, str)
    assert "as it stands" in wrong
