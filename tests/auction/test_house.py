from auction.house import Benchmark, Yardstick, absent, before_fees, benchmark, job_of
from intents import builders
from intents.assets import PRICE_UNIT
from intents.fees import FeeRule
from intents.lifecycle import Cause
from solvers.routing.problem import Route
from solvers.routing.router import route
from tests.auction.stage import CALL, PUT
from tests.solvers.small_market import HOME as AT_HOME
from tests.solvers.small_market import job, market, options, snapshot, view
from tests.venues.calls.stage import dollars, signed
from venues.graph import LiquidityGraph

BUYER = job(builders.single(PUT), 5, 12.0, nonce=1)
SELLER = job(builders.single(PUT, ratio=-1), 5, -3.0, nonce=2)
CALLER = job(builders.single(CALL), 5, 12.0, nonce=3)
GREEDY_BUYER = job(builders.single(PUT), 5, 0.5, nonce=4)


def test_alone_an_intent_is_worth_what_the_best_route_leaves_of_its_limit() -> None:
    graph = LiquidityGraph(market())
    best = route(graph, BUYER, nodes=50)

    found = benchmark(graph, [BUYER], 50).alone[BUYER.intent_id]

    assert isinstance(best, Route)
    assert found == Yardstick(best.surplus, options(5), None, "", None)


def test_an_intent_below_every_price_has_a_cause_and_the_price() -> None:
    found = benchmark(LiquidityGraph(market()), [GREEDY_BUYER], 50).alone[GREEDY_BUYER.intent_id]

    assert (found.surplus, found.quantity) == (0, 0)
    assert found.cause is not None
    assert found.detail
    assert found.unit_cost is not None
    assert found.unit_cost > GREEDY_BUYER.intent.limit


def test_without_venues_there_is_no_liquidity_and_no_price() -> None:
    found = benchmark(LiquidityGraph(snapshot(view(AT_HOME))), [BUYER], 50).alone[BUYER.intent_id]

    assert (found.cause, found.unit_cost) == (Cause.NO_LIQUIDITY, None)


def test_opposite_intents_are_worth_more_together_than_alone() -> None:
    found = benchmark(LiquidityGraph(market()), [BUYER, SELLER], 50)

    assert found.first_best > sum(yardstick.surplus for yardstick in found.alone.values())


def test_together_is_never_worth_less_than_the_best_alone() -> None:
    found = benchmark(LiquidityGraph(market()), [BUYER, CALLER, GREEDY_BUYER], 50)

    assert found.first_best >= max(yardstick.surplus for yardstick in found.alone.values())


def test_an_engine_that_does_not_see_several_intents_bounds_by_the_best_alone() -> None:
    found = benchmark(LiquidityGraph(market()), [BUYER, SELLER], 50, engine="path")

    assert found.first_best == max(yardstick.surplus for yardstick in found.alone.values())


def test_without_intents_there_is_nothing_to_gain() -> None:
    found = benchmark(LiquidityGraph(market()), [], 50)

    assert (found.first_best, found.alone) == (0, {})


def test_a_house_that_does_not_look_knows_no_causes() -> None:
    found = absent([BUYER])

    assert (found.first_best, found.alone[BUYER.intent_id].cause) == (0, None)


def test_a_job_is_what_remains_of_an_intent() -> None:
    made = job_of("x", BUYER.intent, options(2))

    assert (made.intent_id, made.intent, made.remaining) == ("x", BUYER.intent, options(2))


def test_fees_are_counted_into_what_a_route_leaves_and_into_the_limit_it_would_take() -> None:
    """Volume costs a dollar a unit; a route leaves two dollars to what solvers price, another costs seven a unit."""
    fees = FeeRule(notional_ppm=100_000, premium_ppm=500_000).at(10 * PRICE_UNIT)
    document = signed(limit=6.0)
    alone = {
        "open": Yardstick(dollars(2), options(2), None, "", None),
        "dear": Yardstick(0, 0, Cause.NO_LIQUIDITY, "too dear", dollars(7)),
    }

    found = before_fees(Benchmark(dollars(2), alone), {name: (document, options(2)) for name in alone}, fees)

    assert (found.alone["open"].surplus, found.alone["dear"].surplus) == (dollars(4), 0)
    assert (found.alone["open"].unit_cost, found.alone["dear"].unit_cost) == (None, dollars(8))
    assert found.first_best == dollars(2)
    assert before_fees(found, {}, None) is found


def test_the_work_of_the_house_is_that_of_its_routes_and_of_the_program_of_all_together() -> None:
    graph = LiquidityGraph(market())
    alone = [benchmark(graph, [one], 50).work for one in (BUYER, SELLER)]

    together = benchmark(graph, [BUYER, SELLER], 50).work

    assert min(alone) > 0
    assert together > sum(alone)
    assert benchmark(graph, [BUYER, SELLER], 50, engine="path").work < together
    assert absent([BUYER]).work == 0
