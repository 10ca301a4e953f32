import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.settlement.executor import Executor
from auction.settlement.plan import Plan
from auction.settlement.policy import SettlementPolicy
from auction.settlement.run import Run
from auction.settlement.sending import StepEvent
from tests.auction.settlement.course import (
    POLICY,
    STEADY,
    STORM,
    Witness,
    live,
    plan,
    world,
)
from tests.venues.calls.stage import OWNER, orders, signed, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, PUT, QUIET, START_MS
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S
from venues.faults import Fault
from venues.world import World

GENEROUS = replace(POLICY, cap_percent=20_000)


NEVER_MS = 2**53


def begun(scene: World, *plans: Plan, policy: SettlementPolicy = POLICY, settles: bool = True) -> Executor:
    executor = Executor(policy)
    for made in plans:
        executor.start(made, settles=settles, world=scene)
    return executor


def finished(
    scene: World, *plans: Plan, policy: SettlementPolicy = POLICY, seconds: int = 3600
) -> tuple[Run, Executor]:
    """Return the last plan's run after an hour, and the executor."""
    executor = begun(scene, *plans, policy=policy)
    live(scene, executor, seconds)
    return executor.run(plans[-1].terms.fill_id), executor


def told(executor: Executor, fill: str = "fill") -> list[tuple[str, str]]:
    """Return what happened to the steps of a fill, in order."""
    return [(event.step, event.what) for event in executor.drain() if event.fill_id == fill]


def test_a_fill_at_home_takes_one_transaction() -> None:
    scene = world()

    run, executor = finished(scene, plan(scene))

    assert run.delivered_ms == START_MS + 10_000
    assert told(executor) == [("settle", "sent"), ("settle", "landed")]
    assert scene.state(L1).clearing.account(OWNER.address).positions == {PUT: terms().quantity}
    assert executor.is_idle()


def test_the_steps_of_a_fill_elsewhere_go_one_after_the_other() -> None:
    scene = world()

    run, executor = finished(scene, plan(scene, terms(chain=L2)))

    assert told(executor) == [
        (kind, what) for kind in ("lock", "deliver", "claim", "bridge") for what in ("sent", "landed")
    ]
    assert {run.status(kind) for kind in ("lock", "deliver", "claim", "bridge")} == {"done"}
    assert executor.is_idle()


def test_each_step_waits_until_the_one_before_is_in_a_block() -> None:
    scene = world()

    _, executor = finished(scene, plan(scene, terms(chain=L2)))

    times = {(event.step, event.what): event.time_ms for event in executor.drain()}
    steps = ("lock", "deliver", "claim", "bridge")
    assert all(times[later, "sent"] >= times[earlier, "landed"] for earlier, later in itertools.pairwise(steps))


def test_a_claim_waits_for_the_proof_of_delivery() -> None:
    scene = world()

    run, executor = finished(scene, plan(scene, terms(chain=L2)))

    claimed = next(event for event in executor.drain() if (event.step, event.what) == ("claim", "sent"))
    assert claimed.time_ms >= scene.state(L1).proofs["fill"] >= run.delivered_ms + scene.finality_ms(L2)


def test_the_owner_is_served_when_the_legs_are_delivered_and_not_when_the_solver_is_paid() -> None:
    scene = world()
    executor = begun(scene, plan(scene, terms(chain=L2)))

    live(scene, executor, 60)

    run = executor.run("fill")
    assert run.is_over
    assert run.status("claim") == "waiting"
    assert not executor.is_idle()


def test_gas_is_counted_by_chain() -> None:
    scene = world()

    run, _ = finished(scene, plan(scene, terms(chain=L2)))

    spent = {name: scene.state(name).burned for name in (L1, L2)}
    assert run.gas_wei == spent
    assert min(spent.values()) > 0


def raised(scene: World, executor: Executor, seconds: int) -> list[StepEvent]:
    live(scene, executor, seconds)
    return [event for event in executor.drain() if event.what == "raised"]


def test_a_transaction_that_waits_is_raised_once_in_so_many_blocks() -> None:
    scene = world(home_steps=(QUIET, STORM))
    policy = replace(POLICY, cap_percent=130)

    (event,) = raised(scene, begun(scene, plan(scene), policy=policy), 100)

    assert event.time_ms == START_MS + 20_000


def test_a_raised_transaction_gets_in_when_the_cap_allows_it() -> None:
    scene = world(home_steps=(QUIET, STORM))
    witness = Witness()
    executor = begun(scene, plan(scene), policy=GENEROUS)

    scene.advance(START_MS + 200_000, [executor, witness])

    assert executor.run("fill").delivered_ms
    assert "raised" in {event.what for event in executor.drain()}
    assert len(witness.landed("fill/settle")) == 1


def test_the_price_of_a_step_never_exceeds_its_cap() -> None:
    scene = world(home_steps=(QUIET, STORM))

    _, executor = finished(scene, plan(scene))

    offers = [event.price_wei for event in executor.drain() if event.what in {"sent", "raised"}]
    assert len(offers) > 1
    assert max(offers) <= offers[0] * POLICY.cap_percent // 100


def test_what_the_pool_did_not_take_in_is_offered_again_when_it_does() -> None:
    scene = world(home=replace(STEADY, transaction_gas=1000))
    executor = begun(scene, plan(scene))
    live(scene, executor, 20)
    scene.chain(L1).rules = STEADY

    live(scene, executor, 60)

    assert executor.run("fill").delivered_ms
    assert told(executor) == [("settle", "sent"), ("settle", "landed")]


def test_what_a_full_pool_pushed_out_is_sent_again() -> None:
    scene = world(home=replace(STEADY, pool_size=900), home_steps=(QUIET, STORM))
    witness = Witness()
    executor = begun(scene, plan(scene), policy=GENEROUS)

    scene.advance(START_MS + 200_000, [executor, witness])

    assert told(executor)[:3] == [("settle", "sent"), ("settle", "dropped"), ("settle", "sent")]
    assert executor.run("fill").delivered_ms
    assert len(witness.landed("fill/settle")) == 1


def pair(scene: World, *, first_price: float | None = None) -> tuple[Plan, Plan]:
    """Return two fills of one bid: the second waits for the first."""
    first, second = terms(fill_id="first"), terms(fill_id="second", chain=L2)
    one = plan(scene, first, sent=orders(first, price=first_price))
    return one, plan(scene, second, after=(one.delivery.id,))


def test_a_fill_waits_for_the_delivery_of_the_one_before() -> None:
    scene = world()

    run, executor = finished(scene, *pair(scene))

    events = executor.drain()
    assert [event.fill_id for event in events].index("second") > 0
    sent = next(event.time_ms for event in events if event.fill_id == "second")
    assert sent >= executor.run("first").delivered_ms
    assert run.delivered_ms


def test_what_landed_while_nobody_looked_is_not_sent_again() -> None:
    """A replacement of a transaction that is gone is refused by the pool: the first one may be in a block."""
    scene = world(away=replace(ROLLUP_2S, interval_ms=MINUTE_MS))
    executor = begun(scene, plan(scene))
    scene.advance(START_MS + 10_000)
    assert scene.state(L1).clearing.account(OWNER.address).positions

    witness = Witness()
    scene.advance(START_MS + 230_000, [executor, witness])

    assert witness.receipts == []
    assert told(executor) == [("settle", "sent")]
    assert executor.run("fill").status("settle") == "sent"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.5, 60.0), st.sampled_from([400, 900, 8192]), st.booleans())
def test_no_step_ever_lands_twice(seed: int, level: float, pool_size: int, away: bool) -> None:
    rules = replace(ETHEREUM_2020, pool_size=pool_size)
    storm = replace(STORM, level_gwei=level, spread=0.5)
    scene = world(home=rules, home_steps=(QUIET, storm), seed=seed)
    witness = Witness()
    executor = begun(scene, plan(scene, terms(chain=L2 if away else L1)), policy=replace(POLICY, cap_percent=1000))

    scene.advance(START_MS + 2400_000, [executor, witness])

    run = executor.run("fill")
    assert run.is_over
    for step in run.plan.steps:
        assert len(witness.landed(step.id)) == (run.sendings[step.id].status == "done")


def test_runs_are_kept_in_the_order_in_which_they_began() -> None:
    scene = world()
    owners = [terms(signed(nonce=n), fill_id=name) for n, name in ((1, "b"), (2, "a"), (3, "c"))]
    executor = begun(scene, *(plan(scene, owed) for owed in owners))

    assert [run.plan.terms.fill_id for run in executor.runs()] == ["b", "a", "c"]


def test_a_plan_without_a_step_counts_as_done_with_it() -> None:
    scene = world()
    executor = begun(scene, plan(scene))

    assert executor.run("fill").status("bridge") == "done"
    with pytest.raises(KeyError):
        executor.run("unknown")


def test_the_legs_are_delivered_when_the_lock_is_confirmed_as_the_policy_asks() -> None:
    scene = world()
    policy = replace(POLICY, lock_level="safe")

    executor = begun(scene, plan(scene, terms(chain=L2)), policy=policy)
    live(scene, executor, 240)

    times = {(event.step, event.what): event.time_ms for event in executor.drain()}
    assert times["deliver", "sent"] >= times["lock", "landed"] + 12 * 10_000


def test_cash_waits_for_the_end_of_a_halt_of_its_bridge_and_pays_for_no_vain_attempt() -> None:
    over_ms = START_MS + 40 * MINUTE_MS
    halt = Fault(id="halt", kind="bridge_halt", target="bridge", from_ms=START_MS, until_ms=over_ms)
    scene = world(faults=[halt])

    run, executor = finished(scene, plan(scene, terms(chain=L2)))

    bridging = [(event.what, event.time_ms) for event in executor.drain() if event.step == "bridge"]
    assert [what for what, _ in bridging] == ["sent", "landed"]
    assert bridging[0][1] >= over_ms
    assert run.status("bridge") == "done"
