"""The world as a whole: what it does depends on its set-up and on nothing else."""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, USDC_UNIT
from tests.venues.small_world import (
    L1,
    L2,
    MINUTE_MS,
    START_MS,
    agents,
    chain_state,
    digest,
    make_chain,
    make_world,
    truth,
)
from venues.calls.upkeep import BridgeOut, Trade
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Transaction
from venues.markets.venue import Order
from venues.passages import RelayRules
from venues.view import Agent, Offer, View
from venues.world import World

END_MS = START_MS + 10 * MINUTE_MS
ROOT = Path(__file__).parents[2]

Seen = list[tuple[str, int]]
"""Who did something, and when."""


@dataclass(frozen=True)
class Bell:
    """Rings at equal intervals, for the tests: what it notes is its only trace."""

    name: str
    every_ms: int
    seen: Seen

    def next_ms(self, now_ms: int) -> int:
        return now_ms - now_ms % self.every_ms + self.every_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        self.seen.append((self.name, now_ms))
        return ()


@dataclass
class Watcher:
    """Notes the blocks that it is told of."""

    seen: Seen = field(default_factory=list)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        assert world.now_ms == produced.summary.time_ms
        self.seen.append((chain_id, world.now_ms))


def _twins(seen: Seen, bells: Sequence[Agent], chains: Sequence[str] = (L1, L2)) -> World:
    """Return a world of chains that make their blocks at the same times."""
    return World(
        chains=[make_chain(chain_state(name)) for name in chains],
        agents=bells,
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=0),
        start_ms=START_MS,
    )


def _offer(name: str, chain: str = L2, cash: int = 1_000 * USDC_UNIT) -> Offer:
    call = BridgeOut(bridge="bridge", account="trader", cash=cash)
    transaction = Transaction(id=name, sender="trader", call=call, max_fee_wei=10**13, tip_wei=10**9)
    return Offer(chain, transaction)


def test_a_small_world_is_alive() -> None:
    """What the tests below compare is not a world in which nothing happens."""
    world = make_world()
    before = {name: world.state(name) for name in world.chain_ids}

    world.advance(END_MS)

    assert len(world.state(L2).answers) > 2
    assert world.state(L2).venues["pool"] != before[L2].venues["pool"]
    assert world.state(L2).venues["book"] != before[L2].venues["book"]
    assert world.chain(L1).number > 20


def test_the_same_set_up_gives_the_same_states() -> None:
    one, other = make_world(), make_world()
    one.advance(END_MS)
    other.advance(END_MS)

    assert digest(one) == digest(other)


def test_another_seed_gives_another_world() -> None:
    one, other = make_world(seed=1), make_world(seed=2)
    one.advance(END_MS)
    other.advance(END_MS)

    assert digest(one) != digest(other)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(START_MS, END_MS), max_size=6))
def test_a_world_lived_in_pieces_is_the_world_lived_at_once(stops: list[int]) -> None:
    whole, pieces = make_world(), make_world()
    whole.advance(END_MS)
    for stop in sorted(stops):
        pieces.advance(stop)
        assert pieces.now_ms == stop
    pieces.advance(END_MS)

    assert digest(pieces) == digest(whole)


def test_observers_who_only_watch_change_nothing() -> None:
    alone, watched = make_world(), make_world()
    alone.advance(END_MS)
    watcher = Watcher()
    watched.advance(END_MS, [watcher])

    assert digest(watched) == digest(alone)
    assert len(watcher.seen) == watched.chain(L1).number + watched.chain(L2).number


def test_the_state_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from tests.venues.small_world import MINUTE_MS, START_MS, digest, make_world\n"
        "world = make_world()\n"
        "world.advance(START_MS + 10 * MINUTE_MS)\n"
        "print(digest(world))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("0", "1")
    }
    here = make_world()
    here.advance(END_MS)

    assert found == {digest(here)}


def test_a_fork_lives_through_the_same_future() -> None:
    world = make_world()
    world.submit(_offer("t"))
    world.advance(START_MS + 5 * MINUTE_MS)
    world.submit(_offer("on its way", L1))
    twin = world.fork()

    assert digest(twin) == digest(world)
    world.advance(END_MS)
    twin.advance(END_MS)

    assert digest(twin) == digest(world)


def test_a_fork_leaves_the_original_as_it_was() -> None:
    world, untouched = make_world(), make_world()
    for each in (world, untouched):
        each.submit(_offer("t"))
        each.advance(START_MS + 5 * MINUTE_MS)
    twin = world.fork()
    twin.submit(_offer("more"))
    twin.submit(_offer("more", L1))
    twin.advance(END_MS + MINUTE_MS)

    assert world.now_ms == START_MS + 5 * MINUTE_MS
    assert digest(world) == digest(untouched)
    world.advance(END_MS)
    untouched.advance(END_MS)

    assert digest(world) == digest(untouched)


def test_the_original_leaves_a_fork_as_it_was() -> None:
    world = make_world()
    world.advance(START_MS + 5 * MINUTE_MS)
    twin, early = world.fork(), digest(world)
    order = Order(venue="pool", instrument=ETH, side="sell", quantity=100 * ETH_UNIT, bound=0)
    trade = Trade(trader="solver", orders=(order,), venue_gas=90_000)
    world.submit(Offer(L2, Transaction(id="t", sender="solver", call=trade, max_fee_wei=10**13, tip_wei=10**9)))
    world.advance(END_MS)

    assert digest(twin) == early
    twin.advance(END_MS)
    assert digest(twin) != digest(world)


def test_inhabitants_keep_no_state() -> None:
    used = agents()
    world = make_world(inhabitants=used)
    world.advance(END_MS)

    assert pickle.dumps(used) == pickle.dumps(agents())


@pytest.mark.parametrize("index", range(len(agents())))
def test_inhabitants_do_the_same_whenever_they_are_asked(index: int) -> None:
    world = make_world()
    world.advance(START_MS + 5 * MINUTE_MS)
    used, fresh = world.fork(), agents()[index]
    used_agent = used._agents[index]

    now_ms = max(START_MS + 5 * MINUTE_MS, used_agent.next_ms(used.now_ms))
    offers = used_agent.act(used, now_ms)

    assert used_agent.act(used, now_ms) == offers == fresh.act(world, now_ms)
    assert used_agent.next_ms(now_ms) == fresh.next_ms(now_ms) > now_ms


def test_blocks_come_before_inhabitants_and_all_in_the_order_of_the_set_up() -> None:
    watcher = Watcher()
    bells = [Bell(name, 4_000, watcher.seen) for name in ("second", "first")]
    world = _twins(watcher.seen, bells)

    world.advance(START_MS + 4_000, [watcher])

    early, now = START_MS + 2_000, START_MS + 4_000
    assert watcher.seen == [(L1, early), (L2, early), (L1, now), (L2, now), ("second", now), ("first", now)]


def test_chains_in_another_order_make_their_blocks_in_that_order() -> None:
    watcher = Watcher()
    world = _twins(watcher.seen, [], chains=(L2, L1))

    world.advance(START_MS + 2_000, [watcher])

    assert [name for name, _ in watcher.seen] == [L2, L1]


def test_events_happen_in_the_order_of_their_times() -> None:
    watcher = Watcher()
    bells = [Bell("slow", 30_000, watcher.seen), Bell("fast", 7_000, watcher.seen)]
    world = make_world(inhabitants=tuple(bells))

    world.advance(END_MS, [watcher])

    times = [time for _, time in watcher.seen]
    assert times == sorted(times)
    assert {name for name, _ in watcher.seen} == {L1, L2, "slow", "fast"}
    assert [time for name, time in watcher.seen if name == "slow"] == list(range(START_MS + 30_000, END_MS + 1, 30_000))


def test_what_happens_at_the_last_instant_belongs_to_it() -> None:
    watcher = Watcher()
    world = _twins(watcher.seen, [Bell("bell", 2_000, watcher.seen)])

    world.advance(START_MS + 1_999, [watcher])
    assert watcher.seen == []

    world.advance(START_MS + 2_000, [watcher])
    assert [name for name, _ in watcher.seen] == [L1, L2, "bell"]


def test_an_offer_tells_what_the_pool_made_of_it() -> None:
    world = make_world(inhabitants=())
    first = _offer("first")

    assert world.submit(first) == "waiting"
    assert world.submit(replace(_offer("same fee"), replaces="first")) == "underpriced"
    assert world.submit(replace(_offer("late"), replaces="never there")) == "gone"
    world.advance(START_MS + MINUTE_MS)

    assert world.submit(replace(_offer("too late"), replaces="first")) == "gone"


def test_a_world_does_not_go_back() -> None:
    world = make_world()
    world.advance(END_MS)

    with pytest.raises(ValueError, match="cannot go back"):
        world.advance(END_MS - 1)
