"""After an outage, venues priced by the oracle wait until the grace period is over."""

from dataclasses import replace

import pytest

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from tests.venues.small_world import L2, MINUTE_MS, PUT, START_MS, agents, amm, book, chain_state, make_world, pool
from venues.chain_state import ChainState
from venues.faults import Fault, Faults
from venues.markets.arbitrage import Arbitrageur
from venues.markets.venue import Order, Unfilled
from venues.oracles.sentinel import Sentinel, Uptime
from venues.oracles.uptime_guard import UptimeGuard
from venues.snapshot import view_chain
from venues.world import World

GRACE_MS = 10 * MINUTE_MS
GUARD = UptimeGuard(sentinel=Sentinel(GRACE_MS), tolerance_ms=MINUTE_MS)
OPTION = Order(venue="amm", instrument=PUT, side="buy", quantity=OPTION_UNIT, bound=10**6 * USDC_UNIT)
ETHER = Order(venue="pool", instrument=ETH, side="buy", quantity=ETH_UNIT, bound=10**6 * USDC_UNIT)


def _after_outage() -> ChainState:
    """Return a state whose first block after an outage has just begun."""
    state = replace(chain_state(L2, amm(), pool(), book()), guard=GUARD)
    return state.woken(START_MS - 2 * MINUTE_MS, START_MS)


@pytest.mark.parametrize(("gap_ms", "since_ms"), [(MINUTE_MS, 0), (MINUTE_MS + 1, START_MS)])
def test_only_a_gap_longer_than_the_tolerance_is_an_outage(gap_ms: int, since_ms: int) -> None:
    assert GUARD.told(START_MS - gap_ms, START_MS).uptime == Uptime(is_up=True, since_ms=since_ms)


@pytest.mark.parametrize(("after_ms", "waits"), [(0, True), (GRACE_MS, True), (GRACE_MS + 1, False)])
def test_an_option_market_maker_refuses_until_the_grace_period_is_over(after_ms: int, waits: bool) -> None:
    outcome = _after_outage().trade(OPTION, "trader", START_MS + after_ms)

    assert isinstance(outcome, Unfilled) == waits
    if isinstance(outcome, Unfilled):
        assert outcome.cause is Cause.HALTED


def test_a_pool_that_has_its_own_price_trades_at_once() -> None:
    assert not isinstance(_after_outage().trade(ETHER, "trader", START_MS), Unfilled)


def test_without_a_guard_nothing_waits() -> None:
    state = chain_state(L2, amm()).woken(START_MS - 2 * MINUTE_MS, START_MS)

    assert not isinstance(state.trade(OPTION, "trader", START_MS), Unfilled)
    assert state.guard is None


@pytest.mark.parametrize(("after_ms", "status"), [(0, "unavailable"), (GRACE_MS + 1, "available")])
def test_solvers_see_what_waits_as_unavailable(after_ms: int, status: str) -> None:
    view = view_chain(_after_outage(), 1, (), START_MS + after_ms)

    assert {venue.id: venue.status for venue in view.venues if hasattr(venue, "status") and venue.id != "book"} == {
        "amm": status,
        "pool": "available",
    }


def _world(grace_ms: int) -> World:
    """Return a world whose rollup stands still for five minutes, with a trader who looks every ten seconds."""
    outage = Fault(id="o", kind="outage", target=L2, from_ms=START_MS + MINUTE_MS, until_ms=START_MS + 6 * MINUTE_MS)
    trader = Arbitrageur(name="trader", chain=L2, venues=("amm",), period_ms=10_000, offset_ms=0)
    world = make_world(inhabitants=(*agents()[:2], trader), faults=Faults((outage,)))
    rollup = world.chain(L2)
    rollup.state = replace(rollup.state, guard=replace(GUARD, sentinel=Sentinel(grace_ms)))
    return world


def test_nobody_trades_options_in_the_grace_period_of_a_world_and_everybody_can_after_it() -> None:
    world = _world(GRACE_MS)
    world.advance(START_MS + 6 * MINUTE_MS - 1)
    before = world.state(L2).venues["amm"]

    world.advance(START_MS + 16 * MINUTE_MS - 1_000)
    guard = world.state(L2).guard
    during = world.state(L2).venues["amm"]
    world.advance(START_MS + 20 * MINUTE_MS)

    assert guard is not None
    assert START_MS + 6 * MINUTE_MS <= guard.uptime.since_ms <= START_MS + 6 * MINUTE_MS + 4_000
    assert during == before
    assert world.state(L2).venues["amm"] != before
