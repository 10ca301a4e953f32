"""Errands of the auctioneer's own, and copies of an executor that runs them."""

from dataclasses import replace

from auction.settlement.executor import Executor
from auction.settlement.plan import Step
from tests.auction.settlement.course import (
    POLICY,
    STORM,
    live,
    plan,
    world,
)
from tests.auction.settlement.test_executor import GENEROUS, NEVER_MS, begun
from tests.venues.calls.stage import applied, lock, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, QUIET, START_MS
from venues.calls.settlement import Refund
from venues.world import World


def errand(scene: World, *, locked: bool = True) -> Step:
    """Return the refund of a lock that nobody will claim."""
    owed = terms(chain=L2)
    if locked:
        home = scene.chain(L1)
        home.state = applied(lock(owed), home.state, START_MS)
    call = Refund(fill_id=owed.fill_id, quantity=owed.quantity)
    return Step(id="fill/refund", kind="refund", chain=L1, call=call, needs=(), deadline_ms=NEVER_MS, on_revert="retry")


def test_an_errand_goes_out_when_its_time_has_come() -> None:
    scene = world()
    executor = Executor(POLICY)
    step = errand(scene)
    refund_ms = scene.state(L1).escrow.locks["fill"].refund_at_ms

    executor.run_errand(step, "keeper", refund_ms, scene)
    live(scene, executor, 3600)

    sent, landed = executor.drain()
    assert (sent.what, landed.what) == ("sent", "landed")
    assert sent.time_ms >= refund_ms
    assert scene.state(L1).escrow.locks["fill"].state == "refunded"
    assert executor.is_idle()


def test_an_errand_that_comes_too_early_is_run_again() -> None:
    scene = world()
    executor = Executor(POLICY)

    executor.run_errand(errand(scene), "keeper", START_MS, scene)
    live(scene, executor, 3600)

    assert scene.state(L1).escrow.locks["fill"].state == "refunded"
    assert "reverted" in {event.what for event in executor.drain()}


def test_an_errand_is_raised_while_gas_is_dear() -> None:
    scene = world(home_steps=(QUIET, STORM))
    executor = Executor(GENEROUS)
    step = errand(scene)

    executor.run_errand(step, "keeper", START_MS, scene)
    live(scene, executor, 60)

    assert "raised" in {event.what for event in executor.drain()}


def test_an_executor_with_an_errand_ahead_is_not_idle() -> None:
    scene = world()
    executor = Executor(POLICY)

    executor.run_errand(errand(scene), "keeper", START_MS + MINUTE_MS, scene)

    assert not executor.is_idle()


def test_a_copy_lives_through_the_same_and_leaves_the_original_alone() -> None:
    scene = world(home_steps=(QUIET, STORM))
    executor = begun(scene, plan(scene, terms(chain=L2)), policy=GENEROUS)
    executor.run_errand(errand(scene, locked=False), "keeper", START_MS + MINUTE_MS, scene)
    live(scene, executor, 30)
    executor.drain()
    twin_world, twin = scene.fork(), executor.fork()

    live(twin_world, twin, 1200)
    assert executor.drain() == ()
    live(scene, executor, 1200)

    assert executor.drain() == twin.drain()
    assert executor.run("fill").delivered_ms == twin.run("fill").delivered_ms > 0


def test_an_errand_that_somebody_else_has_done_is_over_and_costs_nothing() -> None:
    scene = world()
    executor = Executor(POLICY)
    step = errand(scene)
    lock_ = scene.state(L1).escrow.locks["fill"]
    executor.run_errand(step, "keeper", lock_.refund_at_ms, scene)
    home = scene.chain(L1)
    home.state = applied(step.call, home.state, lock_.refund_at_ms)

    live(scene, executor, 3600)

    assert executor.drain() == ()
    assert executor.is_idle()


def test_a_refund_that_needs_a_proof_of_absence_is_not_sent_before_it_is_there() -> None:
    scene = world()
    executor = Executor(POLICY)
    step = errand(scene)
    home = scene.chain(L1)
    held = replace(home.state.escrow.locks["fill"], proves_absence=True)
    home.state = replace(home.state, escrow=home.state.escrow.with_lock(held))
    executor.run_errand(step, "keeper", START_MS, scene)

    live(scene, executor, 1800)
    assert executor.drain() == ()
    home.state = replace(home.state, absences=home.state.absences.set("fill", held.refund_at_ms))
    live(scene, executor, 1800)

    assert [event.what for event in executor.drain()] == ["sent", "landed"]
    assert scene.state(L1).escrow.locks["fill"].state == "refunded"


def test_an_errand_whose_sender_has_run_out_of_ether_waits_until_there_is_some() -> None:
    scene = world(home_steps=(QUIET, STORM))
    executor = Executor(GENEROUS)
    executor.run_errand(errand(scene), "keeper", START_MS, scene)
    home = scene.chain(L1)
    funds = home.state.wallets["keeper"]
    (sent,) = [event for event in executor.drain() if event.what == "sent"]
    assert sent.step == "refund"
    home.state = replace(home.state, wallets=home.state.wallets.set("keeper", 0))

    live(scene, executor, 3600)
    home.state = replace(home.state, wallets=home.state.wallets.set("keeper", funds))
    live(scene, executor, 7200)

    assert scene.state(L1).escrow.locks["fill"].state == "refunded"
