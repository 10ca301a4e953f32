from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import OPTION_UNIT
from intents.intent import LOT
from solvers.routing.least_cost import least_cost
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.router import route
from solvers.routing.verify import Verified, verify_route
from tests.solvers.random_markets import floors, jobs, packages, snapshots, usual_wants
from tests.solvers.routing.audit import assert_sound, cheapest_conceivable
from tests.solvers.small_market import HOME, NOW_MS, amm, pool, quoted_book, snapshot, view
from venues.graph import LiquidityGraph
from venues.snapshot import Snapshot

ANY_JOB = jobs(st.one_of(usual_wants(), packages(), floors()))
WHOLE: tuple[EngineName, ...] = ("auto", "exact", "greedy", "path")
"""Engines that know fixed costs; the others have tests of their own."""

ROUNDING = 5
"""USDC base units that rounding to whole units may save on an order."""


def all_routes(market: Snapshot, job: Job) -> list[Route]:
    graph = LiquidityGraph(market)
    answers = [route(graph, job, engine) for engine in WHOLE]
    return [answer for answer in answers if isinstance(answer, Route)]


@settings(max_examples=80, deadline=None)
@given(snapshots(), ANY_JOB)
def test_every_route_can_be_executed_and_keeps_what_its_owner_signed(market: Snapshot, job: Job) -> None:
    for found in all_routes(market, job):
        assert_sound(market, found)
        assert verify_route(LiquidityGraph(market), job, found) == Verified(found.cost, found.surplus)


@settings(max_examples=60, deadline=None)
@given(snapshots(), ANY_JOB)
def test_no_route_pays_less_than_the_best_prices_conceivable(market: Snapshot, job: Job) -> None:
    for found in all_routes(market, job):
        for part in found.parcels:
            assert part.cost.venues >= cheapest_conceivable(market, part) - ROUNDING * len(part.orders)


@settings(max_examples=60, deadline=None)
@given(snapshots(), jobs(st.one_of(usual_wants(), packages())))
def test_no_engine_undercuts_the_least_cost(market: Snapshot, job: Job) -> None:
    bound = least_cost(LiquidityGraph(market), job)

    for found in all_routes(market, job):
        assert found.cost.total >= bound * found.quantity / OPTION_UNIT - 1


@settings(max_examples=60, deadline=None)
@given(snapshots(), ANY_JOB)
def test_exact_and_auto_are_never_worse_than_the_others(market: Snapshot, job: Job) -> None:
    graph = LiquidityGraph(market)
    answers = {engine: route(graph, job, engine) for engine in WHOLE}
    surplus = {engine: found.surplus for engine, found in answers.items() if isinstance(found, Route)}

    if surplus:
        assert surplus["exact"] == surplus["auto"] == max(surplus.values())
    else:
        assert all(isinstance(answer, NoRoute) for answer in answers.values())


@settings(max_examples=40, deadline=None)
@given(snapshots(), ANY_JOB)
def test_routing_is_a_function_of_the_market_and_the_intent(market: Snapshot, job: Job) -> None:
    first, second = (route(LiquidityGraph(market), job) for _ in range(2))

    assert first == second


@settings(max_examples=60, deadline=None)
@given(
    spot=st.sampled_from([0.0, 1e-8, 0.01, 130.0, 1e5, 9e6]),
    iv=st.sampled_from([0.0, 1e-9, 0.9, 50.0]),
    gas_gwei=st.sampled_from([0.0, 1e9]),
    now_ms=st.sampled_from([0, NOW_MS, NOW_MS + 2 * 31_536_000_000]),
    job=ANY_JOB,
)
def test_extreme_markets_give_an_answer_and_never_an_exception(
    spot: float, iv: float, gas_gwei: float, now_ms: int, job: Job
) -> None:
    venues = [amm("amm.home", HOME, iv=iv, max_vol=10**20, min_vol=0), quoted_book("book.home", HOME), pool("p", HOME)]
    market = snapshot(view(HOME, venues, gas_gwei=gas_gwei, spot=spot), view("eip155:901"), spot=spot, now_ms=now_ms)

    for found in all_routes(market, job):
        assert_sound(market, found)


@settings(max_examples=60, deadline=None)
@given(snapshots(), ANY_JOB.filter(lambda job: job.intent.fill == "partial"), st.integers(1, LOT - 1))
def test_a_remainder_off_the_lot_grid_is_routed_in_whole_lots(market: Snapshot, job: Job, dust: int) -> None:
    odd = replace(job, remaining=job.remaining - dust)

    for found in all_routes(market, odd):
        assert_sound(market, found)
