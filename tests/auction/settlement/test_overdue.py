"""Why the time of a step ran out."""

from dataclasses import replace

from auction.settlement.executor import Executor
from auction.settlement.run import Run
from intents.assets import ETH_UNIT
from tests.auction.settlement.course import POLICY, STEADY, STORM, live, plan, world
from tests.auction.settlement.test_executor import begun, told
from tests.venues.calls.stage import state, terms
from tests.venues.small_world import L1, L2, QUIET, START_MS
from venues.adversaries.builders import Roster
from venues.chains.fees.l1_fee import L1Prices
from venues.chains.presets import OP_STACK, ROLLUP_2S
from venues.faults import Fault, FaultKind, Faults
from venues.world import World


def fault(kind: FaultKind, chain: str, from_s: float, until_s: float) -> Fault:
    """Return a fault some seconds after the award, which keeps everybody out if it censors."""
    start, end = (START_MS + round(second * 1000) for second in (from_s, until_s))
    return Fault(id=f"{kind}@{from_s}", kind=kind, target=chain, from_ms=start, until_ms=end, share_ppm=1_000_000)


def shut(*more: Fault, **what: object) -> World:
    """Return a world in which no transaction of the scenario gets into a block at home."""
    faults = (fault("censorship", L1, 0, 1_000), *more)
    scene = world(faults=faults, **what)  # type: ignore[arg-type]
    scene.chain(L1).producer = Roster(chain=L1, shifts=(), seed=(1,), faults=Faults(faults))
    return scene


def ended(scene: World, where: str = L1) -> Run:
    """Return the run of a fill, long after its award."""
    executor = begun(scene, plan(scene, terms(chain=where)))
    live(scene, executor, 600)
    return executor.run("fill")


def test_a_chain_that_was_away_for_a_moment_is_not_why_nobody_took_the_step() -> None:
    assert ended(shut(fault("outage", L1, 20, 100))).failed == "late: not included before the deadline"


def test_a_chain_that_was_away_for_half_of_the_time_is_why() -> None:
    assert ended(shut(fault("outage", L1, 20, 145))).failed == f"halted: {L1} made no blocks for most of the time"


def test_outages_count_together_and_not_twice() -> None:
    two = shut(fault("outage", L1, 20, 90), fault("outage", L1, 100, 160))
    same = shut(fault("outage", L1, 20, 90), fault("outage", L1, 20, 90))

    assert [ended(scene).failed.partition(":")[0] for scene in (two, same)] == ["halted", "late"]


def test_a_chain_that_was_away_for_a_moment_is_not_why_gas_was_above_the_cap() -> None:
    scene = world(home_steps=(QUIET, STORM), faults=[fault("outage", L1, 30, 60)])

    assert ended(scene).failed == "uneconomic: gas rose above the cap"


def test_home_is_why_a_delivery_elsewhere_has_no_time_left() -> None:
    scene = world(away=replace(ROLLUP_2S, interval_ms=7_000), faults=[fault("outage", L1, 1, 239)])

    assert ended(scene, L2).failed == f"halted: {L1} made no blocks for most of the time"


def test_a_block_that_comes_too_late_because_its_chain_stood_still_is_no_mere_lateness() -> None:
    scene = world(away=replace(ROLLUP_2S, interval_ms=1_800_000), faults=[fault("outage", L1, 1, 241)])

    assert ended(scene).failed == f"halted: {L1} made no blocks for most of the time"


def test_a_delivery_that_waits_for_its_lock_to_be_confirmed_waits_for_home() -> None:
    policy = replace(POLICY, lock_level="safe")
    scene = world(faults=[fault("outage", L1, 15, 400)])
    executor = Executor(policy)
    executor.start(plan(scene, terms(chain=L2), policy=policy), settles=True, world=scene)

    live(scene, executor, 600)

    assert executor.run("fill").failed == f"halted: {L1} made no blocks for most of the time"


def test_a_step_that_the_pool_gave_up_and_does_not_take_again_was_dropped() -> None:
    rules = replace(STEADY, pool_size=900)
    scene = world(home=rules, home_steps=(QUIET, replace(STORM, level_gwei=1.6)))
    executor = begun(scene, plan(scene))
    live(scene, executor, 9)
    scene.chain(L1).rules = replace(rules, transaction_gas=1000)

    live(scene, executor, 600)

    assert "dropped" in {what for _, what in told(executor)}
    assert executor.run("fill").failed == "dropped: the pool gave it up and did not take it again"


def posted(prices: L1Prices, ether_wei: int) -> str:
    """Return how a fill on a rollup fails whose posting gets dearer between sending and inclusion."""
    away = replace(state(L2), wallets=state(L2).wallets.set("solver", ether_wei))
    scene = world(away=replace(OP_STACK, sequencing=None, interval_ms=7_000), states=(state(L1), away))
    executor = begun(scene, plan(scene, terms(chain=L2)))
    live(scene, executor, 10)
    assert executor.run("fill").sendings["fill/deliver"].status == "sent"
    scene.chain(L2).l1_prices = prices
    live(scene, executor, 600)
    return executor.run("fill").failed


def test_a_solver_need_not_hold_for_a_posting_that_gets_much_dearer() -> None:
    dear = L1Prices(10**18, 10**18)

    assert posted(dear, ETH_UNIT).startswith("uneconomic: posting became dearer")
    assert posted(dear, 10**6) == "undercollateralised: solver lacks the ether for gas"
