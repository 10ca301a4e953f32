"""A venue that moves away while a settlement is on its way: what can still be taken back is taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from auction.settlement.dispatch import Dispatch
from auction.settlement.executor import Executor
from auction.settlement.policy import SettlementPolicy
from auction.settlement.private_route import PrivateRules
from auction.settlement.sending import Sending
from tests.auction.settlement.course import POLICY, STORM, live, plan, world
from tests.venues.calls.stage import OWNER, VAULT, state, terms
from tests.venues.small_world import L1, L2, QUIET, book
from venues.chain_state import ChainState
from venues.chains.action_gas import TRANSFER_GAS
from venues.chains.background import DemandStep
from venues.faults import Fault
from venues.world import World

RULED: Final = replace(POLICY, doomed_blocks=3)
AWAY: Final = terms(chain=L2)


def begun(
    steps: Sequence[DemandStep] = (QUIET, STORM),
    *,
    policy: SettlementPolicy = RULED,
    elsewhere: bool = False,
    gone: bool = False,
    faults: Sequence[Fault] = (),
) -> tuple[World, Executor]:
    """Return a world with a fill under way; under `STORM` nothing of it gets into a block at home.

    `gone` tells whether the venue's quotes have gone between the award and the first transaction.
    """
    scene = world(home_steps=steps, faults=faults)
    executor = Executor(policy)
    made = plan(scene, AWAY if elsewhere else None, policy=policy)
    if gone:
        leave(scene, L2 if elsewhere else L1)
    executor.start(made, settles=True, world=scene)
    return scene, executor


def leave(scene: World, chain: str) -> ChainState:
    """Let the maker of a chain's book take its quotes away, and return the state before."""
    before = scene.state(chain)
    scene.chain(chain).state = before.with_venue(book(chain))
    return before


def told(executor: Executor, step: str) -> list[str]:
    """Return what happened to a step."""
    return [event.what for event in executor.drain() if event.step == step]


def test_a_step_that_would_fail_is_replaced_by_a_transfer_to_oneself() -> None:
    scene, executor = begun()
    live(scene, executor, 20)
    leave(scene, L1)

    live(scene, executor, 60)

    run = executor.run("fill")
    (sending,) = run.sendings.values()
    assert sending.block is None
    assert told(executor, "settle")[-2:] == ["cancelling", "cancelled"]
    assert run.failed.startswith("no_liquidity")
    assert run.gas_wei == {L1: TRANSFER_GAS * sending.offered_wei}
    assert sending.offered_wei * 100 >= 110 * POLICY.price(world().chain(L1))
    assert scene.chain(L1).pending == ()
    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT


def test_a_venue_that_comes_back_in_time_is_waited_for() -> None:
    scene, executor = begun((QUIET, replace(STORM, rate_per_s=0.0)), gone=True)
    before = state(L1)

    live(scene, executor, 20)
    scene.chain(L1).state = scene.state(L1).with_venue(before.venues["book"])
    live(scene, executor, 60)

    assert executor.run("fill").delivered_ms
    assert executor.run("fill").failed == ""


def test_what_would_fail_from_the_first_is_never_sent_and_costs_nothing() -> None:
    scene, executor = begun((QUIET,), gone=True)

    live(scene, executor, 60)

    run = executor.run("fill")
    assert (run.gas_wei, run.failed.partition(":")[0]) == ({}, "no_liquidity")
    assert told(executor, "settle") == ["cancelled"]


def test_without_looking_ahead_the_same_step_reverts_at_its_solvers_cost() -> None:
    scene, executor = begun((QUIET,), policy=POLICY, gone=True)

    live(scene, executor, 60)

    assert executor.run("fill").gas_wei[L1] > 10 * TRANSFER_GAS * 10**9
    assert told(executor, "settle") == ["sent", "reverted"]


def test_a_lock_whose_delivery_would_fail_is_taken_back_before_anything_is_set_aside() -> None:
    scene, executor = begun(elsewhere=True)
    live(scene, executor, 8)
    leave(scene, L2)

    live(scene, executor, 120)

    run = executor.run("fill")
    assert run.failed.startswith("no_liquidity")
    assert dict(scene.state(L1).escrow.locks) == {}
    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT
    assert [event.what for event in executor.drain() if event.step == "lock"][-2:] == ["cancelling", "cancelled"]
    assert L2 not in run.gas_wei


def test_a_delivery_that_would_fail_after_its_lock_is_given_up_and_not_paid_for() -> None:
    scene, executor = begun((QUIET,), elsewhere=True, policy=replace(RULED, lock_level="safe"))
    live(scene, executor, 12)
    leave(scene, L2)
    live(scene, executor, 60)

    run = executor.run("fill")
    assert run.failed.startswith("no_liquidity")
    assert L2 not in run.gas_wei
    assert scene.state(L1).escrow.locks["fill"].state == "locked"


def test_a_fill_has_not_failed_while_its_first_transaction_may_still_land() -> None:
    scene, executor = begun()
    live(scene, executor, 20)
    before = leave(scene, L1)
    live(scene, executor, 30)
    assert told(executor, "settle")[-1] == "cancelling"
    assert executor.run("fill").failed == ""

    scene.chain(L1).state = scene.state(L1).with_venue(before.venues["book"])
    live(scene, executor, 60)

    assert executor.run("fill").failed.startswith("no_liquidity")
    assert not scene.state(L1).clearing.account(OWNER.address).positions


def test_builders_are_told_at_once_and_for_free() -> None:
    private = PrivateRules(
        builders={L1: {"amber": 1}}, patience_blocks=20, premium_percent=100, delay_ppm=0, choice="always"
    )
    scene, executor = begun((QUIET,), policy=replace(RULED, private=private))
    leave(scene, L1)

    live(scene, executor, 60)

    assert told(executor, "settle") == ["sent", "cancelled"]
    assert executor.run("fill").gas_wei == {}
    assert dict(scene.chain(L1).private) == {}


def test_a_cancellation_that_is_taken_back_lands_again_and_the_fill_stays_failed() -> None:
    at_ms = plan(world()).delivery.deadline_ms - 60_000
    reorg = Fault(id="r", kind="reorg", target=L1, from_ms=at_ms, until_ms=at_ms, depth=14, share_ppm=0)
    scene, executor = begun(faults=(reorg,))
    live(scene, executor, 20)
    leave(scene, L1)
    live(scene, executor, 60)
    assert executor.run("fill").failed

    live(scene, executor, 400)

    assert executor.run("fill").failed.startswith("no_liquidity")
    assert not scene.state(L1).clearing.account(OWNER.address).positions


@pytest.mark.parametrize("doomed_blocks", [1, 3])
def test_a_step_is_doomed_after_so_many_blocks_on_end(doomed_blocks: int) -> None:
    scene, executor = begun(policy=replace(RULED, doomed_blocks=doomed_blocks))
    live(scene, executor, 15)
    leave(scene, L1)

    live(scene, executor, 10 * doomed_blocks - 9)
    assert told(executor, "settle")[-1:] in ([], ["sent"], ["raised"])
    live(scene, executor, 10)

    assert "cancelling" in told(executor, "settle")


def test_a_solver_without_ether_is_not_excused_by_a_venue_that_moved_away() -> None:
    scene, executor = begun((QUIET,), elsewhere=True)
    leave(scene, L2)
    away = scene.chain(L2)
    away.state = replace(away.state, wallets=away.state.wallets.set("solver", 0))

    live(scene, executor, 60)

    assert executor.run("fill").failed == "undercollateralised: solver lacks the ether for gas"


def test_what_has_left_the_pool_unseen_is_not_taken_for_cancelled() -> None:
    scene = world()
    dispatch, made = Dispatch(POLICY), plan(scene)
    sending = Sending(made.steps[0], "solver")
    dispatch.send(scene, sending)
    scene.chain(L1).withdraw(sending.transaction_id)

    dispatch.cancel(scene, sending, "the venue moved away")

    assert not sending.is_cancelled
    assert [event.what for event in dispatch.events] == ["sent"]
