"""The express lane is sold round by round, and its holder goes first."""

from dataclasses import dataclass, field, replace

import pytest

from intents.assets import ETH_UNIT
from tests.venues.rollups.rollup_world import LIGHT, batcher, chain_of, funded, l1_state
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS, chain_state, pool, truth
from venues.chain_state import ChainState
from venues.chains.presets import ARBITRUM, ETHEREUM_TODAY
from venues.chains.produced import Produced
from venues.chains.timeboost import RoundRules
from venues.chains.transaction import Receipt
from venues.markets.arbitrage import Arbitrageur
from venues.passages import RelayRules
from venues.rollups.express_lane import ExpressLane
from venues.rollups.lane_auction import LaneAuctioneer, LaneBidder
from venues.world import World

RULES = RoundRules(reserve_wei=10**12)
RIVALS = ("solver", "trader")
PROCEEDS = "timeboost"


@dataclass
class Watch:
    receipts: list[Receipt] = field(default_factory=list)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        self.receipts += [receipt for receipt in produced.receipts if receipt.sender in RIVALS]


def _world(reserve_wei: int = RULES.reserve_wei, *, has_lane: bool = True) -> World:
    rules = replace(RULES, reserve_wei=reserve_wei)
    bidders = tuple(
        LaneBidder(account=name, pools=("pool",), share_ppm=500_000, sigma=0.5, seed=(1, "lane", name))
        for name in RIVALS
    )
    auctioneer = LaneAuctioneer(name="lane", chain=L2, rules=rules, bidders=bidders)
    traders = tuple(
        Arbitrageur(name=name, chain=L2, venues=("pool",), period_ms=10_000, offset_ms=5_000) for name in RIVALS
    )
    state = replace(funded(chain_state(L2, pool()), "lane"), express=ExpressLane(rules=rules, beneficiary=PROCEEDS))
    return World(
        chains=[chain_of(l1_state(L2), ETHEREUM_TODAY), chain_of(state, ARBITRUM, LIGHT, settles_on=L1)],
        agents=[batcher(), *traders, *([auctioneer] if has_lane else [])],
        truth=truth(140.0, 130.0, 142.0, 128.0, 140.0, vol=1.2),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=0),
        start_ms=START_MS,
    )


def test_the_lane_is_sold_in_nearly_every_round_and_the_proceeds_are_paid() -> None:
    world = _world()
    world.advance(START_MS + 20 * MINUTE_MS)

    lane = world.state(L2).express
    assert lane is not None
    assert lane.sold >= 18
    assert world.state(L2).wallets[PROCEEDS] == lane.proceeds_wei > 0


def test_both_rivals_hold_the_lane_at_times_and_pay_for_it() -> None:
    world = _world()
    holders, before = set(), {name: world.state(L2).wallets[name] for name in RIVALS}
    for minute in range(1, 21):
        world.advance(START_MS + minute * MINUTE_MS)
        holders.add(world.chain(L2).express)

    assert set(RIVALS) <= holders
    assert all(world.state(L2).wallets[name] < before[name] for name in RIVALS)


def test_the_holder_of_the_lane_is_included_before_its_rival() -> None:
    world, watch = _world(), Watch()
    firsts, behind = 0, 0
    for step in range(1, 121):
        world.advance(START_MS + step * 10_000 - 1, [watch])
        holder = world.chain(L2).express
        late = [receipt.sender for receipt in watch.receipts]
        watch.receipts.clear()
        if holder in late:
            firsts += late[0] == holder
            behind += late[0] != holder

    assert firsts > 5
    assert behind == 0


def test_nobody_holds_the_lane_if_the_reserve_is_too_high() -> None:
    world = _world(10 * ETH_UNIT)
    world.advance(START_MS + 5 * MINUTE_MS)

    assert world.chain(L2).express is None
    assert world.state(L2).wallets.get(PROCEEDS, 0) == 0


def test_ether_is_kept_when_the_lane_is_sold() -> None:
    world = _world()
    before = world.state(L2).totals()
    world.advance(START_MS + 10 * MINUTE_MS)

    assert world.state(L2).totals() == before


@pytest.mark.parametrize("minutes", [7])
def test_a_copy_of_the_world_sells_the_same_rounds(minutes: int) -> None:
    world = _world()
    world.advance(START_MS + minutes * MINUTE_MS)
    twin = world.fork()
    for each in (twin, world):
        each.advance(START_MS + 2 * minutes * MINUTE_MS)

    assert twin.state(L2).express == world.state(L2).express
