"""Bribed nodes, who trades on their lie, who proves it, and who runs, in a small world."""

from dataclasses import replace

import pytest

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from tests.venues.small_world import FEED, GAS, L2, MINUTE_MS, RICH, START_MS, make_world
from venues.faults import Fault, Faults
from venues.security.attacker import Attacker
from venues.security.stake_book import StakeBook, wad
from venues.security.watchtower import Runaway, Watched, Watchtower
from venues.view import Agent
from venues.world import World

NAMES = tuple(f"op{node}" for node in range(7))
WATCHED = Watched(chain=L2, tolerance_ppm=50_000)
TOWER = Watchtower(
    name="tower",
    chain=L2,
    feed=WATCHED,
    operators=NAMES,
    fractions={"prices": wad(100), "proofs": wad(2)},
    evidence_ms=10 * MINUTE_MS,
    period_ms=MINUTE_MS,
)
RUNAWAY = Runaway(name="op0", chain=L2, feed=WATCHED, node=0, period_ms=MINUTE_MS)
ATTACKER = Attacker(
    name="briber",
    chain=L2,
    venues=("amm",),
    period_ms=10_000,
    offset_ms=4_000,
    trigger_ppm=50_000,
    give_up_ppm=80_000,
    most_orders=4,
)


def _world(nodes: int, *agents: Agent) -> World:
    """Return a world in which nodes are bribed for five minutes, after one."""
    fault = Fault(
        id="f",
        kind="oracle_manipulation",
        target="feed",
        from_ms=START_MS + MINUTE_MS,
        until_ms=START_MS + 6 * MINUTE_MS,
        nodes=nodes,
        shift_ppm=-200_000,
    )
    world = make_world(inhabitants=(FEED, *agents), faults=Faults((fault,)))
    rollup, book = world.chain(L2), StakeBook()
    for name in NAMES:
        book = book.with_operator(name, 1_000 * ETH_UNIT, {"prices": wad(5), "proofs": wad(60)})
    state = rollup.state
    for name in ("tower", "briber", *NAMES):
        state = replace(state, wallets=state.wallets.set(name, GAS))
    accounts = state.clearing.accounts.set("briber", RICH)
    rollup.state = replace(state, stakes=book, clearing=replace(state.clearing, accounts=accounts))
    return world


def _stakes(world: World) -> StakeBook:
    book = world.state(L2).stakes
    assert book is not None
    return book


def test_who_signed_the_wrong_answer_is_punished_once_by_both_services_and_nobody_else_is() -> None:
    world = _world(3, TOWER)
    before = world.state(L2).totals()

    world.advance(START_MS + 30 * MINUTE_MS)

    assert [(slash.operator, slash.services) for slash in _stakes(world).slashes] == [
        (name, ("prices", "proofs")) for name in NAMES[:3]
    ]
    assert world.state(L2).totals() == before
    assert _stakes(world).pot == 3 * 62 * ETH_UNIT


def test_the_punishment_waits_for_the_evidence() -> None:
    world = _world(3, TOWER)

    world.advance(START_MS + 11 * MINUTE_MS)
    early = _stakes(world).slashes
    world.advance(START_MS + 14 * MINUTE_MS)

    assert early == ()
    assert len(_stakes(world).slashes) == 3


def test_nodes_that_cannot_move_the_answer_leave_no_evidence() -> None:
    world = _world(2, TOWER)

    world.advance(START_MS + 30 * MINUTE_MS)

    assert _stakes(world).slashes == ()


def test_a_signer_who_runs_is_caught_by_the_delay() -> None:
    world = _world(3, TOWER, RUNAWAY)

    world.advance(START_MS + 5 * MINUTE_MS)
    queued = _stakes(world).queued("op0")
    world.advance(START_MS + 30 * MINUTE_MS)

    assert queued == 1_000 * ETH_UNIT
    assert _stakes(world).queued("op0") == 938 * ETH_UNIT


def test_an_honest_operator_stays() -> None:
    world = _world(2, TOWER, RUNAWAY)

    world.advance(START_MS + 30 * MINUTE_MS)

    assert not _stakes(world).leaving


@pytest.mark.parametrize(("nodes", "earns"), [(2, False), (3, True)])
def test_the_attacker_earns_when_the_answer_is_wrong_and_leaves_it_alone_when_it_is_not(
    nodes: int, earns: bool
) -> None:
    world = _world(nodes, ATTACKER)

    world.advance(START_MS + 3 * MINUTE_MS)

    account = world.state(L2).clearing.account("briber")
    names = sorted(account.positions)
    fair = world.truth.fair(names, world.now_ms).tolist() if names else []
    value = sum(price * account.positions[n] for price, n in zip(fair, names, strict=True)) * USDC_UNIT / OPTION_UNIT
    profit = account.cash - RICH.cash + value
    assert (profit > 1_000 * USDC_UNIT) == earns
    assert bool(names) == earns


def test_when_the_answer_is_right_again_the_attacker_closes_what_the_venue_takes() -> None:
    world = _world(3, replace(ATTACKER, most_orders=1, period_ms=MINUTE_MS))

    world.advance(START_MS + 6 * MINUTE_MS)
    held = world.state(L2).clearing.account("briber").positions
    world.advance(START_MS + 40 * MINUTE_MS)
    left = world.state(L2).clearing.account("briber").positions

    assert world.state(L2).answer.price > 130 * PRICE_UNIT
    assert sum(map(abs, left.values())) < sum(map(abs, held.values()))
