"""Claims and refunds that are stuck, keepers who finish them for the deposit, and what the executor makes of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest
from immutables import Map

from auction.settlement.executor import Executor
from auction.settlement.policy import DepositRules, SettlementPolicy
from tests.auction.settlement.course import POLICY, PROOF_DELAY_MS, STEADY, chain, plan
from tests.venues.calls.stage import OWNER, VAULT, state, terms
from tests.venues.small_world import GAS, L1, L2, QUIET, START_MS, truth
from venues.chain_state import ChainState
from venues.chains.background import DemandStep
from venues.chains.presets import ROLLUP_2S
from venues.chains.produced import Produced
from venues.faults import Fault, Faults
from venues.lock_keeper import LockKeeper
from venues.passages import RelayRules
from venues.world import World

KEEPER: Final = LockKeeper(name="nina", chain=L1, period_ms=15_000, offset_ms=4_000, retry_ms=60_000)
AWAY: Final = terms(chain=L2)
STORM: Final = DemandStep(START_MS + 521_000, 200.0, 30.0, 0.1, (1.0, 0.0, 0.0, 0.0))
"""Just after a claim is sent, thirty times the price for more than blocks hold: what the policy offers stays out."""


def policy(gas_percent: int = 10_000) -> SettlementPolicy:
    """Return the policy with deposits of so much of a claim's gas."""
    return replace(POLICY, deposit=DepositRules(gas_percent=gas_percent, grace_ms=120_000))


class Believer:
    """Somebody who compares after every block what the executor takes for done with what the escrow says."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.saw_locked = False

    def on_block(self, scene: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Compare."""
        is_locked = scene.state(L1).escrow.locks["fill"].state == "locked"
        self.saw_locked |= is_locked
        assert not (is_locked and self.executor.run("fill").status("claim") == "done")


def world(steps: Sequence[DemandStep] = (QUIET, STORM), faults: tuple[Fault, ...] = ()) -> World:
    """Return both chains and a keeper at home."""
    home = state(L1)
    home = replace(home, wallets=home.wallets.set(KEEPER.name, GAS))
    return World(
        chains=[chain(home, STEADY, steps), chain(state(L2), ROLLUP_2S, (QUIET,))],
        agents=(KEEPER,),
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=PROOF_DELAY_MS),
        start_ms=START_MS,
        faults=Faults(faults),
    )


def lived(scene: World, gas_percent: int = 10_000, hours: float = 1.0) -> Executor:
    """Return the executor of one fill elsewhere after some hours."""
    ruled = policy(gas_percent)
    executor = Executor(ruled)
    executor.start(plan(scene, AWAY, policy=ruled), settles=True, world=scene)
    scene.advance(START_MS + round(hours * 3_600_000), [executor])
    return executor


def ether(scene: World, name: str) -> int:
    """Return what somebody has in their wallet at home."""
    return scene.state(L1).wallets[name]


def test_a_claim_that_its_solver_cannot_get_in_is_finished_by_a_keeper_and_the_plan_goes_on() -> None:
    scene = world()

    executor = lived(scene)

    run = executor.run("fill")
    assert (run.status("claim"), run.failed) == ("done", "")
    assert scene.state(L1).escrow.locks["fill"].state == "claimed"
    assert ether(scene, "nina") > GAS
    assert [event.what for event in executor.drain() if event.step == "claim"][-1] == "completed"


def test_a_deposit_that_does_not_pay_for_the_gas_moves_nobody() -> None:
    scene = world()

    executor = lived(scene, gas_percent=100)

    assert executor.run("fill").status("claim") != "done"
    assert ether(scene, "nina") == GAS
    assert scene.state(L1).escrow.locks["fill"].state == "locked"


def test_in_quiet_times_nobody_is_needed_and_the_deposit_comes_back() -> None:
    scene = world((QUIET,))

    executor = lived(scene)

    assert executor.run("fill").status("bridge") == "done"
    assert ether(scene, "nina") == GAS
    spent = executor.run("fill").gas_wei[L1]
    assert ether(scene, "solver") == GAS - spent


def test_a_lock_whose_delivery_failed_goes_back_to_its_owner_by_a_keeper_when_nobody_else_sends_it() -> None:
    scene = world((QUIET,))
    away = scene.chain(L2)
    away.state = replace(away.state, venues=Map({name: v for name, v in away.state.venues.items() if name == "pool"}))
    away.state = replace(away.state, wallets=away.state.wallets.set("solver", 0))

    executor = lived(scene)

    assert executor.run("fill").failed
    assert scene.state(L1).escrow.vault(OWNER.address) == VAULT
    assert ether(scene, "nina") > GAS


def test_a_completion_that_is_taken_back_leaves_the_claim_to_be_made_again() -> None:
    at_ms = START_MS + 1_500_000
    reorg = Fault(id="r", kind="reorg", target=L1, from_ms=at_ms, until_ms=at_ms, depth=90, share_ppm=1_000_000)
    scene = world(faults=(reorg,))
    ruled = policy()
    executor = Executor(ruled)
    executor.start(plan(scene, AWAY, policy=ruled), settles=True, world=scene)
    scene.advance(at_ms - 1_000, [executor])
    assert executor.run("fill").status("claim") == "done"
    watch = Believer(executor)

    scene.advance(START_MS + 3_000_000, [executor, watch])

    assert watch.saw_locked
    assert scene.state(L1).escrow.locks["fill"].state == "claimed"
    assert executor.run("fill").status("claim") == "done"


@pytest.mark.parametrize("gas_percent", [100, 10_000])
def test_ether_is_conserved_whoever_finishes(gas_percent: int) -> None:
    scene = world()
    before = scene.state(L1).totals()[1]

    lived(scene, gas_percent)

    assert scene.state(L1).totals()[1] == before
