"""The house's account over runs in which everything goes wrong: exact, and never paying out more than came in."""

from typing import Any

import pytest

from solvernet.accounts import escrow_flows, money
from solvernet.engine import RunName
from solvernet.fee_table import fee_table
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text

pytestmark = pytest.mark.proof

SCENARIOS = ("cross-chain-stress-v1", "reorg-v1", "bridge-halt-v1")
SEEDS = range(7, 10)
FEES = """
[fees]
notional_percent = 0.03
surplus_percent = 20.0
reward_percent = 80.0
most_penalty = 25.0
epoch_rounds = 3
consistency_percent = 60.0

[policy]"""


def driven(name: str, payment: str, seed: int) -> InlineRun:
    """Return a run of a scenario's short window, with fees and a rule of payment."""
    text = scenario_text(name).replace("[policy]", FEES, 1)
    text = text.replace('bond_chain = "rollup"', f'bond_chain = "rollup"\npayment = "{payment}"', 1)
    scenario = parse_scenario(text, name)
    run = open_inline(RunName(scenario, scenario_hash(text), scenario.window_named("short"), seed))
    run.drive()
    return run


def bodies(run: InlineRun, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in run.events if event.kind == kind and isinstance(event.body, dict)]


@pytest.mark.parametrize("payment", ["vcg", "core"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_goes_wrong_the_account_is_exact_and_rewards_stay_within_the_fees(name: str, payment: str) -> None:
    for seed in SEEDS:
        run = driven(name, payment, seed)
        world, figures = run.engine.auctioneer.world, fee_table(run.engine, run.events)
        assert figures is not None

        assert figures.adds_up, seed
        assert figures.owed == 0, seed
        assert money(world) == run.engine.money_in, seed
        assert escrow_flows(world)["open"] == 0, seed
        assert sum(figures.collected.values()) >= figures.rewards + figures.shares + figures.returned, seed
        for due in bodies(run, "reward.due"):
            assert 0 <= int(due["due"]) <= int(due["fees"]) * 8 // 10, seed
        for closed in bodies(run, "epoch.closed"):
            assert int(closed["kept"]) >= 0, seed
        for fill in run.engine.auctioneer.executor.runs():
            assert fill.plan.terms.gain >= 0, seed
