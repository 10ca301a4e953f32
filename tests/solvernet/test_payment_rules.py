"""Runs under payment and winner rules of their own: paid on chain, nothing made or lost, replayed equal."""

import asyncio
from pathlib import Path

import pytest

from auction.aftermath import OPERATOR
from intents.assets import USDC_UNIT
from solvernet.accounts import money
from solvernet.errors import InvalidScenarioError
from solvernet.inline import open_inline
from solvernet.recording import read
from solvernet.replay import replay
from solvernet.scenario import parse_scenario
from solvernet.simulate import RunConfig, prepare, run
from tests.solvernet.conftest import name_of, quarter_text

FEES_USD = 50


def ruled(payment: str, winners: str = "") -> str:
    """Return the quarter of an hour with a payment rule, fees to pay from, and a way to choose winners."""
    lines = f'\npayment = "{payment}"\nfees = {FEES_USD}.0\n'
    return quarter_text(**{'bond_chain = "rollup"': f'bond_chain = "rollup"{lines}{winners}'})


RULES = {
    "vcg": ruled("vcg"),
    "core": ruled("core"),
    "greedy": ruled("pay_as_bid", '[rounds.winners]\nmode = "greedy"'),
    "volume": ruled("vcg", '[rounds.winners]\nobjective = "volume"\nmost_winners = 3'),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_run_under_any_rule_is_replayed_equal(rule: str, tmp_path: Path) -> None:
    file, folder = tmp_path / "ruled.toml", tmp_path / "run"
    file.write_text(RULES[rule], encoding="utf-8")
    config = RunConfig(scenario=str(file), out=folder, ideal=False)

    asyncio.run(run(config, prepare(config)))

    assert replay(folder).difference is None
    noted = {row.event.kind for row in read(folder).rows}
    assert ("round.payments" in noted) == (rule != "greedy")


@pytest.mark.parametrize("rule", ["vcg", "core"])
def test_rewards_come_out_of_the_fees_and_go_to_nobody_else(rule: str) -> None:
    made = open_inline(name_of(RULES[rule]))
    made.drive()

    world = made.engine.auctioneer.world
    bodies = [event.body for event in made.events if event.kind == "reward.due"]
    paid = sum(int(str(body["due"])) for body in bodies if isinstance(body, dict))
    left = sum(world.state(chain).escrow.vault(OPERATOR) for chain in world.chain_ids)
    assert paid > 0
    assert left + paid == FEES_USD * USDC_UNIT
    assert money(world) == made.engine.money_in


def test_a_rule_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidScenarioError, match="payment"):
        parse_scenario(ruled("second_price"), "test")
