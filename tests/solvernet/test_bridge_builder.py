"""Bridges of a scenario file become ends on chains, and somebody who runs them."""

import pytest

from intents.assets import USDC_UNIT
from solvernet.bridge_builder import BridgeBuilder
from solvernet.errors import InvalidScenarioError
from solvernet.scenario import Scenario, parse_scenario
from tests.solvernet.conftest import quarter_text
from venues.bridges import BridgePort, CanonicalPort, FastPort, LightClientPort, OptimisticPort, Wait
from venues.bridges.canonical import OP_STACK_EXIT, exit_of
from venues.bridges.wait import FINAL, SAFE
from venues.chains.presets import ZK_ROLLUP

COMMON = 'chains = ["ethereum", "rollup"]\nlocked = 1000.0\n'
FEES = "fee_percent = 0.05\nfixed_fee = 1.0\n"
SECTIONS = {
    "own": f'kind = "canonical"\n{COMMON}',
    "quick": f'kind = "fast"\n{COMMON}{FEES}confirmations = [2, 1]\nreaction_s = 4.0\ncap = 500.0\ncash = 900.0\n',
    "proven": f'kind = "light_client"\n{COMMON}{FEES}proof_s = 600.0\nproof_p99_s = 1800.0\n',
    "believed": f'kind = "optimistic"\n{COMMON}{FEES}confirmations = [2, 1]\nreaction_s = 30.0\nbond = 50.0\n'
    "cap = 800.0\ncash = 700.0\nreserve = 60.0\n",
}


def _scenario(**replacements: str) -> Scenario:
    text = quarter_text() + "".join(f"\n[bridges.{name}]\n{body}" for name, body in SECTIONS.items())
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    return parse_scenario(text, "test")


def _ports(scenario: Scenario, chain: str, seed: int = 7) -> dict[str, object]:
    return {port.id: port for port in BridgeBuilder(scenario, seed).ports(chain)}


def test_each_section_becomes_an_end_of_its_kind_on_both_chains() -> None:
    kinds = {"main": BridgePort, "own": CanonicalPort, "quick": FastPort, "proven": LightClientPort}
    kinds |= {"believed": OptimisticPort}

    for chain in ("ethereum", "rollup"):
        assert {name: type(port) for name, port in _ports(_scenario(), chain).items()} == kinds


def test_what_is_locked_on_the_first_chain_was_minted_on_the_second() -> None:
    first, second = (_ports(_scenario(), chain)["quick"] for chain in ("ethereum", "rollup"))

    assert isinstance(first, FastPort)
    assert isinstance(second, FastPort)
    assert (first.held, second.held) == (1_000 * USDC_UNIT, -1_000 * USDC_UNIT)
    assert (first.confirmations, second.confirmations, first.cap) == (2, 1, 500 * USDC_UNIT)
    assert (first.wait, first.fee(100 * USDC_UNIT)) == (FINAL, 1_050_000)


@pytest.mark.parametrize(
    ("preset", "statement_ms"),
    [("rollup-2s", OP_STACK_EXIT.statement_ms), ("zk-rollup", exit_of(ZK_ROLLUP).statement_ms)],
)
def test_leaving_a_rollup_takes_what_its_preset_says(preset: str, statement_ms: int) -> None:
    scenario = _scenario(**{'preset = "rollup-2s"': f'preset = "{preset}"'})
    deposit, withdrawal = (_ports(scenario, chain)["own"] for chain in ("ethereum", "rollup"))

    assert isinstance(deposit, CanonicalPort)
    assert isinstance(withdrawal, CanonicalPort)
    assert (deposit.wait, deposit.carriage.median_ms) == (Wait(confirmations=4), 0)
    assert (withdrawal.wait, withdrawal.carriage.median_ms) == (SAFE, statement_ms)


def test_only_times_with_a_spread_depend_on_the_seed() -> None:
    one, other = (_ports(_scenario(), "rollup", seed) for seed in (1, 2))

    assert [name for name in one if one[name] != other[name]] == ["proven"]


def test_every_bridge_has_those_who_run_it_and_what_they_need() -> None:
    builder = BridgeBuilder(_scenario(), 7)

    assert [agent.name for agent in builder.agents()] == [
        "carrier.own",
        "relayer.quick",
        "carrier.proven",
        "proposer.believed",
        "watcher.believed",
    ]
    assert {agent.name for agent in builder.agents()} <= dict(builder.cash("rollup")).keys()
    assert dict(builder.cash("rollup"))["reserve.believed"] == 60.0


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("cap = 500.0", "cap = -1.0", "bridges.quick.fast.cap"),
        ('kind = "fast"', 'kind = "teleport"', "bridges.quick"),
        (
            f'kind = "canonical"\n{COMMON}',
            'kind = "canonical"\nchains = ["rollup", "rollup"]\nlocked = 1.0\n',
            "bridges.own",
        ),
        ("reserve = 60.0", 'forgery = { chain = "moon", at = "2020-03-11T12:05:00Z", cash = 5.0 }', "bridges.believed"),
    ],
)
def test_a_bridge_that_cannot_be_built_is_named_in_one_line(old: str, new: str, complaint: str) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        _scenario(**{old: new})

    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
