from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT
from tests.venues.calls.stage import block, state
from tests.venues.small_world import GAS, L2, MINUTE_MS, START_MS
from venues.calls.upkeep import PostAnswer
from venues.chain_state import HISTORY_MS, NO_ANSWER, Answer, ChainState
from venues.chains.transaction import Applied
from venues.markets.venue import Order, Unfilled

BEGINNING = Answer(140 * PRICE_UNIT, START_MS, START_MS)

gaps = st.lists(st.sampled_from([0, 2_000, 600_000, 3_600_000, HISTORY_MS, 3 * HISTORY_MS]), max_size=20)
"""Time from each answer to the next; zero within a block."""


def _answered(times: list[int], before: ChainState | None = None) -> ChainState:
    """Return a chain after answers in blocks at some times; the price tells which it is."""
    found = before or state(L2)
    for i, time_ms in enumerate(times):
        outcome = PostAnswer(price=1000 + i, observed_ms=time_ms).apply(found, block(L2, time_ms))
        assert isinstance(outcome, Applied)
        found = outcome.state
    return found


def _times(waits: list[int]) -> list[int]:
    return [START_MS + 1 + sum(waits[: i + 1]) for i in range(len(waits))]


def test_answers_are_remembered_in_their_order() -> None:
    found = _answered([START_MS + 10, START_MS + 20])

    assert [answer.time_ms - START_MS for answer in found.answers] == [0, 10, 20]
    assert found.answers[-1] == found.answer


@given(gaps)
def test_all_answers_of_two_hours_are_remembered_and_the_one_in_force_before(waits: list[int]) -> None:
    times = _times(waits)
    all_answers = {START_MS: BEGINNING.price} | {time: 1000 + i for i, time in enumerate(times)}

    found = _answered(times)

    since = found.answer.time_ms - HISTORY_MS
    first = max((time for time in all_answers if time <= since), default=START_MS)
    wanted = [(time, price) for time, price in sorted(all_answers.items()) if time >= first]
    assert [(answer.time_ms, answer.price) for answer in found.answers] == wanted


@pytest.mark.parametrize("per_block", [1, 3])
def test_what_is_remembered_is_bounded_by_the_blocks_of_two_hours(per_block: int) -> None:
    """By hand: a block each minute, so 120 in two hours, and the one in force when they began."""
    times = [START_MS + i // per_block * MINUTE_MS for i in range(300 * per_block)]

    assert len(_answered(times).answers) == 121


def test_of_several_answers_in_one_block_the_last_counts() -> None:
    found = _answered([START_MS + 10, START_MS + 10])

    assert [answer.price for answer in found.answers] == [BEGINNING.price, 1001]


def test_a_refused_answer_is_not_remembered() -> None:
    before = _answered([START_MS + 10])

    outcome = PostAnswer(price=7, observed_ms=START_MS + 9).apply(before, block(L2, START_MS + 20))

    assert not isinstance(outcome, Applied)
    assert len(before.answers) == 2


def test_before_the_first_answer_there_is_none_to_remember() -> None:
    silent = replace(state(L2), answer=NO_ANSWER)

    assert silent.answers == ()
    assert [answer.price for answer in _answered([START_MS], silent).answers] == [1000]


def test_gas_is_paid_from_the_wallet_and_stays_on_the_books() -> None:
    paid = state(L2).pay_gas("user", 7)

    assert paid is not None
    assert (paid.wallets["user"], paid.burned) == (GAS - 7, 7)
    assert paid.totals() == state(L2).totals()


@pytest.mark.parametrize("who", ["user", "stranger"])
def test_nobody_pays_more_gas_than_they_have(who: str) -> None:
    assert state(L2).pay_gas(who, GAS + 1) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50 * ETH_UNIT)), max_size=6))
def test_trades_with_a_pool_keep_cash_and_ether_on_the_chain(orders: list[tuple[bool, int]]) -> None:
    found = state(L2)
    for buys, quantity in orders:
        order = Order(
            venue="pool",
            instrument=ETH,
            side="buy" if buys else "sell",
            quantity=quantity,
            bound=10**15 if buys else 0,
        )
        outcome = found.trade(order, "trader", START_MS)
        assert not isinstance(outcome, Unfilled)
        found, _ = outcome

    assert found.totals() == state(L2).totals()
