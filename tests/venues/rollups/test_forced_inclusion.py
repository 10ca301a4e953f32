"""What is sent through the L1 gets into the rollup, whatever its sequencer thinks of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from intents.assets import USDC_UNIT
from tests.venues.rollups.rollup_world import batcher, rollup_world
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.calls.posting import ForceInclude
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.presets import ARBITRUM, OP_STACK, ZK_ROLLUP, ChainRules
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt, Transaction
from venues.faults import Fault, FaultKind, Faults
from venues.view import Offer
from venues.world import World

WINDOW_MS: Final = 30 * MINUTE_MS
"""Instead of half a day or a day, so that the tests need not wait for it."""


@dataclass
class Watch:
    """Keeps the receipts of one sender, and how full the rollup's blocks are."""

    receipts: list[Receipt] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)
    """Everybody else's transactions, by block time."""

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        if chain_id == L2:
            self.others[produced.summary.time_ms] = produced.summary.count
            self.receipts += [receipt for receipt in produced.receipts if receipt.sender == "user"]


def short(rules: ChainRules, window_ms: int = WINDOW_MS) -> ChainRules:
    assert rules.sequencing is not None
    return replace(rules, sequencing=replace(rules.sequencing, forced_ms=window_ms))


def fault(
    kind: FaultKind, target: str, minutes: int, *, start: int = 0, senders: Sequence[str] = (), share_ppm: int = 10**6
) -> Fault:
    return Fault(
        id=f"{kind}.{target}",
        kind=kind,
        target=target,
        from_ms=START_MS + start * MINUTE_MS,
        until_ms=START_MS + minutes * MINUTE_MS,
        senders=tuple(senders),
        share_ppm=share_ppm,
    )


def transfer(name: str = "t") -> Transaction[ChainState]:
    call = BridgeOut(bridge="bridge", account="trader", cash=1_000 * USDC_UNIT)
    return Transaction(id=name, sender="user", call=call, max_fee_wei=10**13, tip_wei=10**9)


def force(world: World, name: str = "t") -> None:
    call = ForceInclude(rollup=L2, transaction=transfer(name))
    world.submit(Offer(L1, Transaction(id=f"force {name}", sender="user", call=call, max_fee_wei=10**13, tip_wei=1)))


@pytest.mark.parametrize("l2", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
def test_a_willing_sequencer_takes_a_message_within_a_minute_or_two(l2: ChainRules) -> None:
    world, watch = rollup_world([batcher()], l2=l2), Watch()
    force(world)
    world.advance(START_MS + 3 * MINUTE_MS, [watch])

    assert [receipt.transaction_id for receipt in watch.receipts] == ["t"]
    assert 48_000 < watch.receipts[0].block.time_ms - START_MS < 90_000


@pytest.mark.parametrize("l2", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
def test_a_censored_message_gets_in_when_the_time_is_up(l2: ChainRules) -> None:
    censored = fault("censorship", L2, 60, senders=["user"])
    world, watch = rollup_world([batcher()], l2=short(l2), faults=Faults((censored,))), Watch()
    force(world)
    world.submit(Offer(L2, transfer("plain")))
    world.advance(START_MS + 45 * MINUTE_MS, [watch])

    assert [receipt.transaction_id for receipt in watch.receipts] == ["t"]
    sent_ms = world.state(L1).inboxes[L2].messages[0].sent.time_ms
    assert WINDOW_MS <= watch.receipts[0].block.time_ms - sent_ms <= WINDOW_MS + 15_000


@pytest.mark.parametrize("l2", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
def test_a_message_gets_in_while_nobody_sequences(l2: ChainRules) -> None:
    down = fault("outage", L2, 60, start=2)
    world, watch = rollup_world([batcher()], l2=short(l2), faults=Faults((down,))), Watch()
    world.advance(START_MS + 3 * MINUTE_MS, [watch])
    force(world)
    world.advance(START_MS + 50 * MINUTE_MS, [watch])

    assert [receipt.transaction_id for receipt in watch.receipts] == ["t"]
    made_ms = watch.receipts[0].block.time_ms
    assert WINDOW_MS <= made_ms - world.state(L1).inboxes[L2].messages[0].sent.time_ms <= WINDOW_MS + 15_000
    assert watch.others[made_ms] == 0


def test_messages_are_executed_in_the_order_of_the_queue() -> None:
    censored = fault("censorship", L2, 20, senders=["user"])
    world, watch = rollup_world([batcher()], l2=ARBITRUM, faults=Faults((censored,))), Watch()
    for name in ("a", "b"):
        force(world, name)
        world.advance(world.now_ms + MINUTE_MS, [watch])
    world.advance(START_MS + 25 * MINUTE_MS, [watch])

    assert [receipt.transaction_id for receipt in watch.receipts] == ["a", "b"]


def test_an_op_stack_sequencer_that_keeps_a_message_out_may_soon_make_only_empty_blocks() -> None:
    censored = fault("censorship", L2, 50, senders=["user"])
    world, watch = rollup_world([batcher()], faults=Faults((censored,))), Watch()
    force(world)
    world.advance(START_MS + 60 * MINUTE_MS, [watch])

    late = range(START_MS + 32 * MINUTE_MS, START_MS + 50 * MINUTE_MS, 2_000)
    assert all(watch.others[time_ms] == 0 for time_ms in late)
    assert sum(watch.others[time_ms] for time_ms in range(START_MS + 20 * MINUTE_MS, START_MS + 28 * MINUTE_MS, 2_000))
    assert 50 * MINUTE_MS <= watch.receipts[0].block.time_ms - START_MS < 51 * MINUTE_MS
    assert sum(count for time_ms, count in watch.others.items() if time_ms > START_MS + 51 * MINUTE_MS) > 0


def test_an_op_stack_chain_goes_empty_while_its_l1_stands_still() -> None:
    still = fault("outage", L1, 45, start=5)
    world, watch = rollup_world([batcher()], faults=Faults((still,))), Watch()
    world.advance(START_MS + 44 * MINUTE_MS, [watch])

    assert all(watch.others[time_ms] == 0 for time_ms in range(START_MS + 36 * MINUTE_MS, world.now_ms, 2_000))
    assert sum(watch.others[time_ms] for time_ms in range(START_MS + 25 * MINUTE_MS, START_MS + 30 * MINUTE_MS, 2_000))


def test_a_censored_sender_waits_for_as_long_as_the_sequencer_likes() -> None:
    censored = fault("censorship", L2, 3, senders=["user"])
    world, watch = rollup_world([batcher()], faults=Faults((censored,))), Watch()
    world.submit(Offer(L2, transfer()))
    world.advance(START_MS + 5 * MINUTE_MS, [watch])

    assert [receipt.block.time_ms for receipt in watch.receipts] == [START_MS + 3 * MINUTE_MS]


def test_blocks_that_are_not_posted_within_the_window_are_given_up_for_empty_ones() -> None:
    down = fault("outage", "batcher", 60)
    world, watch = rollup_world([batcher()], l2=short(OP_STACK, 5 * MINUTE_MS), faults=Faults((down,))), Watch()
    world.submit(Offer(L2, transfer()))
    world.advance(START_MS + 4 * MINUTE_MS, [watch])
    early = watch.receipts[0].block
    world.advance(START_MS + 6 * MINUTE_MS, [watch])

    inbox, chain = world.state(L1).inboxes[L2], world.chain(L2)
    assert early.number == 1
    assert watch.others[early.time_ms] == 0
    assert {batch.carrier for batch in inbox.batches.values()} == {"derived"}
    assert chain.reached_ms("safe", 1, early.time_ms) == inbox.batches[0].posted.time_ms
    assert watch.receipts[-1].block.number > inbox.last > 0
    assert world.state(L1).bridges["bridge"].queue == ()


def test_a_sequencer_who_censors_a_share_of_its_blocks_only_delays() -> None:
    censored = fault("censorship", L2, 20, senders=["user"], share_ppm=900_000)
    world, watch = rollup_world([batcher()], l2=ZK_ROLLUP, faults=Faults((censored,))), Watch()
    for number in range(20):
        world.submit(Offer(L2, transfer(f"t{number}")))
        world.advance(world.now_ms + 20_000, [watch])
    world.advance(START_MS + 10 * MINUTE_MS, [watch])

    waits_ms = [receipt.block.time_ms - START_MS - 20_000 * place for place, receipt in enumerate(watch.receipts)]
    assert len(waits_ms) == 20
    assert min(waits_ms) < 5_000 < max(waits_ms) < 120_000


def test_a_copy_of_the_world_knows_the_queue() -> None:
    censored = fault("censorship", L2, 60, senders=["user"])
    world = rollup_world([batcher()], l2=short(ARBITRUM), faults=Faults((censored,)))
    force(world)
    world.advance(START_MS + 10 * MINUTE_MS)
    watches = []
    for each in (world.fork(), world):
        watches.append(Watch())
        each.advance(START_MS + 45 * MINUTE_MS, [watches[-1]])

    assert watches[0].receipts == watches[1].receipts != []


@pytest.mark.parametrize("l2", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
def test_a_rollup_follows_its_l1_when_a_message_is_taken_back(l2: ChainRules) -> None:
    def taken_back(share_ppm: int) -> tuple[World, Watch, Receipt]:
        reorg = replace(fault("reorg", L1, 2, share_ppm=share_ppm), from_ms=START_MS + 90_500, depth=7)
        world, watch = rollup_world([batcher()], l2=l2, faults=Faults((reorg,))), Watch()
        force(world)
        world.advance(START_MS + 90_000, [watch])
        (first,) = watch.receipts
        world.advance(START_MS + 91_000, [watch])
        return world, watch, first

    hidden, known = taken_back(10**6), taken_back(0)

    for world, watch, _ in (hidden, known):
        assert world.chain(L2).number == (91_000 - 1) // l2.interval_ms + (91_000 % l2.interval_ms == 0)
        assert len(watch.receipts) == 1
    world, watch, first = hidden
    assert first.block.time_ms <= START_MS + 60_000
    assert world.state(L2).sequenced is not None
    assert world.state(L2).sequenced.messages == 0  # type: ignore[union-attr]
    world.advance(START_MS + 5 * MINUTE_MS, [watch])
    assert len(watch.receipts) == 2
    assert watch.receipts[1].block.time_ms > first.block.time_ms
