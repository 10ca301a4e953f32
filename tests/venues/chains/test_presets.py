from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.background import DemandStep
from venues.chains.confirmation import Confirmation
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, OP_STACK, PRESETS, ROLLUP_2S, ZK_ROLLUP
from venues.chains.presets.ethereum_today import EPOCH_MS, GENESIS_MS

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))

presets = st.sampled_from(sorted(PRESETS))
instants = st.integers(1_584_000_000_000, 1_800_000_000_000)


def test_every_preset_goes_by_its_name() -> None:
    assert sorted(PRESETS) == [
        "arbitrum",
        "ethereum-2020",
        "ethereum-2021",
        "ethereum-today",
        "op-stack",
        "rollup-2s",
        "shared-left",
        "shared-right",
        "zk-rollup",
    ]
    assert all(rules.name == name for name, rules in PRESETS.items())


def test_a_preset_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        OP_STACK.block_gas = 1  # type: ignore[misc]


def test_rules_without_a_level_are_refused() -> None:
    with pytest.raises(ValueError, match="does not say when a block is final"):
        replace(OP_STACK, levels={"included": Confirmation(), "safe": Confirmation()})


@given(presets, instants)
def test_a_block_is_included_before_it_is_safe_and_safe_before_it_is_final(name: str, time_ms: int) -> None:
    ready = [PRESETS[name].level(level).ready_ms(time_ms) for level in ("included", "safe", "final")]

    assert ready[0] == time_ms
    assert ready == sorted(ready)


@given(presets, instants, st.integers(0, HOUR_MS))
def test_an_earlier_block_is_never_final_later(name: str, time_ms: int, more_ms: int) -> None:
    final = PRESETS[name].level("final")

    assert final.ready_ms(time_ms) <= final.ready_ms(time_ms + more_ms)


@given(presets, instants)
def test_no_level_takes_longer_than_it_says(name: str, time_ms: int) -> None:
    rules = PRESETS[name]
    for level in rules.levels.values():
        if level.blocks == 0:
            assert 0 <= level.ready_ms(time_ms) - time_ms <= level.usual_ms(rules.interval_ms)


@pytest.mark.parametrize(("slot", "safe_slots", "final_slots"), [(0, 64, 96), (31, 33, 65), (32, 64, 96), (16, 48, 80)])
def test_ethereum_justifies_and_finalises_by_epochs(slot: int, safe_slots: int, final_slots: int) -> None:
    """The checkpoint after a block is justified an epoch later and final two: 65 to 96 slots after the block."""
    time_ms = GENESIS_MS + 1_000 * EPOCH_MS + slot * 12_000

    assert ETHEREUM_TODAY.level("safe").ready_ms(time_ms) == time_ms + safe_slots * 12_000
    assert ETHEREUM_TODAY.level("final").ready_ms(time_ms) == time_ms + final_slots * 12_000


@given(instants)
def test_a_rollup_is_final_in_twenty_to_thirty_minutes_and_not_in_seven_days(time_ms: int) -> None:
    for rules in (OP_STACK, ARBITRUM):
        assert 19 * MINUTE_MS < rules.level("final").ready_ms(time_ms) - time_ms < 30 * MINUTE_MS


@given(instants)
def test_a_validity_rollup_waits_for_its_proof_and_the_delay_after_it(time_ms: int) -> None:
    assert 22 * HOUR_MS < ZK_ROLLUP.level("final").ready_ms(time_ms) - time_ms < 23 * HOUR_MS


def test_the_batch_of_a_block_is_the_next_one_that_is_posted() -> None:
    safe = OP_STACK.level("safe")

    assert safe.ready_ms(300_000) == safe.ready_ms(599_999) == 624_000
    assert safe.ready_ms(600_000) == 924_000


def test_a_sequencer_can_keep_somebody_out_for_twelve_hours_or_a_day() -> None:
    assert OP_STACK.sequencing is not None
    assert ARBITRUM.sequencing is not None
    assert (OP_STACK.sequencing.forced_ms, ARBITRUM.sequencing.forced_ms) == (12 * HOUR_MS, 24 * HOUR_MS)


def test_the_presets_of_the_replayed_day_are_what_they_were() -> None:
    assert (ETHEREUM_2020.block_gas, ETHEREUM_2020.interval_ms, ETHEREUM_2020.pool_size) == (10_000_000, 13_450, 8192)
    assert [ETHEREUM_2020.level(level).blocks for level in ("included", "safe", "final")] == [0, 12, 30]
    assert [ROLLUP_2S.level(level).delay_ms for level in ("included", "safe", "final")] == [0, 480_000, 900_000]
    assert ROLLUP_2S.data_fee is None


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_chain_of_every_preset_includes_confirms_and_forks(name: str, make_chain: Any, make_transaction: Any) -> None:
    chain = make_chain(PRESETS[name], step=QUIET)
    chain.submit(make_transaction("t", 100, tip_gwei=1.0))
    receipts = [receipt for _ in range(40) for receipt in chain.produce().receipts]
    twin = chain.fork()

    (block,) = [receipt.block for receipt in receipts]
    safe_ms = chain.reached_ms("safe", block.number, block.time_ms)
    assert block.time_ms <= safe_ms <= block.time_ms + HOUR_MS
    assert [twin.produce() for _ in range(5)] == [chain.produce() for _ in range(5)]


def test_no_transaction_takes_more_gas_than_one_may(make_chain: Any, make_transaction: Any) -> None:
    chain = make_chain(ETHEREUM_TODAY, step=QUIET)

    assert chain.submit(make_transaction("large", 100, tip_gwei=1.0, gas=2**24)) == "waiting"
    assert chain.submit(make_transaction("larger", 100, tip_gwei=1.0, gas=2**24 + 1)) == "oversized"


def test_a_transaction_without_a_tip_is_not_taken_in(make_chain: Any, make_transaction: Any) -> None:
    assert make_chain(ETHEREUM_TODAY, step=QUIET).submit(make_transaction("t", 100)) == "underpriced"
    assert make_chain(ROLLUP_2S, step=QUIET).submit(make_transaction("t", 100)) == "waiting"


def test_a_full_pool_refuses_who_pays_no_more_than_its_cheapest(make_chain: Any, make_transaction: Any) -> None:
    flood = DemandStep(0, 500.0, 50.0, 0.3, (0.0, 0.0, 0.0, 1.0))
    chain = make_chain(replace(ETHEREUM_TODAY, pool_size=500), step=flood)
    for _ in range(3):
        chain.produce()
    full = replace(chain.rules, pool_size=chain.recent[-1].waiting)
    chain.rules = full

    assert chain.submit(make_transaction("cheap", 20, tip_gwei=1.0)) == "underpriced"
    assert chain.submit(make_transaction("dear", 5_000, tip_gwei=1.0)) == "waiting"


def test_the_blob_fee_of_ethereum_is_at_its_reserve_price_and_follows_the_base_fee(make_chain: Any) -> None:
    busy = DemandStep(0, 40.0, 30.0, 0.3, (0.4, 0.3, 0.2, 0.1), premium=0.3)
    chain = make_chain(ETHEREUM_TODAY, step=busy)
    ratios = []
    for _ in range(600):
        chain.produce()
        ratios.append(chain.blob_fee_wei / (chain.base_fee_wei / 16))

    moves = [after / before for before, after in pairwise(ratios)]
    assert chain.base_fee_wei > 5 * ETHEREUM_TODAY.first_base_fee_wei
    assert 0.3 < ratios[-1] < 2.0
    assert max(moves) < 1.3
