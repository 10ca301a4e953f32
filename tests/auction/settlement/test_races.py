"""Fills on several chains at once, and cash that goes back over the first bridge that takes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from auction.outstanding import outstanding
from auction.scoring import plans_of
from auction.settlement.executor import Executor
from auction.settlement.policy import SettlementPolicy
from auction.settlement.run import Run
from intents import builders
from tests.auction.settlement.course import POLICY, live, plan, world
from tests.auction.stage import PUT as LISTED
from tests.auction.stage import bid, joined, signed, tender
from tests.venues.calls import stage
from tests.venues.small_world import L1, L2, QUIET, START_MS, port
from venues.chain_state import ChainState
from venues.chains.background import DemandStep
from venues.faults import Fault
from venues.world import World

RACING: Final = replace(POLICY, ways_back=2)
CLAIMED_MS: Final = START_MS + 530_000
"""When the claim of a fill elsewhere lands in quiet times."""

AWAY: Final = stage.terms(chain=L2)


def halt(bridge: str, until_s: int, from_s: int = 0) -> Fault:
    """Return a bridge that stands still."""
    span = {"from_ms": START_MS + from_s * 1000, "until_ms": START_MS + until_s * 1000}
    return Fault(id=bridge, kind="bridge_halt", target=bridge, **span)  # type: ignore[arg-type]


def two_bridges(chain: str) -> ChainState:
    """Return a chain with the bridge, and a slower one beside it."""
    made = stage.state(chain)
    slow = replace(port(chain, L1 if chain == L2 else L2, delay_ms=600_000), id="slow")
    return replace(made, bridges=made.bridges.set("slow", slow))


def begun(
    *faults: Fault, steps: Sequence[DemandStep] = (QUIET,), policy: SettlementPolicy = RACING
) -> tuple[World, Executor]:
    """Return a world with two bridges in which a fill elsewhere was just awarded."""
    scene = world(states=(two_bridges(L1), two_bridges(L2)), home_steps=steps, faults=faults)
    executor = Executor(policy)
    executor.start(plan(scene, AWAY, policy=policy), settles=True, world=scene)
    return scene, executor


def over(run: Run) -> dict[str, str]:
    """Return the status of each way back, by the end of its name."""
    found = {sending.step.id: sending.status for sending in run.sendings.values() if sending.step.kind == "bridge"}
    return {name.partition("/")[2]: status for name, status in found.items()}


def arrived(scene: World) -> int:
    """Return what came over bridges to the solver on the rollup, in dollars."""
    spent = stage.dollars(10)
    rich = stage.state(L2).clearing.account("solver").cash
    return round((scene.state(L2).clearing.account("solver").cash - rich + spent) / 10**6)


def test_in_good_times_the_best_way_is_taken_and_the_other_never_sent() -> None:
    scene, executor = begun()

    live(scene, executor, 1_200)

    assert over(executor.run("fill")) == {"bridge": "done", "bridge.slow": "failed"}
    assert [event.what for event in executor.drain() if event.step == "bridge"] == ["sent", "landed"]
    assert executor.is_idle()
    assert arrived(scene) == 10


def test_while_the_best_way_is_closed_the_cash_goes_over_the_next_and_only_once() -> None:
    scene, executor = begun(halt("bridge", 1_500))

    live(scene, executor, 1_400)
    assert over(executor.run("fill")) == {"bridge": "failed", "bridge.slow": "done"}
    live(scene, executor, 400)

    assert arrived(scene) == 10
    assert executor.is_idle()


def test_with_one_way_the_cash_waits_for_the_bridge_to_open() -> None:
    scene, executor = begun(halt("bridge", 7_200), policy=POLICY)

    live(scene, executor, 900)

    assert over(executor.run("fill")) == {"bridge": "waiting"}
    assert arrived(scene) == 0


def test_of_two_that_are_on_their_way_the_first_to_land_wins_and_the_other_is_taken_back() -> None:
    storm = DemandStep(CLAIMED_MS + 1_000, 60.0, 30.0, 0.1, (1.0, 0.0, 0.0, 0.0))
    scene, executor = begun(halt("bridge", 700), steps=(QUIET, storm))

    live(scene, executor, 600)
    assert over(executor.run("fill")) == {"bridge": "waiting", "bridge.slow": "sent"}
    live(scene, executor, 105)
    assert over(executor.run("fill")) == {"bridge": "sent", "bridge.slow": "sent"}
    live(scene, executor, 1_500)

    assert over(executor.run("fill")) == {"bridge": "done", "bridge.slow": "failed"}
    assert [event.what for event in executor.drain() if event.step == "bridge"][-3:] == [
        "landed",
        "cancelling",
        "cancelled",
    ]
    assert arrived(scene) == 10
    assert len(scene.state(L1).made_once) == 1


def test_cash_that_waits_for_either_bridge_is_counted_once() -> None:
    scene, executor = begun(halt("bridge", 7_200), halt("slow", 7_200))

    live(scene, executor, 1_200)

    assert dict(outstanding(executor.under_way(), lambda step: 0).cash)["solver", L1] == AWAY.cash  # noqa: ARG005


@pytest.mark.parametrize("in_parallel", [False, True])
def test_fills_on_two_chains_take_as_long_as_the_longest_path_and_not_their_sum(*, in_parallel: bool) -> None:
    taken = {}
    for chosen in ("home", "away", "both"):
        scene = world()
        policy = replace(POLICY, lock_level="safe")
        executor = Executor(policy)
        at_home = stage.terms(stage.signed(nonce=1), fill_id="1.s.0.0")
        elsewhere = stage.terms(stage.signed(nonce=2), fill_id="1.s.0.1", chain=L2)
        first = plan(scene, elsewhere, policy=policy)
        after = (first.delivery.id,) if chosen == "both" and not in_parallel else ()
        second = plan(scene, at_home, policy=policy, after=after)
        chosen_plans = {"home": [second], "away": [first], "both": [first, second]}[chosen]
        for made in chosen_plans:
            executor.start(made, settles=True, world=scene)
        live(scene, executor, 240)
        taken[chosen] = max(executor.run(made.terms.fill_id).delivered_ms - START_MS for made in chosen_plans)

    longest, total = max(taken["home"], taken["away"]), taken["home"] + taken["away"]
    assert taken["away"] > taken["home"] > 0
    assert taken["both"] == (longest if in_parallel else total)


def test_a_fill_waits_for_the_one_before_it_on_its_chain_and_for_others_only_in_sequence() -> None:
    chains = (L1, L2, L1)
    made = tender(*(signed(builders.single(LISTED), 1, 1000.0, nonce=place + 1) for place in range(3)))
    fills = joined(*(bid(made, which=place) for place in range(3))).fills
    placed = joined(bid(made)).model_copy(
        update={"fills": tuple(fill.model_copy(update={"chain": c}) for fill, c in zip(fills, chains, strict=True))}
    )

    apart = [each.steps[0].needs for each in plans_of(placed, 0, replace(made, in_parallel=True))]
    in_turn = [each.steps[0].needs for each in plans_of(placed, 0, made)]

    ids = [each.delivery.id for each in plans_of(placed, 0, made)]
    assert apart == [(), (), (ids[0],)]
    assert in_turn == [(), (ids[0],), (ids[1],)]
