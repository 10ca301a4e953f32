"""Plans that fail: too late, too dear, reverted, not sent, or after another one that failed."""

import itertools
from dataclasses import replace

from immutables import Map

from auction.settlement.executor import RETRY_MS
from tests.auction.settlement.course import (
    POLICY,
    STEADY,
    STORM,
    Witness,
    live,
    plan,
    world,
)
from tests.auction.settlement.test_executor import begun, finished, pair, told
from tests.venues.calls.stage import OWNER, VAULT, orders, state, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, QUIET, START_MS
from venues.chains.presets import ROLLUP_2S


def test_a_step_that_gas_above_the_cap_kept_out_is_uneconomic() -> None:
    scene = world(home_steps=(QUIET, STORM))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "uneconomic: gas rose above the cap"
    assert not run.delivered_ms
    assert executor.is_idle()


def test_a_step_that_its_chain_did_not_include_in_time_is_late() -> None:
    scene = world(home=replace(STEADY, interval_ms=20 * MINUTE_MS))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "late: not included before the deadline"
    assert executor.drain()[-1].time_ms <= START_MS + POLICY.delivery_window_ms + 2_000


def test_a_step_given_up_is_taken_out_of_the_pool() -> None:
    scene = world(home=replace(STEADY, interval_ms=20 * MINUTE_MS))
    witness = Witness()
    executor = begun(scene, plan(scene))

    scene.advance(START_MS + 40 * MINUTE_MS, [executor, witness])

    assert witness.receipts == []
    assert scene.chain(L1).waiting("solver") == ()


def test_a_block_after_the_deadline_refuses_a_step_that_was_not_given_up_in_time() -> None:
    """Between the deadline and the next block that anybody hears of, the transaction still waits."""
    scene = world(home=replace(STEADY, interval_ms=241_000), away=replace(ROLLUP_2S, interval_ms=MINUTE_MS * 30))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "late: block 1 is past the deadline"
    assert told(executor) == [("settle", "sent"), ("settle", "reverted")]


def test_what_the_pool_does_not_take_in_was_not_sent() -> None:
    scene = world(home=replace(STEADY, transaction_gas=1000))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "late: not included before the deadline"
    assert told(executor) == [("settle", "expired")]


def test_a_step_pushed_out_to_the_end_by_gas_above_the_cap_is_uneconomic() -> None:
    scene = world(home=replace(STEADY, pool_size=900), home_steps=(QUIET, STORM))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "uneconomic: gas rose above the cap"
    assert "dropped" in {what for _, what in told(executor)}


def test_a_step_that_the_pool_does_not_take_back_while_gas_is_above_the_cap_is_uneconomic() -> None:
    rules = replace(STEADY, pool_size=900)
    scene = world(home=rules, home_steps=(QUIET, STORM))
    executor = begun(scene, plan(scene))
    live(scene, executor, 10)
    scene.chain(L1).rules = replace(rules, transaction_gas=1000)

    live(scene, executor, 600)

    assert executor.run("fill").failed == "uneconomic: gas rose above the cap"
    assert [what for _, what in told(executor)][-2:] == ["dropped", "expired"]


def test_a_revert_ends_the_plan_and_nothing_is_sent_again() -> None:
    scene = world()
    owed = terms()

    run, executor = finished(scene, plan(scene, owed, sent=orders(owed, price=4.0)))

    assert run.failed.startswith("slippage: ")
    assert told(executor) == [("settle", "sent"), ("settle", "reverted")]
    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT


def test_a_lock_that_reverts_ends_the_plan_before_anything_is_delivered() -> None:
    broke = replace(state(L1), escrow=replace(state(L1).escrow, vaults=Map()))
    scene = world(states=(broke, state(L2)))

    run, executor = finished(scene, plan(scene, terms(chain=L2)))

    assert run.failed.startswith("undercollateralised: vault of ")
    assert told(executor) == [("lock", "sent"), ("lock", "reverted")]
    assert run.status("deliver") == "failed"


def test_a_claim_that_reverts_is_tried_again_until_its_time_is_over() -> None:
    scene = world()
    executor = begun(scene, plan(scene, terms(chain=L2)))
    live(scene, executor, 60)
    home = scene.chain(L1)
    held = home.state.escrow.locks["fill"]
    home.state = replace(home.state, escrow=home.state.escrow.with_lock(replace(held, state="refunded")))

    live(scene, executor, POLICY.claim_window_ms // 1000)

    reverts = [event.time_ms for event in executor.drain() if (event.step, event.what) == ("claim", "reverted")]
    assert len(reverts) > 10
    assert all(later - earlier >= RETRY_MS for earlier, later in itertools.pairwise(reverts))
    assert executor.run("fill").delivered_ms
    assert executor.run("fill").status("claim") == "failed"
    assert executor.is_idle()


def test_nothing_is_sent_for_a_solver_that_does_not_settle() -> None:
    scene = world()
    executor = begun(scene, plan(scene), settles=False)

    live(scene, executor, 600)

    assert executor.run("fill").failed == "late: not sent in time"
    assert told(executor) == [("settle", "expired")]


def test_a_solver_that_does_not_settle_is_given_up_after_the_time_to_send() -> None:
    scene = world()
    executor = begun(scene, plan(scene), settles=False)

    live(scene, executor, POLICY.send_window_ms // 1000)
    assert not executor.run("fill").is_over
    live(scene, executor, 2)
    assert executor.run("fill").is_over


def test_a_solver_without_ether_for_gas_fails_by_its_own_doing() -> None:
    poor = replace(state(L1), wallets=state(L1).wallets.set("solver", 10**12))
    scene = world(states=(poor, state(L2)))

    run, executor = finished(scene, plan(scene))

    assert run.failed == "undercollateralised: solver lacks the ether for gas"
    assert told(executor) == [("settle", "sent"), ("settle", "dropped")]


def test_a_fill_whose_forerunner_failed_fails_at_once_for_the_same_reason() -> None:
    scene = world()
    executor = begun(scene, *pair(scene, first_price=4.0))

    live(scene, executor, 20)

    first, second = executor.run("first"), executor.run("second")
    assert first.failed.startswith("slippage: ")
    assert second.failed == first.failed
    assert executor.is_idle()
