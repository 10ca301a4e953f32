from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venues.chains.background import GWEI, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S

QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
ROLLUP_FULL = DemandStep(0, 400.0, 0.05, 0.3, (0.0, 0.5, 0.5, 0.0))

Make = Callable[..., Any]

wishes = st.lists(st.tuples(st.integers(50, 200), st.sampled_from([21_000, 400_000, 3_000_000])), max_size=8)


def _produce_until_included(chain: Chain[Any], name: str, most: int) -> int:
    """Return after how many blocks a transaction was included; `most + 1` if it was not."""
    for number in range(1, most + 1):
        if any(receipt.transaction_id == name for receipt in chain.produce().receipts):
            return number
    return most + 1


@settings(max_examples=25, deadline=None)
@given(wishes=wishes)
@pytest.mark.parametrize("rules", [ETHEREUM_2020, ROLLUP_2S])
def test_no_block_uses_more_than_the_gas_limit(
    make_chain: Make, make_transaction: Make, rules: Any, wishes: list[tuple[int, int]]
) -> None:
    chain = make_chain(rules, step=replace(ROLLUP_FULL, level_gwei=100.0))
    for i, (gwei, gas) in enumerate(wishes):
        chain.submit(make_transaction(f"t{i}", gwei, tip_gwei=gwei, gas=gas))

    used = [chain.produce().summary.gas_used for _ in range(4)]

    assert max(used) <= rules.block_gas


def test_a_congested_chain_fills_its_blocks_and_keeps_a_backlog(make_chain: Make) -> None:
    chain = make_chain()
    summaries = [chain.produce().summary for _ in range(60)][20:]

    assert min(summary.gas_used for summary in summaries) > 0.95 * ETHEREUM_2020.block_gas
    assert min(summary.waiting for summary in summaries) > 100


@settings(max_examples=25, deadline=None)
@given(wishes=wishes)
def test_nobody_is_passed_over_for_one_who_pays_less_for_the_same_gas(
    make_chain: Make, make_transaction: Make, wishes: list[tuple[int, int]]
) -> None:
    chain = make_chain()
    for i, (gwei, gas) in enumerate(wishes):
        chain.submit(make_transaction(f"t{i}", gwei, gas=gas))

    included = {receipt.transaction_id for receipt in chain.produce().receipts}

    for i, (gwei, gas) in enumerate(wishes):
        for j, (other_gwei, other_gas) in enumerate(wishes):
            if gas == other_gas and gwei > other_gwei and f"t{j}" in included:
                assert f"t{i}" in included


def test_transactions_of_a_block_are_executed_best_paying_first(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    for name, gwei in (("low", 900), ("high", 1100), ("middle", 1000)):
        chain.submit(make_transaction(name, gwei))

    receipts = chain.produce().receipts

    assert [receipt.transaction_id for receipt in receipts] == ["high", "middle", "low"]


def test_the_first_seen_goes_first_at_equal_price(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    for name in ("b", "a", "c"):
        chain.submit(make_transaction(name, 1000))

    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["b", "a", "c"]


def test_everybody_elses_go_first_at_equal_price(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(step=DemandStep(0, 1000.0, 100.0, 0.0, (0.45, 0.27, 0.18, 0.10)))
    price = chain.produce().summary.low_wei
    chain.submit(make_transaction("equal", price / GWEI))
    chain.submit(make_transaction("a wei more", (price + 1) / GWEI))

    included = [receipt.transaction_id for _ in range(5) for receipt in chain.produce().receipts]

    assert included == ["a wei more"]


def test_a_price_below_everybody_elses_waits_and_one_above_gets_in(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    for _ in range(20):
        chain.produce()
    chain.submit(make_transaction("cheap", 10))
    chain.submit(make_transaction("dear", 1000))

    included = [receipt.transaction_id for _ in range(30) for receipt in chain.produce().receipts]

    assert included == ["dear"]
    assert chain.is_waiting("cheap")


def test_the_going_price_gets_in_within_a_few_blocks(make_chain: Make, make_transaction: Make) -> None:
    waits = []
    for seed in range(12):
        chain = make_chain(seed=seed)
        for _ in range(30):
            chain.produce()
        chain.submit(make_transaction("t", chain.fee_quantile(0.5, 20) / GWEI))
        waits.append(_produce_until_included(chain, "t", 30))

    assert sorted(waits)[len(waits) * 3 // 4] <= 3


def test_a_price_that_demand_has_left_behind_waits(make_chain: Make, make_transaction: Make) -> None:
    calm = make_chain()
    for _ in range(30):
        calm.produce()
    price = calm.fee_quantile(0.5, 20) / GWEI
    risen = make_chain(step=DemandStep(0, 11.0, 200.0, 0.2, (0.45, 0.27, 0.18, 0.10)))
    for _ in range(30):
        risen.produce()
    risen.submit(make_transaction("t", price))

    assert _produce_until_included(risen, "t", 40) > 40


def test_where_there_is_a_base_fee_the_tip_decides(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=ROLLUP_FULL)
    for _ in range(5):
        chain.produce()
    chain.submit(make_transaction("no tip", 10.0, tip_gwei=0.0))
    chain.submit(make_transaction("tip", 10.0, tip_gwei=1.0))

    included = [receipt.transaction_id for receipt in chain.produce().receipts]

    assert included == ["tip"]


def test_the_tip_decides_the_order_in_a_block_with_a_base_fee(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=QUIET)
    chain.submit(make_transaction("high limit", 10.0, tip_gwei=0.1))
    chain.submit(make_transaction("high tip", 1.0, tip_gwei=0.2))

    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["high tip", "high limit"]


def test_who_pays_a_base_fee_pays_it_and_the_tip_and_keeps_the_rest(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=QUIET)
    base_fee = chain.base_fee_wei
    chain.submit(make_transaction("t", 5.0, tip_gwei=0.5, gas=100_000))

    receipt = chain.produce().receipts[0]

    assert receipt.price_wei == base_fee + GWEI // 2
    assert chain.state.paid == receipt.cost_wei == 100_000 * receipt.price_wei


def test_a_transaction_waits_until_the_base_fee_comes_down_to_it(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=QUIET)
    chain.base_fee_wei = 2_000_000
    chain.submit(make_transaction("t", 0.0015, tip_gwei=0.0001))

    blocks = _produce_until_included(chain, "t", 200)

    assert 1 < blocks <= 200
    assert chain.state.paid <= 100_000 * 1_500_000


def test_the_base_fee_rises_under_full_blocks_and_falls_back_to_its_floor(make_chain: Make) -> None:
    full, quiet = make_chain(ROLLUP_2S, step=ROLLUP_FULL), make_chain(ROLLUP_2S, step=QUIET)
    quiet.base_fee_wei = 2_000_000
    for _ in range(300):
        full.produce()
        quiet.produce()

    assert full.base_fee_wei > 10 * ROLLUP_2S.base_fee.minimum_wei
    assert quiet.base_fee_wei == ROLLUP_2S.base_fee.minimum_wei


def test_a_reverted_call_pays_for_gas_and_changes_nothing_else(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain()
    chain.submit(make_transaction("t", 1000, reverts=True))

    receipt = chain.produce().receipts[0]

    assert (receipt.status, receipt.reason) == ("reverted", "asked: to revert")
    assert chain.state.called == ()
    assert chain.state.paid == receipt.cost_wei > 0


def test_a_sender_who_cannot_pay_is_dropped_and_uses_no_gas(
    make_chain: Make, make_transaction: Make, purse: Callable[..., Any]
) -> None:
    chain = make_chain(step=QUIET, purse=purse(most=10))
    chain.submit(make_transaction("poor", 1000))

    produced = chain.produce()

    assert [transaction.id for transaction in produced.dropped] == ["poor"]
    assert produced.receipts == ()
    assert produced.summary.gas_used == 0
    assert not chain.is_waiting("poor")


def test_a_full_pool_pushes_out_the_cheapest(make_chain: Make, make_transaction: Make) -> None:
    flood = DemandStep(0, 1000.0, 100.0, 0.2, (0.45, 0.27, 0.18, 0.10))
    chain = make_chain(replace(ETHEREUM_2020, pool_size=300), step=flood)
    chain.submit(make_transaction("cheap", 50))
    chain.submit(make_transaction("dear", 1000))

    produced = chain.produce()

    assert [transaction.id for transaction in produced.dropped] == ["cheap"]
    assert [receipt.transaction_id for receipt in produced.receipts] == ["dear"]
    assert not chain.is_waiting("cheap")


@pytest.mark.parametrize("rules", [ETHEREUM_2020, ROLLUP_2S])
def test_a_fork_does_what_the_original_does(make_chain: Make, make_transaction: Make, rules: Any) -> None:
    chain = make_chain(rules)
    for i in range(10):
        chain.submit(make_transaction(f"t{i}", 100 + i, tip_gwei=1.0))
        chain.produce()
    twin = chain.fork()

    assert [twin.produce() for _ in range(20)] == [chain.produce() for _ in range(20)]
    assert twin.state == chain.state


def test_a_fork_does_not_move_the_original(make_chain: Make, make_transaction: Make) -> None:
    chain, untouched = make_chain(), make_chain()
    for each in (chain, untouched):
        each.submit(make_transaction("t", 10))
        each.produce()
    twin = chain.fork()
    twin.submit(make_transaction("more", 1000))
    twin.withdraw("t")
    for _ in range(10):
        twin.produce()

    assert chain.is_waiting("t")
    assert not chain.is_waiting("more")
    assert chain.fee_quantile(0.5, 10) == untouched.fee_quantile(0.5, 10)
    assert [chain.produce() for _ in range(10)] == [untouched.produce() for _ in range(10)]


def test_equal_seeds_give_equal_blocks_and_others_do_not(make_chain: Make) -> None:
    first, second, other = (make_chain(seed=seed) for seed in (1, 1, 2))

    blocks = [[chain.produce().summary for _ in range(10)] for chain in (first, second, other)]

    assert blocks[0] == blocks[1]
    assert blocks[0] != blocks[2]


def test_one_more_transaction_moves_nobody_else_by_more_than_its_gas(make_chain: Make, make_transaction: Make) -> None:
    chain, other = make_chain(), make_chain()
    other.submit(make_transaction("t", 1000, gas=100_000))

    waiting = [(chain.produce().summary.waiting, other.produce().summary.waiting) for _ in range(50)]

    assert max(abs(one - two) for one, two in waiting) <= 10


def test_quantiles_of_a_block_are_in_order(make_chain: Make) -> None:
    chain = make_chain()
    for _ in range(30):
        summary = chain.produce().summary
        assert 0 < summary.low_wei <= summary.p35_wei <= summary.p60_wei <= summary.p90_wei
        assert summary.low_wei <= summary.mean_wei


def test_proof_of_work_is_final_by_blocks_and_a_rollup_by_time(make_chain: Make) -> None:
    mined, rollup = make_chain(), make_chain(ROLLUP_2S, step=QUIET)
    for _ in range(13):
        mined.produce()
        rollup.produce()

    assert mined.reached_ms("safe", 1, 0) == mined.time_ms
    assert mined.reached_ms("safe", 2, 0) is None
    assert rollup.reached_ms("included", 13, rollup.time_ms) == rollup.time_ms
    assert rollup.reached_ms("safe", 1, 0) == 480_000
    assert mined.finality_ms("safe") == 12 * 13_450
    assert rollup.finality_ms("final") == 900_000
