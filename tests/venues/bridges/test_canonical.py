from dataclasses import replace

import pytest

from intents.assets import USDC_UNIT
from tests.venues.bridges.stage import (
    CARRIER,
    HOUR_MS,
    LOCKED,
    QUICK_EXIT,
    arrival_ms,
    canonical,
    gained,
    send,
    sent,
    world,
)
from tests.venues.small_world import L1, L2, START_MS
from venues.bridges import CanonicalPort
from venues.bridges.canonical import OP_STACK_EXIT, exit_of
from venues.chains.presets import OP_STACK, ZK_ROLLUP

DAY_MS = 24 * HOUR_MS


def _told(now_ms: int = 0) -> CanonicalPort:
    return canonical(L1).arrived(sent(100, fee=False), now_ms)


def _proved(stated_ms: int, proved_ms: int) -> CanonicalPort:
    after = _told(stated_ms).proved("t", proved_ms)
    assert isinstance(after, CanonicalPort)
    return after


def test_a_deposit_is_minted_in_full_once_the_sequencer_sees_four_blocks_on_top() -> None:
    made = world(canonical(L1), canonical(L2))
    send(made, L1, 100)
    made.advance(START_MS + 12_000)

    arrived_ms = arrival_ms(made, L2, START_MS + HOUR_MS)

    assert arrived_ms == START_MS + 5 * 12_000
    assert gained(made, L2) == 100 * USDC_UNIT
    assert made.state(L1).bridges["bridge"].held == LOCKED + 100 * USDC_UNIT
    assert made.state(L2).bridges["bridge"].held == -LOCKED - 100 * USDC_UNIT


def test_the_mint_has_no_limit() -> None:
    made = world(canonical(L1), canonical(L2))
    send(made, L1, 50_000_000)

    made.advance(START_MS + 5 * 60_000)

    assert gained(made, L2) == 50_000_000 * USDC_UNIT


def test_a_withdrawal_waits_for_its_batch_the_statement_its_proof_and_the_delays() -> None:
    made = world(canonical(L1, QUICK_EXIT), canonical(L2, QUICK_EXIT), (CARRIER,))
    send(made, L2, 100)
    made.advance(START_MS + 2_000)
    safe_ms = made.chain(L2).reached_ms("safe", 1, START_MS + 2_000)
    assert safe_ms is not None

    arrived_ms = arrival_ms(made, L1, START_MS + HOUR_MS)

    assert arrived_ms is not None
    assert safe_ms + QUICK_EXIT.statement_ms + QUICK_EXIT.maturity_ms < arrived_ms
    assert arrived_ms <= safe_ms + QUICK_EXIT.statement_ms + QUICK_EXIT.maturity_ms + 6 * 12_000
    assert gained(made, L1) == 100 * USDC_UNIT


def test_nobody_can_withdraw_more_than_was_minted() -> None:
    port = canonical(L2)

    assert port.refusal(LOCKED) is None
    assert port.refusal(LOCKED + 1) == f"no_liquidity: bridge minted {LOCKED} here, {LOCKED + 1} cannot go back"


@pytest.mark.parametrize(
    ("proved_ms", "ready_ms"),
    [(0, 7 * DAY_MS), (DAY_MS, 8 * DAY_MS), (10 * DAY_MS, 17 * DAY_MS)],
)
def test_an_undisputed_withdrawal_may_leave_seven_days_after_its_proof(proved_ms: int, ready_ms: int) -> None:
    port = _proved(0, proved_ms)

    assert isinstance(port.finalised("t", ready_ms), str)
    assert isinstance(port.finalised("t", ready_ms + 1), CanonicalPort)


def test_a_game_that_uses_up_both_clocks_delays_it_to_ten_and_a_half_days() -> None:
    long = replace(OP_STACK_EXIT, game_ms=2 * OP_STACK_EXIT.game_ms)
    port = replace(_proved(0, 0), exit=long)

    assert isinstance(port.finalised("t", 21 * DAY_MS // 2), str)
    assert isinstance(port.finalised("t", 21 * DAY_MS // 2 + 1), CanonicalPort)


def test_nothing_leaves_without_a_proof() -> None:
    assert _told().finalised("t", 100 * DAY_MS) == "reverted: t cannot be finalised yet"


def test_a_withdrawal_is_proved_and_paid_once() -> None:
    once = _proved(0, 0)
    paid = once.finalised("t", 8 * DAY_MS)
    assert isinstance(paid, CanonicalPort)

    assert once.proved("t", 1) == "reverted: t is not there to be proved"
    assert paid.finalised("t", 8 * DAY_MS) == "reverted: t cannot be finalised yet"
    assert paid.pay_out()[1] == (replace(sent(100, fee=False)),)


def test_a_rollup_with_validity_proofs_is_left_after_its_proof_and_the_delay_of_execution() -> None:
    leave = exit_of(ZK_ROLLUP)
    port = replace(canonical(L1, leave)).arrived(sent(1, fee=False), 5)

    assert (leave.statement_ms, leave.needs_proof) == (22 * HOUR_MS, False)
    assert isinstance(port.finalised("t", 6), CanonicalPort)
    assert exit_of(OP_STACK) is OP_STACK_EXIT


def test_the_usual_time_of_each_direction_is_known() -> None:
    assert canonical(L1).as_seen().delay_ms == 0
    assert canonical(L2).as_seen().delay_ms == HOUR_MS + 7 * DAY_MS
