"""The thin markets of `low-liquidity-v1`: every kind of venue in one world, and a table that adds up."""

import pytest

from solvernet.accounts import escrow_flows
from solvernet.build import build_world, truth_of
from solvernet.engine import RunName
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import Scenario, parse_scenario, scenario_hash, scenario_text
from solvernet.summary import Outcome, Summary, summarise
from solvernet.users import UserFlow
from venues.markets.clob import OrderBook
from venues.markets.concentrated import ConcentratedPool
from venues.markets.hybrid import Hybrid
from venues.markets.tick_option_amm import TickOptionAmm

NAME = "low-liquidity-v1"
ROLLUP = "eip155:901"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(scenario_text(NAME), NAME)


@pytest.fixture(scope="module")
def thin_run(scenario: Scenario) -> InlineRun:
    run = open_inline(RunName(scenario, scenario_hash(scenario_text(NAME)), scenario.window_named("short"), 7))
    run.drive()
    return run


@pytest.fixture(scope="module")
def summary(thin_run: InlineRun) -> Summary:
    return summarise(Outcome(thin_run.engine, thin_run.events, "f" * 64, True, 1.0, None))


def test_every_kind_of_venue_of_the_scenario_stands_in_its_world(scenario: Scenario) -> None:
    world = build_world(scenario, 7, scenario.window.start, {})

    kinds = {venue.kind for chain in world.chain_ids for venue in world.state(chain).venues.values()}
    assert kinds == {"order_book", "option_amm", "hybrid", "tick_option_amm", "concentrated", "constant_product"}


def test_a_concentrated_pool_opens_at_the_market_with_the_ether_that_was_asked_for(scenario: Scenario) -> None:
    world = build_world(scenario, 7, scenario.window.start, {})

    pool = world.state(ROLLUP).venues["range.rollup"]
    assert isinstance(pool, ConcentratedPool)
    price = pool.marginal_price("ETH", "buy", world.state(ROLLUP).market(world.now_ms))
    assert price is not None
    assert price * 10**12 == pytest.approx(world.truth.price(world.now_ms) / 10**8, rel=0.01)
    assert pool.ether / 10**18 == pytest.approx(300.0, rel=0.25)


def test_the_keeper_of_a_hybrid_venue_tells_it_the_volatility_of_the_market(scenario: Scenario) -> None:
    world = build_world(scenario, 7, scenario.window.start, {})

    venue = world.state(ROLLUP).venues["hybrid.rollup"]
    assert isinstance(venue, Hybrid)
    symbols = list(venue.markets)
    _, _, vols = world.truth.vols(symbols, world.now_ms)
    told = [venue.markets[symbol].mark_vol / 10**18 for symbol in symbols]
    assert told == pytest.approx(list(vols), rel=0.02)
    assert all(market.jit_asks and market.jit_bids for market in venue.markets.values())


def test_makers_step_away_when_volatility_passes_what_they_can_bear(scenario: Scenario) -> None:
    world = build_world(scenario, 7, scenario.window.start, {})
    before = world.state(ROLLUP).venues["book.rollup"], world.state(ROLLUP).venues["hybrid.rollup"]

    world.advance(scenario.window.end)

    after = world.state(ROLLUP).venues["book.rollup"], world.state(ROLLUP).venues["hybrid.rollup"]
    assert quotes(before[0]) > 0
    assert quotes(after[0]) == 0
    assert isinstance(after[1], Hybrid)
    assert not any(market.jit_asks or market.jit_bids for market in after[1].markets.values())


def quotes(venue: object) -> int:
    assert isinstance(venue, OrderBook)
    return sum(len(book.bids) + len(book.asks) for book in venue.books.values())


def test_a_tick_market_opens_in_the_middle_of_its_ranges(scenario: Scenario) -> None:
    world = build_world(scenario, 7, scenario.window.start, {})

    venue = world.state(ROLLUP).venues["ticks.rollup"]
    assert isinstance(venue, TickOptionAmm)
    assert venue.markets
    for market in venue.markets.values():
        assert len(market.ranges) == 6
        assert 0 <= market.place <= sum(part.size for part in market.ranges)


def test_no_dollar_and_no_wei_is_made_or_lost_in_thin_markets(summary: Summary, thin_run: InlineRun) -> None:
    flows = escrow_flows(thin_run.engine.auctioneer.world)

    assert summary.money_in == summary.money_out
    assert flows["locked"] == flows["claimed"] + flows["refunded"]


def test_the_table_of_venues_counts_every_order_of_every_awarded_fill_once(
    summary: Summary, thin_run: InlineRun
) -> None:
    plans = [run.plan for run in thin_run.engine.auctioneer.executor.runs()]

    assert sum(line.orders for line in summary.venues) == sum(len(plan.orders) for plan in plans) > 0
    assert all(line.failed == sum(line.by_cause.values()) <= line.orders for line in summary.venues)


def test_orders_of_delivered_fills_were_executed_and_those_of_failed_fills_were_not(thin_run: InlineRun) -> None:
    delivered = {run.plan.terms.fill_id: run.delivered_ms > 0 for run in thin_run.engine.auctioneer.executor.runs()}

    for order in thin_run.engine.venue_record.orders:
        assert (order.executed is not None) == delivered[order.fill_id]


def test_no_executed_order_breaks_its_bound(thin_run: InlineRun) -> None:
    executed = [item for item in thin_run.engine.venue_record.orders if item.executed is not None]

    assert executed
    for item in executed:
        assert item.executed is not None
        sign = 1 if item.order.side == "buy" else -1
        assert sign * item.executed <= sign * item.order.bound


def test_the_crowded_twin_differs_in_nothing_but_the_load_of_its_chains(scenario: Scenario) -> None:
    name = "low-liquidity-congested-v1"
    twin = parse_scenario(scenario_text(name), name)

    chains = {key: part.model_copy(update={"demand_from": None}) for key, part in twin.chains.items()}
    told = {"name": scenario.name, "title": scenario.title, "description": scenario.description, "chains": chains}
    assert twin.model_copy(update=told) == scenario


def test_users_of_the_crowded_twin_want_the_same(scenario: Scenario) -> None:
    twin = parse_scenario(scenario_text("low-liquidity-congested-v1"), "twin")
    window = scenario.window

    first, second = (
        list(UserFlow(item, 7, truth_of(item, 7)).between(window.start, window.start + 600_000))
        for item in (scenario, twin)
    )

    assert first == second


def test_demand_taken_from_another_instant_stands_at_the_start(scenario: Scenario) -> None:
    twin = parse_scenario(scenario_text("low-liquidity-congested-v1"), "twin")
    calm, crowded = (build_world(item, 7, scenario.window.start, {}) for item in (scenario, twin))

    assert crowded.chain("eip155:1").fee_quantile(0.5, 10) > 5 * calm.chain("eip155:1").fee_quantile(0.5, 10)
