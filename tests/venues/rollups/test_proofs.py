"""A rollup with validity proofs is final once the batch has been posted, proved, held back and executed."""

from dataclasses import replace
from statistics import fmean

import pytest

from tests.venues.rollups.rollup_world import batcher, funded, rollup_world
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.calls.posting import ExecuteBatches, ProveBatches
from venues.chains.presets import ZK_ROLLUP
from venues.chains.transaction import Applied, Block, Reverted
from venues.faults import NO_FAULTS, Fault, Faults
from venues.rollups.inbox import Batch, Inbox
from venues.rollups.prover import Prover, ProverRules
from venues.world import World

RULES = ProverRules(mean_ms=10 * MINUTE_MS, sigma=0.4, aggregate=4, delay_ms=5 * MINUTE_MS)
PROVER = Prover(name="prover", rollup=L2, l1=L1, rules=RULES, seed=(1, "prover"))


def _world(faults: Faults = NO_FAULTS) -> World:
    world = rollup_world([batcher(60_000), PROVER], l2=ZK_ROLLUP, faults=faults)
    world.chain(L1).state = funded(world.state(L1), "prover")
    return world


def _batch(index: int) -> Batch:
    return Batch(
        first=index * 10 + 1, last=index * 10 + 10, carrier="blobs", size=100, posted=Block(L1, index + 1, START_MS)
    )


def test_batches_are_proved_in_groups_after_the_time_a_proof_takes() -> None:
    world = _world()
    world.advance(START_MS + 60 * MINUTE_MS)

    inbox = world.state(L1).inboxes[L2]
    assert [proof.batches for proof in inbox.proofs] == list(range(4, 4 * len(inbox.proofs) + 1, 4))
    assert len(inbox.proofs) >= 8
    for number, proof in enumerate(inbox.proofs):
        posted_ms = inbox.batches[proof.batches - 1].posted.time_ms
        assert proof.block.time_ms >= posted_ms + PROVER.proof_ms(number)


def test_what_is_proved_is_executed_after_the_delay_and_not_before() -> None:
    world = _world()
    world.advance(START_MS + 60 * MINUTE_MS)

    inbox = world.state(L1).inboxes[L2]
    assert inbox.executions
    for execution in inbox.executions:
        proof = next(each for each in inbox.proofs if each.batches >= execution.batches)
        assert 5 * MINUTE_MS <= execution.block.time_ms - proof.block.time_ms < 7 * MINUTE_MS


def test_a_block_is_final_when_its_execution_is_and_not_when_its_batch_is() -> None:
    world = _world()
    world.advance(START_MS + 60 * MINUTE_MS)
    chain, l1, inbox = world.chain(L2), world.chain(L1), world.state(L1).inboxes[L2]

    executed = inbox.executed_in(0)
    assert executed is not None
    assert chain.reached_ms("safe", 1, START_MS) == inbox.batches[0].posted.time_ms
    assert chain.reached_ms("final", 1, START_MS) == l1.reached_ms("final", executed.number, executed.time_ms)
    assert chain.reached_ms("final", inbox.batches[inbox.executed].first, world.now_ms) is None
    assert chain.reached_ms("safe", inbox.batches[inbox.executed].first, world.now_ms) is not None


def test_proofs_take_the_stated_time_on_average() -> None:
    times = [PROVER.proof_ms(number) for number in range(2_000)]

    assert fmean(times) == pytest.approx(RULES.mean_ms, rel=0.03)
    assert min(times) > 0
    assert max(times) > 2 * RULES.mean_ms


def test_no_proof_is_posted_while_the_prover_is_down() -> None:
    down = Fault(id="f", kind="outage", target="prover", from_ms=START_MS, until_ms=START_MS + 40 * MINUTE_MS)
    world = _world(Faults((down,)))
    world.advance(START_MS + 40 * MINUTE_MS)

    assert world.state(L1).inboxes[L2].proved == 0
    assert len(world.state(L1).inboxes[L2].batches) > 30
    world.advance(START_MS + 50 * MINUTE_MS)
    assert world.state(L1).inboxes[L2].proved > 0


def test_nothing_is_proved_that_is_not_posted() -> None:
    state = replace(_world().state(L1), inboxes=_world().state(L1).inboxes.set(L2, Inbox().with_batch(_batch(0))))
    block = Block(L1, 9, START_MS + MINUTE_MS)

    assert isinstance(ProveBatches(rollup=L2, batches=1).apply(state, block), Applied)
    assert isinstance(ProveBatches(rollup=L2, batches=2).apply(state, block), Reverted)


def test_nothing_is_executed_before_its_delay_is_over() -> None:
    state = replace(_world().state(L1), inboxes=_world().state(L1).inboxes.set(L2, Inbox().with_batch(_batch(0))))
    proved = ProveBatches(rollup=L2, batches=1).apply(state, Block(L1, 9, START_MS))
    assert isinstance(proved, Applied)
    call = ExecuteBatches(rollup=L2, batches=1, delay_ms=MINUTE_MS)

    assert isinstance(call.apply(proved.state, Block(L1, 10, START_MS + MINUTE_MS - 1)), Reverted)
    executed = call.apply(proved.state, Block(L1, 10, START_MS + MINUTE_MS))
    assert isinstance(executed, Applied)
    assert executed.state.inboxes[L2].executed == 1
    assert isinstance(call.apply(executed.state, Block(L1, 11, START_MS + 2 * MINUTE_MS)), Reverted)
