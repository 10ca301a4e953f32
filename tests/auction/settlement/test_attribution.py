from dataclasses import replace

import pytest

from auction.settlement.attribution import Restored, Verdict, attribute
from auction.settlement.executor import Executor
from auction.settlement.plan import Plan
from auction.settlement.run import Run
from intents.lifecycle import Cause
from tests.auction.settlement.course import POLICY, STEADY, STORM, live, plan, world
from tests.venues.calls.stage import orders, signed, state, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, NAMES, QUIET, START_MS
from venues.chain_state import ChainState
from venues.clearing import Account
from venues.world import World


def judged(scene: World, *plans: Plan, walks: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict on the last plan, an hour after the award; solvers of the fills in `walks` send nothing."""
    executor = Executor(POLICY)
    restored = Restored(scene.fork(), executor.fork(), plans)
    for made in plans:
        executor.start(made, settles=made.terms.fill_id not in walks, world=scene)
    live(scene, executor, 3600)
    run = executor.run(plans[-1].terms.fill_id)
    assert run.failed
    return attribute(run, None if run.settles else restored)


def poor(who: str, chain: str = L1) -> ChainState:
    """Return a chain where somebody has nothing in the clearing house."""
    made = state(chain)
    assert who in NAMES
    accounts = made.clearing.accounts.set(who, Account(0, 0))
    return replace(made, clearing=replace(made.clearing, accounts=accounts))


@pytest.mark.parametrize("where", [L1, L2])
def test_who_walks_away_from_what_would_have_landed_is_at_fault_and_made_the_difference(where: str) -> None:
    scene = world()

    verdict = judged(scene, plan(scene, terms(chain=where)), walks=("fill",))

    assert (verdict.cause, verdict.responsible, verdict.but_for) == (Cause.SOLVER_FAULT, "solver", True)
    assert verdict.detail == "it won and sent no transaction"


def test_who_walks_away_from_what_gas_would_have_kept_out_is_at_fault_without_a_difference() -> None:
    scene = world(home_steps=(QUIET, STORM))

    verdict = judged(scene, plan(scene), walks=("fill",))

    assert (verdict.cause, verdict.responsible, verdict.but_for) == (Cause.SOLVER_FAULT, "solver", False)


def test_who_walks_away_from_what_would_have_reverted_is_at_fault_without_a_difference() -> None:
    scene = world()
    owed = terms()

    verdict = judged(scene, plan(scene, owed, sent=orders(owed, price=4.0)), walks=("fill",))

    assert (verdict.responsible, verdict.but_for) == ("solver", False)


def test_what_would_have_landed_is_asked_of_a_world_in_which_everybody_settles() -> None:
    """The book holds twenty puts: the second fill of fifteen would have found five, had the first been settled."""
    scene = world()
    first = terms(signed(quantity=15.0, nonce=1), fill_id="first", quantity=15.0)
    second = terms(signed(quantity=15.0, nonce=2), fill_id="second", quantity=15.0)

    verdict = judged(scene, plan(scene, first), plan(scene, second), walks=("first", "second"))

    assert (verdict.fill_id, verdict.responsible, verdict.but_for) == ("second", "solver", False)


def test_a_replay_leaves_world_and_executor_as_they_were() -> None:
    scene = world()
    executor = Executor(POLICY)
    made = plan(scene)
    restored = Restored(scene, executor, [made])

    assert restored.landed == frozenset({"fill"})
    assert scene.now_ms == START_MS
    assert scene.chain(L1).waiting("solver") == ()
    assert executor.runs() == ()


def test_a_chain_that_is_too_slow_is_nobodys_fault() -> None:
    scene = world(home=replace(STEADY, interval_ms=20 * MINUTE_MS))

    verdict = judged(scene, plan(scene))

    assert (verdict.cause, verdict.responsible, verdict.but_for) == (Cause.LATE, "environment", False)


def test_gas_above_the_cap_is_nobodys_fault() -> None:
    scene = world(home_steps=(QUIET, STORM))

    verdict = judged(scene, plan(scene))

    assert (verdict.cause, verdict.responsible) == (Cause.UNECONOMIC, "environment")


def test_a_venue_that_moved_is_nobodys_fault() -> None:
    scene = world()
    owed = terms()

    verdict = judged(scene, plan(scene, owed, sent=orders(owed, price=4.0)))

    assert (verdict.cause, verdict.responsible) == (Cause.SLIPPAGE, "environment")


@pytest.mark.parametrize("where", [L1, L2])
def test_a_solver_that_cannot_pay_for_what_it_promised_is_at_fault(where: str) -> None:
    scene = world(states=(poor("solver", L1), poor("solver", L2)))

    verdict = judged(scene, plan(scene, terms(chain=where, price=1.0)))

    assert (verdict.cause, verdict.responsible, verdict.but_for) == (Cause.SOLVER_FAULT, "solver", False)
    assert verdict.detail.startswith("it could not back what it had promised: undercollateralised: solver lacks ")


def test_a_solver_without_ether_for_gas_is_at_fault() -> None:
    broke = replace(state(L1), wallets=state(L1).wallets.set("solver", 0))
    scene = world(states=(broke, state(L2)))

    verdict = judged(scene, plan(scene))

    assert (verdict.cause, verdict.responsible) == (Cause.SOLVER_FAULT, "solver")


def test_a_maker_that_cannot_back_its_quote_is_not_the_solvers_fault() -> None:
    scene = world(states=(poor("maker"), state(L2)))

    verdict = judged(scene, plan(scene))

    assert (verdict.cause, verdict.responsible) == (Cause.UNDERCOLLATERALISED, "environment")


def test_a_solver_named_like_the_beginning_of_another_does_not_answer_for_it() -> None:
    scene = world()
    executor = Executor(POLICY)
    executor.start(plan(scene), settles=True, world=scene)
    run = executor.run("fill")
    run.failed = "undercollateralised: solver-two lacks Backing(ether=0, cash=1)"

    assert attribute(run, None).responsible == "environment"


def failed(reason: str) -> Run:
    scene = world()
    executor = Executor(POLICY)
    executor.start(plan(scene), settles=True, world=scene)
    run = executor.run("fill")
    run.failed = reason
    return run


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("late", Cause.LATE),
        ("uneconomic", Cause.UNECONOMIC),
        ("dropped", Cause.DROPPED),
        ("slippage", Cause.SLIPPAGE),
        ("no_liquidity", Cause.NO_LIQUIDITY),
        ("stale", Cause.STALE),
        ("undercollateralised", Cause.UNDERCOLLATERALISED),
        ("halted", Cause.HALTED),
        ("reverted", Cause.REVERTED),
        ("something else", Cause.REVERTED),
    ],
)
def test_a_failure_of_the_environment_has_the_cause_that_the_chain_gave(code: str, cause: Cause) -> None:
    verdict = attribute(failed(f"{code}: some detail: more"), None)

    assert (verdict.cause, verdict.responsible, verdict.detail) == (cause, "environment", f"{code}: some detail: more")


def test_a_verdict_names_fill_intent_and_solver() -> None:
    verdict = attribute(failed("late: x"), None)

    assert (verdict.fill_id, verdict.intent_id, verdict.solver) == ("fill", terms().intent_id, "solver")


def test_a_loss_by_a_reorganisation_does_not_excuse_who_sent_nothing() -> None:
    scene = world()
    executor = Executor(POLICY)
    made = plan(scene)
    restored = Restored(scene.fork(), executor.fork(), [made])
    executor.start(made, settles=False, world=scene)
    live(scene, executor, 3600)

    verdict = attribute(executor.run("fill"), restored, taken=1)

    assert (verdict.responsible, verdict.detail) == ("solver", "it won and sent no transaction")
