"""Slices of a block: what has been promised stays, and what comes later goes after it."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.chains.conftest import Purse, Touch
from venues.chains.background import EMPTY_POOL, Demand, DemandStep, Pool
from venues.chains.chain import Chain
from venues.chains.ordering import by_flashblock, by_price
from venues.chains.ordering.picked import Desk
from venues.chains.presets import OP_STACK
from venues.chains.transaction import Transaction

GWEI = 10**9
NOBODY = Demand((DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0)),), 0)


def _sent(
    name: str, time_ms: int, tip_gwei: float, *, gas: int = 100_000, nonce: int | None = None
) -> Transaction[Purse]:
    tip = round(tip_gwei * GWEI)
    return Transaction(
        id=name,
        sender="me",
        call=Touch(gas=gas),
        max_fee_wei=tip + GWEI,
        tip_wei=tip,
        submitted_ms=time_ms,
        nonce=nonce,
    )


def _chain() -> Chain[Purse]:
    return Chain(id="chain", rules=OP_STACK, state=Purse(), demand=NOBODY, seed=(1, "test"), start_ms=0)


def _pool(count: int, gas: int = 150_000) -> Pool:
    prices = np.sort(np.arange(1, count + 1, dtype=np.int64) * 10**7)[::-1]
    return Pool(prices, np.full(count, gas, np.int64), np.full(count, 10**9, np.int64))


def _desk(waiting: list[Transaction[Purse]], pool: Pool = EMPTY_POOL, new: Pool = EMPTY_POOL) -> Desk[Purse]:
    return Desk(
        rules=OP_STACK, since_ms=0, time_ms=2_000, base_fee_wei=10**6, pool=pool, new=new, waiting=waiting, nonces={}
    )


def test_who_comes_in_a_later_slice_goes_after_whoever_pays_less() -> None:
    chain = _chain()
    for each in (_sent("late and dear", 900, 5), _sent("early and cheap", 100, 0.1)):
        chain.submit(each)

    receipts = chain.produce().receipts

    assert [receipt.transaction_id for receipt in receipts] == ["early and cheap", "late and dear"]
    assert [receipt.promised_ms for receipt in receipts] == [200, 1_000]
    assert {receipt.block.time_ms for receipt in receipts} == {2_000}


def test_inside_a_slice_the_dearest_go_first() -> None:
    picked = by_flashblock.pick(_desk([_sent("cheap", 10, 0.1), _sent("dear", 190, 5)]), 200)

    assert [each.id for each in picked.chosen] == ["dear", "cheap"]


def test_a_large_transaction_waits_until_enough_gas_has_been_released() -> None:
    picked = by_flashblock.pick(_desk([_sent("large", 0, 1, gas=14_000_000)]), 200)

    assert picked.promised == {"large": 600}


def test_a_nonce_can_follow_in_a_later_slice() -> None:
    picked = by_flashblock.pick(_desk([_sent("b", 500, 9, nonce=1), _sent("a", 100, 1, nonce=0)]), 200)

    assert [each.id for each in picked.chosen] == ["a", "b"]
    assert picked.promised == {"a": 200, "b": 600}


def test_others_who_wait_cannot_fill_the_block_before_its_last_slice() -> None:
    late = _sent("late", 1_900, 5, gas=1_000_000)
    desk = _desk([late], pool=_pool(1_000))

    in_slices, at_once = by_flashblock.pick(desk, 200), by_price.pick(desk)

    assert in_slices.promised == {"late": 2_000}
    assert in_slices.taken < at_once.taken + 10


@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.floats(0.01, 9), st.integers(21_000, 9_000_000)), max_size=12),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_slices_stay_within_the_block_and_lose_nobody(sent: list[tuple[int, float, int]], old: int, new: int) -> None:
    waiting = [_sent(f"t{i}", time_ms, tip, gas=gas) for i, (time_ms, tip, gas) in enumerate(sent)]
    desk = _desk(waiting, _pool(old), _pool(new))

    picked = by_flashblock.pick(desk, 200)

    own = sum(each.gas for each in picked.chosen)
    assert own + int(picked.pool.gas[: picked.taken].sum()) <= OP_STACK.block_gas
    assert len(picked.pool) == old + new
    assert list(picked.prices[: picked.taken]) == sorted(picked.prices[: picked.taken], reverse=True)
    assert [picked.promised[each.id] for each in picked.chosen] == sorted(picked.promised.values())
    assert all(picked.promised[each.id] >= each.submitted_ms for each in picked.chosen)


def test_a_chain_whose_promise_is_its_block_does_not_cut_it() -> None:
    assert OP_STACK.sequencing is not None
    whole = replace(OP_STACK, sequencing=replace(OP_STACK.sequencing, preconfirmation_ms=2_000))
    chain = Chain(id="chain", rules=whole, state=Purse(), demand=NOBODY, seed=(1, "test"), start_ms=0)
    for each in (_sent("late and dear", 900, 5), _sent("early and cheap", 100, 0.1)):
        chain.submit(each)

    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["late and dear", "early and cheap"]
