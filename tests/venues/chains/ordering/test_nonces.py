from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.background import DemandStep
from venues.chains.ordering.nonces import executable, in_turn, rival
from venues.chains.presets import ETHEREUM_TODAY
from venues.chains.transaction import Transaction

QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))

Make = Callable[..., Any]
Plain = Transaction[Any]

pools = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 5) | st.none(), st.integers(1, 5)),
    max_size=12,
    unique_by=lambda entry: (entry[0], entry[1]) if entry[1] is not None else object(),
)


def _transactions(entries: list[tuple[str, int | None, int]]) -> list[Plain]:
    return [
        Transaction(id=f"t{i}", sender=sender, call=_Nothing(), max_fee_wei=fee, nonce=nonce)
        for i, (sender, nonce, fee) in enumerate(entries)
    ]


class _Nothing:
    gas = 21_000

    def apply(self, state: Any, block: Any) -> Any:
        raise AssertionError("nothing here is executed")


def _fee(transaction: Plain) -> int:
    return transaction.max_fee_wei


def _names(transactions: list[Plain]) -> list[str]:
    return [transaction.id for transaction in transactions]


def test_the_dearest_sender_goes_first_and_drags_nothing_ahead_of_its_predecessor() -> None:
    pool = _transactions([("a", 0, 10), ("a", 1, 99), ("b", 0, 50)])

    assert _names(in_turn(pool, _fee)) == ["t2", "t0", "t1"]


def test_at_equal_price_the_first_seen_goes_first() -> None:
    pool = _transactions([("b", 0, 10), ("a", 0, 10), ("c", None, 10)])

    assert _names(in_turn(pool, _fee)) == ["t0", "t1", "t2"]


@given(pools)
def test_everybody_is_tried_once_and_each_sender_in_the_order_of_nonces(entries: list[Any]) -> None:
    pool = _transactions(entries)

    turn = in_turn(pool, _fee)

    assert sorted(_names(turn)) == sorted(_names(pool))
    for sender in "abc":
        nonces = [t.nonce for t in turn if t.sender == sender and t.nonce is not None]
        assert nonces == sorted(nonces)


@given(pools)
def test_without_nonces_the_order_is_by_price_alone(entries: list[Any]) -> None:
    pool = _transactions([(sender, None, fee) for sender, _, fee in entries])

    assert in_turn(pool, _fee) == sorted(pool, key=lambda t: -t.max_fee_wei)


def test_what_stands_behind_a_gap_is_not_executable() -> None:
    pool = _transactions([("a", 3, 1), ("a", 5, 1), ("b", None, 1), ("c", 1, 1)])

    assert _names(executable(pool, {"a": 3})) == ["t0", "t2"]


def test_only_the_same_sender_and_nonce_is_a_rival() -> None:
    pool = _transactions([("a", 0, 1), ("a", 1, 1), ("b", 1, 1), ("a", None, 1)])
    (same,) = _transactions([("a", 1, 5)])
    (alone,) = _transactions([("a", None, 5)])

    assert rival(same, pool) == "t1"
    assert rival(alone, pool) is None


@pytest.fixture
def chain(make_chain: Make) -> Any:
    return make_chain(ETHEREUM_TODAY, step=QUIET)


def _with_nonce(make_transaction: Make, name: str, nonce: int, *, gwei: float = 100.0, tip: float = 2.0) -> Plain:
    made: Plain = replace(make_transaction(name, gwei, tip_gwei=tip), nonce=nonce)
    return made


def test_a_chain_executes_nonces_in_order_whatever_they_pay(chain: Any, make_transaction: Make) -> None:
    for nonce, tip in ((2, 9.0), (0, 1.0), (1, 5.0)):
        chain.submit(_with_nonce(make_transaction, f"n{nonce}", nonce, tip=tip))

    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["n0", "n1", "n2"]


def test_a_chain_holds_back_what_stands_behind_a_gap(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "later", 1))
    first = chain.produce()
    chain.submit(_with_nonce(make_transaction, "now", 0))

    assert first.receipts == ()
    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["now", "later"]


def test_a_chain_refuses_a_nonce_that_is_used(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "one", 0))
    chain.produce()

    assert chain.submit(_with_nonce(make_transaction, "again", 0)) == "gone"


def test_a_chain_replaces_by_nonce(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "old", 0))

    assert chain.submit(_with_nonce(make_transaction, "low", 0, gwei=109)) == "underpriced"
    assert chain.submit(_with_nonce(make_transaction, "high", 0, gwei=110, tip=2.2)) == "waiting"
    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["high"]


def test_a_sender_stuck_below_the_base_fee_blocks_its_own_later_nonces_only(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "stuck", 0, gwei=0.5, tip=0.1))
    chain.submit(_with_nonce(make_transaction, "behind", 1))
    chain.submit(make_transaction("alone", 100, tip_gwei=1.0))

    assert [receipt.transaction_id for receipt in chain.produce().receipts] == ["alone"]


def test_a_sender_with_a_long_gap_queue_loses_its_latest_nonces(chain: Any, make_transaction: Make) -> None:
    for nonce in range(1, 71):
        chain.submit(_with_nonce(make_transaction, f"n{nonce}", nonce))

    assert [transaction.id for transaction in chain.produce().dropped] == [f"n{nonce}" for nonce in range(65, 71)]


def test_what_waits_behind_a_gap_for_three_hours_is_dropped(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "orphan", 1))
    dropped = [t.id for _ in range(901) for t in chain.produce().dropped]

    assert dropped == ["orphan"]


def test_a_fork_knows_the_nonces_and_keeps_its_own(chain: Any, make_transaction: Make) -> None:
    chain.submit(_with_nonce(make_transaction, "zero", 0))
    twin = chain.fork()
    twin.produce()

    assert twin.submit(_with_nonce(make_transaction, "again", 0)) == "gone"
    assert chain.submit(_with_nonce(make_transaction, "higher", 0, gwei=200, tip=4.0)) == "waiting"
