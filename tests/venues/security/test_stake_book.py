"""Stake of a restaking protocol: nothing is lost, nobody gets away."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH_UNIT
from tests.venues.small_world import L2, START_MS, chain_state
from venues.calls.staking import CollectStake, LeaveStake, SlashOperator
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Reverted
from venues.security.deposit import WITHDRAWAL_DELAY
from venues.security.operator import Denied
from venues.security.slashing import WAD
from venues.security.stake_book import StakeBook, wad

PARTS = {"prices": wad(5), "proofs": wad(60)}
BOOK = StakeBook().with_operator("a", 10_000 * ETH_UNIT, PARTS).with_operator("b", 3_333 * ETH_UNIT + 7, PARTS)
BOTH = {"prices": WAD, "proofs": wad(2)}


@dataclass(frozen=True, slots=True)
class _Step:
    act: str
    name: str
    fraction: int
    block: int


steps = st.lists(
    st.builds(
        _Step,
        st.sampled_from(["slash", "leave", "pay"]),
        st.sampled_from("ab"),
        st.integers(1, WAD),
        st.integers(0, 3 * WITHDRAWAL_DELAY),
    ),
    max_size=12,
)


def _step(book: StakeBook, step: _Step) -> tuple[StakeBook, int]:
    """Return the book after a step, and what was paid out."""
    if step.act == "slash":
        fractions = {"prices": step.fraction, "proofs": step.fraction // 3}
        return book.slashed(step.name, fractions, step.block, step.block), 0
    done = book.left(step.name, step.block) if step.act == "leave" else book.paid_out(step.name, step.block)
    if isinstance(done, Denied):
        return book, 0
    return done if isinstance(done, tuple) else (done, 0)


@given(steps)
def test_every_wei_is_staked_queued_taken_or_paid(found: list[_Step]) -> None:
    book, paid = BOOK, 0
    for step in sorted(found, key=lambda each: each.block):
        book, out = _step(book, step)
        paid += out

    assert book.total() + paid == BOOK.total()
    assert all(operator.shares >= 0 for operator in book.operators.values())


def test_one_fault_costs_the_sum_of_what_the_services_take() -> None:
    """By hand: 5 % of 10,000 ether, and 2 % of the 60 % that answer for proofs."""
    book = BOOK.slashed("a", BOTH, 1, START_MS)

    assert BOOK.operators["a"].shares - book.operators["a"].shares == 620 * ETH_UNIT
    assert book.pot == book.slashes[0].wei == 620 * ETH_UNIT
    assert book.operators["b"] == BOOK.operators["b"]


def test_whoever_leaves_before_the_punishment_is_punished_all_the_same() -> None:
    left = BOOK.left("a", 100)
    assert isinstance(left, StakeBook)

    book = left.slashed("a", BOTH, 200, START_MS)

    assert left.queued("a") == 10_000 * ETH_UNIT
    assert book.queued("a") == 9_380 * ETH_UNIT
    assert [operator.shares for operator in book.answering() if operator.name == "a"] == [9_380 * ETH_UNIT]


@pytest.mark.parametrize(("blocks", "is_paid"), [(WITHDRAWAL_DELAY - 1, False), (WITHDRAWAL_DELAY, True)])
def test_stake_is_paid_after_two_weeks_and_not_before(blocks: int, is_paid: bool) -> None:
    left = BOOK.left("a", 100)
    assert isinstance(left, StakeBook)

    done = left.paid_out("a", 100 + blocks)

    assert isinstance(done, tuple) == is_paid
    if isinstance(done, tuple):
        assert done[1] == 10_000 * ETH_UNIT


def test_nobody_leaves_twice_or_is_paid_without_having_left() -> None:
    left = BOOK.left("a", 100)
    assert isinstance(left, StakeBook)

    assert isinstance(left.left("a", 101), Denied)
    assert isinstance(BOOK.paid_out("a", WITHDRAWAL_DELAY), Denied)


def test_a_punishment_is_for_all_that_was_signed_before_it() -> None:
    book = BOOK.slashed("a", BOTH, 1, START_MS)

    assert book.punished_since("a", START_MS - 1)
    assert not book.punished_since("a", START_MS)
    assert not book.punished_since("b", START_MS - 1)


def _staked() -> ChainState:
    return replace(chain_state(L2), stakes=BOOK)


def _block(number: int = 5) -> Block:
    return Block(L2, number, START_MS)


def test_a_slash_on_chain_says_what_it_took_and_keeps_all_ether_on_the_chain() -> None:
    done = SlashOperator(operator="a", fractions=BOTH, offence_ms=START_MS - 1).apply(_staked(), _block())

    assert isinstance(done, Applied)
    assert done.logs[0].get("wei") == 620 * ETH_UNIT
    assert done.state.totals() == _staked().totals()


def test_the_same_offence_is_not_punished_twice_on_chain() -> None:
    call = SlashOperator(operator="a", fractions=BOTH, offence_ms=START_MS - 1)
    done = call.apply(_staked(), _block())
    assert isinstance(done, Applied)

    assert isinstance(call.apply(done.state, _block(6)), Reverted)


def test_stake_that_is_collected_is_in_the_wallet() -> None:
    left = LeaveStake(operator="a").apply(_staked(), _block())
    assert isinstance(left, Applied)
    early = CollectStake(operator="a").apply(left.state, _block(6))
    paid = CollectStake(operator="a").apply(left.state, _block(5 + WITHDRAWAL_DELAY))

    assert isinstance(early, Reverted)
    assert isinstance(paid, Applied)
    assert paid.state.wallets["a"] == 10_000 * ETH_UNIT
    assert paid.state.totals() == _staked().totals()


@pytest.mark.parametrize(
    "call",
    [SlashOperator(operator="a", fractions=BOTH, offence_ms=0), LeaveStake(operator="a"), CollectStake(operator="a")],
)
def test_a_chain_without_stake_refuses_calls_about_it(call: SlashOperator | LeaveStake | CollectStake) -> None:
    assert isinstance(call.apply(chain_state(L2), _block()), Reverted)
