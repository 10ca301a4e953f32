"""Batches reach the L1, block after block, at a price and with a delay; the rollup is as safe as they are."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from tests.venues.rollups.rollup_world import BATCHER, batcher, rollup_world
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from tests.venues.test_passages import Announce
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.background import DemandStep
from venues.chains.fees.blob_fee import GAS_PER_BLOB
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, OP_STACK, ZK_ROLLUP, ChainRules
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt, Transaction
from venues.faults import Fault, Faults
from venues.rollups.batch_size import blob_count
from venues.view import Offer
from venues.world import World

SURGE = DemandStep(0, 300.0, 60.0, 0.2, (0.45, 0.27, 0.18, 0.10), premium=0.3, rush=3.0)
"""More than an L1 of 60 million gas takes, at a price that rises with the base fee."""


@dataclass
class Clerk:
    """Keeps the receipts of the batcher, and the times of the rollup's blocks."""

    receipts: list[Receipt] = field(default_factory=list)
    times: dict[int, int] = field(default_factory=dict)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        if chain_id == L2:
            self.times[produced.summary.number] = produced.summary.time_ms
        self.receipts += [receipt for receipt in produced.receipts if receipt.sender == BATCHER]


def _lived(world: World, minutes: int) -> Clerk:
    clerk = Clerk()
    world.advance(START_MS + minutes * MINUTE_MS, [clerk])
    return clerk


@pytest.mark.parametrize("l2", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
def test_batches_follow_on_each_other_from_the_first_block(l2: ChainRules) -> None:
    world = rollup_world([batcher()], l2=l2)
    _lived(world, 15)

    batches = list(world.state(L1).inboxes[L2].batches.items())
    runs = [(batch.first, batch.last) for _, batch in sorted(batches)]
    assert len(runs) >= 6
    assert runs[0][0] == 1
    assert all(after[0] == before[1] + 1 for before, after in pairwise(runs))


def test_a_block_is_safe_when_its_batch_is_in_and_final_when_the_block_of_the_l1_is() -> None:
    world = rollup_world([batcher()])
    clerk = _lived(world, 15)
    chain, inbox = world.chain(L2), world.state(L1).inboxes[L2]

    for number in (1, 40, 61, 200):
        batch = inbox.batches[inbox.index_of(number) or 0]
        assert batch.first <= number <= batch.last
        assert chain.reached_ms("safe", number, clerk.times[number]) == batch.posted.time_ms > clerk.times[number]
        final_ms = chain.reached_ms("final", number, clerk.times[number])
        assert final_ms == world.chain(L1).reached_ms("final", batch.posted.number, batch.posted.time_ms)
        assert final_ms is not None
        assert 12 * MINUTE_MS < final_ms - batch.posted.time_ms <= 20 * MINUTE_MS


def test_what_is_not_posted_is_neither_safe_nor_derivable() -> None:
    world = rollup_world([batcher()])
    _lived(world, 15)
    chain, posted = world.chain(L2), world.state(L1).inboxes[L2].last

    assert chain.derivable(world.now_ms) == posted < chain.number
    assert chain.derivable(START_MS) == 0
    assert chain.reached_ms("safe", posted + 1, world.now_ms) is None
    assert chain.reached_ms("included", posted + 1, world.now_ms) == world.now_ms


def test_a_chain_of_its_own_is_derivable_up_to_its_last_block() -> None:
    world = rollup_world([batcher()])
    _lived(world, 3)

    assert world.chain(L1).derivable(world.now_ms) == world.chain(L1).number


def test_a_batcher_that_is_down_leaves_everything_unsafe() -> None:
    down = Fault(id="f", kind="outage", target=BATCHER, from_ms=START_MS, until_ms=START_MS + 10 * MINUTE_MS)
    world = rollup_world([batcher()], faults=Faults((down,)))
    _lived(world, 10)

    assert world.state(L1).inboxes[L2].last == 0
    _lived(world, 12)
    assert world.state(L1).inboxes[L2].last > 290


@pytest.mark.parametrize("rate", [0.0, 300.0])
def test_a_crowded_l1_delays_batches_and_makes_them_dearer(rate: float) -> None:
    crowded = rollup_world([batcher(carrier="calldata")], load=replace(SURGE, rate_per_s=rate))
    clerk = _lived(crowded, 20)
    empty = _lived(rollup_world([batcher(carrier="calldata")]), 20)

    assert (_worst_ms(crowded, clerk) > 160_000) == (rate > 0)
    prices = [receipt.price_wei for receipt in clerk.receipts]
    assert (max(prices) > 10 * max(receipt.price_wei for receipt in empty.receipts)) == (rate > 0)


def _worst_ms(world: World, clerk: Clerk) -> int:
    inbox = world.state(L1).inboxes[L2]
    return max(batch.posted.time_ms - clerk.times[batch.first] for batch in inbox.batches.values())


def test_the_blobs_of_a_batch_are_paid_for_at_the_blob_fee() -> None:
    world = rollup_world([batcher(carrier="blobs")])
    clerk = _lived(world, 10)

    batches = world.state(L1).inboxes[L2].batches
    assert clerk.receipts
    for index, receipt in enumerate(clerk.receipts):
        unit, rest = divmod(receipt.blob_fee_wei, blob_count(batches[index].size) * GAS_PER_BLOB)
        assert rest == 0
        assert unit > 0
        assert receipt.gas_used == 21_000
        assert receipt.cost_wei == receipt.gas_used * receipt.price_wei + receipt.blob_fee_wei


def test_a_batcher_chooses_calldata_where_there_are_no_blobs() -> None:
    world = rollup_world([batcher()], l1=ETHEREUM_2020)
    _lived(world, 10)

    assert {batch.carrier for batch in world.state(L1).inboxes[L2].batches.values()} == {"calldata"}


@pytest.mark.parametrize(("excess", "carrier"), [(0, "blobs"), (400_000_000, "calldata")])
def test_a_batcher_chooses_what_is_cheaper(excess: int, carrier: str) -> None:
    assert ETHEREUM_TODAY.blobs is not None
    l1 = replace(ETHEREUM_TODAY, blobs=replace(ETHEREUM_TODAY.blobs, first_excess_gas=excess, mean_blobs=14.0))
    world = rollup_world([batcher()], l1=l1)
    _lived(world, 5)

    assert {batch.carrier for batch in world.state(L1).inboxes[L2].batches.values()} == {carrier}


def test_own_transactions_count_towards_the_size_of_a_batch() -> None:
    alone, busy = (rollup_world([batcher()]) for _ in range(2))
    for number in range(40):
        call = BridgeOut(bridge="bridge", account="trader", cash=10**6)
        transaction = Transaction(id=f"t{number}", sender="trader", call=call, max_fee_wei=10**13, tip_wei=10**9)
        busy.submit(Offer(L2, transaction))
    for world in (alone, busy):
        _lived(world, 3)

    sizes = [world.state(L1).inboxes[L2].batches[0].size for world in (alone, busy)]
    assert sizes[1] - sizes[0] == pytest.approx(40 * 0.6 * 300, rel=0.4)


def test_a_copy_of_the_world_posts_the_same_batches() -> None:
    world = rollup_world([batcher()])
    _lived(world, 7)
    twin = world.fork()
    for each in (twin, world):
        _lived(each, 15)

    assert dict(twin.state(L1).inboxes[L2].batches) == dict(world.state(L1).inboxes[L2].batches)
    assert twin.chain(L2).reached_ms("safe", 200, 0) == world.chain(L2).reached_ms("safe", 200, 0)


def test_blocks_are_forgotten_once_their_batch_is_deep_in_the_l1() -> None:
    world = rollup_world([batcher()])
    _lived(world, 40)

    sequenced = world.state(L2).sequenced
    assert sequenced is not None
    assert 0 < sequenced.oldest < world.state(L1).inboxes[L2].last
    assert min(sequenced.tallies) == sequenced.oldest


def test_late_batches_make_the_worst_case_later_and_leave_the_usual_one() -> None:
    down = Fault(id="f", kind="outage", target=BATCHER, from_ms=START_MS, until_ms=START_MS + 15 * MINUTE_MS)
    late, usual = rollup_world([batcher()], faults=Faults((down,))), rollup_world([batcher()])
    for world in (late, usual):
        _lived(world, 17)

    assert late.finality_ms(L2) == usual.finality_ms(L2) == usual.finality_ms(L2, 0.99) == 324_000
    assert late.finality_ms(L2, 0.99) == pytest.approx(15 * MINUTE_MS, abs=30_000)
    assert late.chain(L2).finality_ms("included", 0.99) == usual.chain(L2).finality_ms("included", 0.99)


def test_a_reorganisation_of_the_l1_takes_back_a_batch_and_posts_it_again() -> None:
    reorg = Fault(
        id="f",
        kind="reorg",
        target=L1,
        from_ms=START_MS + 150_001,
        until_ms=START_MS + 150_002,
        depth=3,
        share_ppm=10**6,
    )
    world = rollup_world([batcher()], faults=Faults((reorg,)))
    world.advance(START_MS + 150_000)
    before = world.state(L1).inboxes[L2].batches[0].posted
    world.advance(START_MS + 150_003)
    taken_back = world.chain(L2).derivable(world.now_ms)
    world.advance(START_MS + 10 * MINUTE_MS)

    after = world.state(L1).inboxes[L2].batches[0].posted
    assert before.time_ms >= START_MS + 120_000
    assert taken_back == 0
    assert after.time_ms > before.time_ms
    assert world.chain(L2).reached_ms("safe", 1, START_MS + 2_000) == after.time_ms


@pytest.mark.parametrize("minutes", [0, 8])
def test_a_delivery_counts_elsewhere_once_its_batch_is_in(minutes: int) -> None:
    down = Fault(id="f", kind="outage", target=BATCHER, from_ms=START_MS, until_ms=START_MS + minutes * MINUTE_MS)
    world = rollup_world([batcher()], faults=Faults((down,)))
    announced = Transaction(id="t", sender="user", call=Announce(L1), max_fee_wei=10**13, tip_wei=10**9)
    world.submit(Offer(L2, announced))
    world.advance(START_MS + 12 * MINUTE_MS)

    posted_ms = world.state(L1).inboxes[L2].batches[0].posted.time_ms
    proved_ms = world.state(L1).proofs["fill"]
    assert posted_ms <= proved_ms <= posted_ms + 2_000
    assert proved_ms > START_MS + minutes * MINUTE_MS
