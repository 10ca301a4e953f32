"""Two chains with one sequencer: bundles are in both blocks of a slot or in neither; what comes of them may differ."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import USDC_UNIT
from tests.venues.rollups.rollup_world import LIGHT, chain_of
from tests.venues.small_world import GAS, L1, L2, MINUTE_MS, START_MS, chain_state, pool, truth
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.presets import ROLLUP_2S, SHARED_LEFT, SHARED_RIGHT
from venues.chains.presets.shared_pair import SERVICE
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt, Transaction
from venues.faults import NO_FAULTS, Fault, Faults
from venues.passages import RelayRules
from venues.rollups.pair_arbitrage import PairArbitrageur
from venues.view import Agent, Offer
from venues.world import World

LEFT: Final = L2
RIGHT: Final = L1
"""Only names here: both are rollups."""


@dataclass
class Watch:
    """Keeps the receipts of everybody whose name begins with `user` or `pair`."""

    receipts: list[Receipt] = field(default_factory=list)
    blocks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        self.blocks[chain_id].append(produced.summary.time_ms)
        self.receipts += [each for each in produced.receipts if each.sender[:4] in {"user", "pair"}]

    def times(self) -> dict[str, list[int]]:
        """Return when the parts of each bundle got in."""
        found = defaultdict(list)
        for receipt in self.receipts:
            found[receipt.transaction_id.split("/")[0]].append(receipt.block.time_ms)
        return found


def _world(agents: Sequence[Agent] = (), faults: Faults = NO_FAULTS, right_dollars: int = 140) -> World:
    pairs = ((LEFT, SHARED_LEFT, 140), (RIGHT, SHARED_RIGHT, right_dollars))
    chains = []
    for chain, rules, dollars in pairs:
        state = chain_state(chain, pool(chain, dollars=dollars))
        accounts = state.clearing.accounts.update(dict.fromkeys(("pair.a", "pair.b"), state.clearing.account("trader")))
        wallets = state.wallets.update(dict.fromkeys(("user", "pair.a", "pair.b"), GAS)).set("user.poor", 10**13)
        state = replace(state, clearing=replace(state.clearing, accounts=accounts), wallets=wallets)
        chains.append(chain_of(state, rules, LIGHT))
    return World(
        chains=chains,
        agents=agents,
        truth=truth(140.0),
        relay=RelayRules(proof_level={LEFT: "safe", RIGHT: "safe"}, proof_delay_ms=0),
        start_ms=START_MS,
        faults=faults,
    )


def _part(
    name: str, *, gas: int = 100_000, tip: int = 10**6, fee: int = 10**9, sender: str = "user"
) -> Transaction[ChainState]:
    call = BridgeOut(bridge="bridge", account="trader", cash=10 * USDC_UNIT, gas=gas)
    return Transaction(id=name, sender=sender, call=call, max_fee_wei=fee, tip_wei=tip)


def _bundle(
    name: str, left: Transaction[ChainState] | None = None, right: Transaction[ChainState] | None = None
) -> Offer:
    offers = (Offer(LEFT, left or _part(f"{name}/left")), Offer(RIGHT, right or _part(f"{name}/right")))
    return replace(offers[0], beside=offers[1:])


def test_both_parts_are_in_the_same_slot() -> None:
    world, watch = _world(), Watch()
    world.submit(_bundle("b"))
    world.advance(START_MS + 4_000, [watch])

    assert watch.times() == {"b": [START_MS + 2_000] * 2}
    assert {receipt.block.chain for receipt in watch.receipts} == {LEFT, RIGHT}


def test_a_bundle_of_which_one_part_cannot_pay_the_base_fee_is_in_neither_block() -> None:
    world, watch = _world(), Watch()
    world.submit(_bundle("b", right=_part("b/right", fee=1)))
    world.submit(_bundle("good"))
    world.advance(START_MS + MINUTE_MS, [watch])

    assert set(watch.times()) == {"good"}


def test_a_bundle_waits_while_one_chain_is_censored_and_is_dropped_in_the_end() -> None:
    def faults(seconds: int) -> Faults:
        end_ms = START_MS + seconds * 1_000
        return Faults(
            (Fault(id="f", kind="censorship", target=RIGHT, from_ms=START_MS, until_ms=end_ms, share_ppm=10**6),)
        )

    short, long = _world(faults=faults(9)), _world(faults=faults(30))
    seen = []
    for world in (short, long):
        watch = Watch()
        world.submit(_bundle("b"))
        world.advance(START_MS + MINUTE_MS, [watch])
        seen.append(watch.times())

    assert seen == [{"b": [START_MS + 10_000] * 2}, {}]


def test_execution_is_not_atomic() -> None:
    world, watch = _world(), Watch()
    reverting = replace(_part("b/right"), call=BridgeOut(bridge="bridge", account="nobody", cash=10 * USDC_UNIT))
    world.submit(_bundle("b", right=reverting))
    world.advance(START_MS + 4_000, [watch])

    assert {receipt.block.chain: receipt.status for receipt in watch.receipts} == {LEFT: "success", RIGHT: "reverted"}


def test_an_outage_of_the_service_stops_both_chains_and_both_go_on_together() -> None:
    down = Fault(id="f", kind="outage", target=SERVICE, from_ms=START_MS + 5_000, until_ms=START_MS + 65_000)
    world, watch = _world(faults=Faults((down,))), Watch()
    world.advance(START_MS + 30_000, [watch])

    assert world.submit(_bundle("early")) == "halted"
    assert world.chain(LEFT).is_down(world.now_ms)
    assert world.chain(RIGHT).is_down(world.now_ms)
    world.advance(START_MS + 65_000, [watch])
    world.submit(_bundle("b"))
    world.advance(START_MS + 70_000, [watch])
    assert watch.blocks[LEFT] == watch.blocks[RIGHT]
    assert START_MS + 65_000 in watch.blocks[LEFT]
    assert len(watch.times()["b"]) == 2


def test_chains_whose_blocks_are_not_at_the_same_instant_share_a_slot() -> None:
    down = Fault(id="f", kind="outage", target=RIGHT, from_ms=START_MS + 5_000, until_ms=START_MS + 9_300)
    world, watch = _world(faults=Faults((down,))), Watch()
    world.advance(START_MS + 12_500, [watch])
    world.submit(_bundle("b"))
    world.advance(START_MS + 20_000, [watch])

    assert sorted(watch.times()["b"]) == [START_MS + 13_300, START_MS + 14_000]


def test_a_bundle_for_chains_of_different_sequencers_is_an_error() -> None:
    world = _world()
    world.chain(RIGHT).rules = ROLLUP_2S

    with pytest.raises(ValueError, match="of one service"):
        world.submit(_bundle("b"))


def test_bundles_that_tip_more_go_first_and_all_of_them_take_half_a_block_at_most() -> None:
    world, watch = _world(), Watch()
    for name, tip in (("low", 10**6), ("high", 10**7)):
        parts = [_part(f"{name}/{side}", gas=20_000_000, tip=tip) for side in ("left", "right")]
        world.submit(_bundle(name, *parts))
    world.advance(START_MS + 10_000, [watch])

    assert watch.times() == {"high": [START_MS + 2_000] * 2, "low": [START_MS + 4_000] * 2}


parts = st.tuples(
    st.integers(21_000, 12_000_000),
    st.sampled_from([10**5, 10**6, 10**7, 10**9]),
    st.integers(0, 10**6),
    st.sampled_from(["user", "user.poor"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(parts, parts, st.integers(0, 9_000)), max_size=12))
def test_a_bundle_is_never_split(drawn: list[tuple[tuple[int, int, int, str], tuple[int, int, int, str], int]]) -> None:
    world, watch = _world(), Watch()
    for index, (left, right, wait_ms) in sorted(enumerate(drawn), key=lambda each: each[1][2]):
        world.advance(START_MS + wait_ms, [watch])
        both = [
            _part(f"{index}/{side}", gas=gas, fee=fee, tip=min(tip, fee), sender=sender)
            for side, (gas, fee, tip, sender) in (("left", left), ("right", right))
        ]
        world.submit(_bundle(str(index), *both))
    world.advance(START_MS + 40_000, [watch])

    for times in watch.times().values():
        assert len(times) == 2
        assert len(set(times)) == 1


def _pair(name: str, tip_wei: int) -> PairArbitrageur:
    return PairArbitrageur(
        name=name, pools=((LEFT, "pool"), (RIGHT, "pool")), period_ms=4_000, offset_ms=1_000, tip_wei=tip_wei
    )


def test_a_trader_brings_the_pools_of_both_chains_together() -> None:
    world = _world([_pair("pair.a", 10**6)], right_dollars=150)
    before = world.state(LEFT).clearing.account("pair.a"), world.state(RIGHT).clearing.account("pair.a")
    world.advance(START_MS + MINUTE_MS)
    after = world.state(LEFT).clearing.account("pair.a"), world.state(RIGHT).clearing.account("pair.a")

    spots = [world.state(chain).venues["pool"].spot for chain in (LEFT, RIGHT)]  # type: ignore[union-attr]
    assert abs(spots[1] / spots[0] - 1) < 0.01
    assert sum(account.ether for account in after) == sum(account.ether for account in before)
    assert sum(account.cash for account in after) > sum(account.cash for account in before)


def test_of_two_traders_who_see_the_same_the_one_who_tips_more_is_ahead_on_both_chains() -> None:
    world, watch = _world([_pair("pair.a", 10**6), _pair("pair.b", 10**7)], right_dollars=150), Watch()
    world.advance(START_MS + 3_000, [watch])

    assert [(receipt.sender, receipt.status) for receipt in watch.receipts] == [
        ("pair.b", "success"),
        ("pair.a", "reverted"),
    ] * 2


def test_a_copy_of_the_world_has_the_same_bundles() -> None:
    world = _world()
    world.submit(_bundle("b"))
    twin = world.fork()
    watches = []
    for each in (twin, world):
        watches.append(Watch())
        each.advance(START_MS + 4_000, [watches[-1]])

    assert watches[0].receipts == watches[1].receipts != []
