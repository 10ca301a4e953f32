"""An owner who asks for a refund while the proof of the delivery is held up."""

from dataclasses import replace
from typing import Final

import pytest

from auction.settlement.executor import Executor
from tests.auction.settlement.course import POLICY, Witness, plan, world
from tests.venues.calls.stage import OWNER, VAULT, dollars, state, terms
from tests.venues.small_world import GAS, L1, L2, START_MS
from venues.calls.settlement import Refund
from venues.chains.transaction import Transaction
from venues.faults import Fault
from venues.view import Offer
from venues.world import World

HOUR_MS: Final = 3_600_000
STALL: Final = Fault(id="stall", kind="finality_stall", target=L2, from_ms=START_MS, until_ms=START_MS + 3 * HOUR_MS)
REORG: Final = Fault(
    id="reorg", kind="reorg", target=L2, from_ms=START_MS + 1_400_000, until_ms=START_MS + 1_400_000, depth=600
)
AWAY: Final = terms(chain=L2)


def greedy_owner(faults: tuple[Fault, ...], *, proves: bool) -> tuple[World, Executor, Witness]:
    """Return the world six hours after an award elsewhere, in which the owner asked for a refund as soon as it was due.

    `proves` tells whether the lock asks for a proof that nothing was delivered.
    """
    home = state(L1)
    home = replace(home, wallets=home.wallets.set(OWNER.address, GAS))
    scene = world(states=(home, state(L2)), faults=faults)
    policy = replace(POLICY, proves_absence=proves)
    executor, witness = Executor(policy), Witness()
    made = plan(scene, AWAY, policy=policy)
    executor.start(made, settles=True, world=scene)
    due_ms = policy.deadlines(scene, START_MS, L1, L2).refund_ms
    scene.advance(due_ms, [executor, witness])
    call = Refund(fill_id=AWAY.fill_id, quantity=AWAY.quantity)
    asked = Transaction(id="ask", sender=OWNER.address, call=call, max_fee_wei=10**12, submitted_ms=scene.now_ms)
    scene.submit(Offer(L1, asked))
    scene.advance(START_MS + 6 * HOUR_MS, [executor, witness])
    return scene, executor, witness


def test_a_lock_that_goes_back_after_a_time_can_be_had_twice_while_finality_stalls() -> None:
    scene, _, _ = greedy_owner((STALL,), proves=False)

    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT
    assert sum(scene.state(L2).clearing.account(OWNER.address).positions.values()) == AWAY.quantity


def test_a_lock_that_needs_a_proof_of_absence_waits_for_the_proof_of_delivery() -> None:
    scene, executor, witness = greedy_owner((STALL,), proves=True)

    (asked,) = [receipt for receipt in witness.receipts if receipt.transaction_id == "ask"]
    assert asked.status == "reverted"
    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT - dollars(11)
    assert scene.state(L1).escrow.locks["fill"].state == "claimed"
    assert executor.run("fill").status("bridge") == "done"


@pytest.mark.parametrize("faults", [(), (REORG,)])
def test_a_proof_of_absence_comes_with_a_confirmed_block_after_the_deadline_and_goes_with_it(
    faults: tuple[Fault, ...],
) -> None:
    home, away = state(L1), state(L2)
    broke = replace(away, wallets=away.wallets.set("solver", 0))
    scene = world(states=(home, broke), faults=faults)
    policy = replace(POLICY, proves_absence=True)
    executor = Executor(policy)
    executor.start(plan(scene, AWAY, policy=policy), settles=True, world=scene)
    deadline_ms = START_MS + policy.delivery_window_ms
    known_ms = deadline_ms + 2_000 + scene.finality_ms(L2)

    scene.advance(known_ms - 12_000, [executor])
    assert "fill" not in scene.state(L1).absences
    scene.advance(known_ms + 12_000, [executor])
    first_ms = scene.state(L1).absences["fill"]
    assert first_ms >= known_ms - 12_000
    scene.advance(START_MS + 1_430_000, [executor])
    assert scene.state(L1).absences["fill"] == (REORG.from_ms if faults else first_ms)


def test_a_plan_that_proves_absence_still_ends() -> None:
    scene, executor, _ = greedy_owner((), proves=True)

    assert executor.is_idle()
    assert scene.state(L1).escrow.locks["fill"].state == "claimed"
