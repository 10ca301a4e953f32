"""Whatever goes wrong, what is posted hangs together, nobody is kept out longer than the rules say, ether is kept."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.rollups.rollup_world import batcher, rollup_world
from tests.venues.rollups.test_forced_inclusion import force
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.chains.presets import ARBITRUM, OP_STACK, ZK_ROLLUP, ChainRules
from venues.faults import Fault, FaultKind, Faults
from venues.world import World

END_MS = START_MS + 12 * MINUTE_MS
WINDOW_MS = 4 * MINUTE_MS
SLOT_MS = 12_000

TARGETS: tuple[tuple[FaultKind, str], ...] = (
    ("outage", L1),
    ("outage", L2),
    ("outage", "batcher"),
    ("censorship", L2),
    ("censorship", L1),
    ("reorg", L1),
    ("reorg", L2),
    ("finality_stall", L1),
)
drawn = st.lists(
    st.tuples(st.sampled_from(TARGETS), st.integers(1, 600), st.integers(1, 300), st.integers(1, 8)), max_size=5
)


def _faults(found: Sequence[tuple[tuple[FaultKind, str], int, int, int]]) -> Faults:
    schedule = [
        Fault(
            id=f"f{index}",
            kind=kind,
            target=target,
            from_ms=START_MS + at_s * 1_000 + index,
            until_ms=START_MS + at_s * 1_000 + index + (1 if kind == "reorg" else lasts_s * 1_000),
            depth=depth if kind == "reorg" else 0,
            share_ppm=1_000_000,
        )
        for index, ((kind, target), at_s, lasts_s, depth) in enumerate(found)
    ]
    return Faults(tuple(sorted(schedule, key=lambda fault: fault.from_ms)))


def _short(rules: ChainRules) -> ChainRules:
    assert rules.sequencing is not None
    drift_ms = MINUTE_MS if rules.sequencing.drift_ms else 0
    return replace(rules, sequencing=replace(rules.sequencing, forced_ms=WINDOW_MS, drift_ms=drift_ms))


def _check(world: World) -> None:
    chain, l1, inbox = world.chain(L2), world.chain(L1), world.state(L1).inboxes[L2]
    batches = [inbox.batches[index] for index in range(len(inbox.batches))]
    assert all(after.first == before.last + 1 for before, after in pairwise(batches))
    assert not batches or batches[0].first == 1
    assert chain.derivable(world.now_ms) == inbox.last <= chain.number

    sequenced = world.state(L2).sequenced
    assert sequenced is not None
    overdue = [each for each in inbox.messages.values() if each.sent.time_ms + WINDOW_MS + SLOT_MS <= l1.time_ms]
    assert sequenced.messages >= len(overdue)
    assert sequenced.messages <= len(inbox.messages)
    for index, executed in sequenced.executed.items():
        assert inbox.messages[index].transaction.id == executed.transaction_id
    if chain.rules.sequencing is not None and chain.rules.sequencing.drift_ms and inbox.last < chain.number:
        assert sequenced.tallies[inbox.last + 1].time_ms > l1.time_ms - WINDOW_MS


@pytest.mark.parametrize("rules", [OP_STACK, ARBITRUM, ZK_ROLLUP], ids=lambda rules: rules.name)
@settings(max_examples=12, deadline=None)
@given(found=drawn, wait_s=st.integers(0, 400))
def test_a_rollup_keeps_its_rules_whatever_goes_wrong(
    rules: ChainRules, found: list[tuple[tuple[FaultKind, str], int, int, int]], wait_s: int
) -> None:
    world = rollup_world([batcher(30_000)], l2=_short(rules), faults=_faults(found))
    ether = [world.state(name).totals()[1] for name in (L1, L2)]
    world.advance(START_MS + wait_s * 1_000)
    for name in ("a", "b"):
        force(world, name)
        world.advance(world.now_ms + 20_000)
    for time_ms in range(world.now_ms + 7_000, END_MS, 41_000):
        world.advance(time_ms)
        _check(world)

    assert [world.state(name).totals()[1] for name in (L1, L2)] == ether
