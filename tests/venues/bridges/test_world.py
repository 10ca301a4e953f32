"""Bridges in a world that halts them and takes blocks back."""

from collections.abc import Callable

import pytest

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import (
    BEAT,
    CARRIER,
    HOUR_MS,
    LOCKED,
    PROPOSER,
    QUICK_EXIT,
    RELAYER,
    WATCHER,
    arrival_ms,
    canonical,
    fast,
    gained,
    halt,
    light_client,
    money,
    optimistic,
    peer,
    send,
    sent,
    world,
)
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS, digest, port
from venues.bridges import AnyPort, FastPort, Loss
from venues.bridges.agents import Travellers
from venues.faults import Fault, Faults
from venues.view import Agent
from venues.world import World

Ends = Callable[[str], AnyPort]
CROWD = Travellers(name="trader", beat=BEAT, rate=0.3, median=300 * USDC_UNIT, spread=1.0, seed=(5, "travellers"))
KINDS: dict[str, tuple[Ends, tuple[Agent, ...]]] = {
    "liquidity": (lambda chain: port(chain, peer(chain)), ()),
    "canonical": (lambda chain: canonical(chain, QUICK_EXIT), (CARRIER,)),
    "fast": (fast, (RELAYER,)),
    "light_client": (light_client, (CARRIER,)),
    "optimistic": (optimistic, (PROPOSER, WATCHER)),
}


def _world(kind: str, faults: Faults = Faults(), *more: Agent) -> World:  # noqa: B008  an empty schedule
    ends, agents = KINDS[kind]
    return world(ends(L1), ends(L2), (*agents, *more), faults)


def _reorg(at_ms: int, depth: int, share_ppm: int, chain: str = L1) -> Faults:
    fault = Fault(
        id="reorg", kind="reorg", target=chain, from_ms=at_ms, until_ms=at_ms, depth=depth, share_ppm=share_ppm
    )
    return Faults((fault,))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_halted_bridge_takes_nothing(kind: str) -> None:
    made = _world(kind, halt(START_MS, START_MS + HOUR_MS))
    send(made, L1, 1_000)

    made.advance(START_MS + MINUTE_MS)

    assert made.state(L1).bridges["bridge"].halted
    assert gained(made, L1) == 0
    assert made.on_its_way("bridge") == ()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_on_its_way_arrives_after_the_halt_and_not_in_it(kind: str) -> None:
    over_ms = START_MS + 2 * HOUR_MS
    made = _world(kind, halt(START_MS + 14_000, over_ms))
    send(made, L1, 1_000)
    before = money(made)

    made.advance(over_ms - 1)
    assert gained(made, L2) == 0
    arrived_ms = arrival_ms(made, L2, over_ms + HOUR_MS)

    assert arrived_ms is not None
    assert arrived_ms >= over_ms
    assert money(made) == before


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_halted_bridge_is_seen_to_have_no_capacity(kind: str) -> None:
    made = _world(kind, halt(START_MS, START_MS + HOUR_MS))
    made.advance(START_MS + MINUTE_MS)

    seen = made.state(L1).bridges["bridge"].as_seen()

    assert (seen.halted, seen.liquidity) == (True, 0)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fork_lives_through_the_same_and_leaves_the_first_alone(kind: str) -> None:
    made = _world(kind, halt(START_MS + HOUR_MS // 4, START_MS + HOUR_MS // 3), CROWD)
    made.advance(START_MS + HOUR_MS // 5)
    before, twin = digest(made), made.fork()

    twin.advance(START_MS + HOUR_MS)
    assert digest(made) == before

    made.advance(START_MS + HOUR_MS)
    assert digest(made) == digest(twin)
    assert made.state(L2).bridges["bridge"] == twin.state(L2).bridges["bridge"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_money_stays_through_traffic_a_halt_and_a_reorganisation(kind: str) -> None:
    faults = Faults((
        *halt(START_MS + HOUR_MS // 4, START_MS + HOUR_MS // 3).schedule,
        *_reorg(START_MS + HOUR_MS // 2, 5, 500_000).schedule,
    ))  # fmt: skip
    made = _world(kind, faults, CROWD)
    before = money(made)

    for _ in range(6):
        made.advance(made.now_ms + HOUR_MS // 4)
        assert money(made) == before


def _without_it_for_good(kind: str, at_ms: int, depth: int) -> World:
    """Return the world after a reorganisation whose branch has not heard of the transfer, which its sender then takes
    out of the pool."""
    made = _world(kind, _reorg(at_ms, depth, 1_000_000))
    send(made, L1, 1_000)
    made.advance(at_ms)
    made.chain(L1).withdraw("t")
    return made


def test_a_relayer_loses_what_it_fronted_if_the_sending_is_undone_for_good() -> None:
    made = _without_it_for_good("fast", START_MS + 2 * MINUTE_MS + 5_000, 10)

    made.advance(START_MS + HOUR_MS)

    there = made.state(L2).bridges["bridge"]
    assert isinstance(there, FastPort)
    assert there.losses == (Loss("relayer", "t", sent(1_000).cash),)
    assert there.exposed == 0
    assert gained(made, L1) == 0
    assert (gained(made, L2), gained(made, L2, "relayer")) == (sent(1_000).cash, -sent(1_000).cash)


def test_a_relayer_gets_its_money_if_the_sending_comes_into_another_block() -> None:
    made = _world("fast", _reorg(START_MS + 2 * MINUTE_MS, 10, 1_000_000))
    send(made, L1, 1_000)

    made.advance(START_MS + HOUR_MS)

    assert made.state(L2).bridges["bridge"].losses == ()
    assert (gained(made, L2), gained(made, L2, "relayer")) == (sent(1_000).cash, sent(1_000).fee)


def test_the_reserve_stands_for_a_deposit_that_was_minted_and_undone() -> None:
    made = _without_it_for_good("canonical", START_MS + 2 * MINUTE_MS + 5_000, 10)

    made.advance(START_MS + HOUR_MS)

    loss = 1_000 * USDC_UNIT
    assert made.state(L2).bridges["bridge"].losses == (Loss("reserve.bridge", "t", loss),)
    assert (gained(made, L1), gained(made, L2), gained(made, L2, "reserve.bridge")) == (0, loss, -loss)
    assert made.state(L1).bridges["bridge"].held == LOCKED == -made.state(L2).bridges["bridge"].held


def test_a_deposit_that_comes_again_gives_the_reserve_its_money_back() -> None:
    made = _world("canonical", _reorg(START_MS + 2 * MINUTE_MS, 10, 1_000_000))
    send(made, L1, 1_000)

    made.advance(START_MS + HOUR_MS)

    loss = 1_000 * USDC_UNIT
    assert made.state(L2).bridges["bridge"].losses == ()
    assert (gained(made, L1), gained(made, L2), gained(made, L2, "reserve.bridge")) == (-loss, loss, 0)


def test_a_proposal_whose_sending_was_undone_is_disputed() -> None:
    made = _without_it_for_good("optimistic", START_MS + 4 * MINUTE_MS + 5_000, 20)

    made.advance(START_MS + 40 * MINUTE_MS)

    assert gained(made, L2) == 0
    assert (gained(made, L2, "proposer"), gained(made, L2, "watcher")) == (-500 * USDC_UNIT, -500 * USDC_UNIT)
    assert [d.disputer for d in made.state(L2).bridges["bridge"].disputes.values()] == ["watcher"]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["liquidity", "fast", "canonical"])
def test_a_sending_that_was_undone_and_is_sent_again_for_a_higher_fee_is_paid_once(kind: str) -> None:
    at_ms = START_MS + 10 * MINUTE_MS + 5_000
    made = _world(kind, _reorg(at_ms, 50, 1_000_000))
    send(made, L1, 1_000, "t#1")
    made.advance(at_ms - 1)
    paid = gained(made, L2)
    assert paid > 0

    made.advance(at_ms)
    made.chain(L1).withdraw("t#1")
    send(made, L1, 1_000, "t#2")
    made.advance(START_MS + HOUR_MS)

    assert (gained(made, L1), gained(made, L2)) == (-1_000 * USDC_UNIT, paid)
