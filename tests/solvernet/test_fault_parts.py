"""Faults in a scenario file: what they say becomes a schedule, and what is wrong with them is said in one line."""

import re
from pathlib import Path
from typing import get_args

import pytest

from solvernet.build import build_world, faults_of
from solvernet.errors import InvalidScenarioError
from solvernet.fault_parts import FaultPart
from solvernet.ideal import ideal_scenario
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from tests.solvernet.conftest import quarter_text
from venues.faults import Fault, FaultKind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "faults.md"
START_MS = 1_583_928_000_000
"""2020-03-11T12:00:00Z, when the scenario begins."""

ETHEREUM = "eip155:1"

KINDS = {
    'kind = "gas_spike"\nchain = "ethereum"\nlasts_s = 60\nfactor = 2.5': {"target": ETHEREUM, "factor_percent": 250},
    'kind = "demand_surge"\nchain = "ethereum"\nlasts_s = 60\nfactor = 3': {"target": ETHEREUM, "factor_percent": 300},
    'kind = "outage"\nchain = "ethereum"\nlasts_s = 60': {"target": ETHEREUM},
    'kind = "partition"\nchain = "ethereum"\nlasts_s = 60\nshare = 0.1': {"target": ETHEREUM, "share_ppm": 100_000},
    'kind = "reorg"\nchain = "ethereum"\ndepth = 3\nshare = 0.5': {
        "target": ETHEREUM,
        "depth": 3,
        "share_ppm": 500_000,
        "until_ms": START_MS + 30_000,
    },
    'kind = "finality_stall"\nchain = "ethereum"\nlasts_s = 60': {"target": ETHEREUM},
    'kind = "censorship"\nchain = "ethereum"\nlasts_s = 60\nshare = 0.9\nsenders = ["keeper.ethereum"]': {
        "target": ETHEREUM,
        "share_ppm": 900_000,
        "senders": ("keeper.ethereum",),
    },
    'kind = "oracle_halt"\noracle = "median"\nlasts_s = 60': {"target": "median"},
    'kind = "oracle_manipulation"\noracle = "median"\nlasts_s = 60\nnodes = 2\nshift_percent = -10.5': {
        "target": "median",
        "nodes": 2,
        "shift_ppm": -105_000,
    },
    'kind = "depeg"\nlasts_s = 60\nshift_percent = -5': {"target": "", "shift_ppm": -50_000},
    'kind = "bridge_halt"\nbridge = "main"\nlasts_s = 60': {"target": "main"},
    'kind = "venue_halt"\nvenue = "amm.rollup"\nlasts_s = 60\nadmission = "cancel_only"': {
        "target": "amm.rollup",
        "admission": "cancel_only",
    },
    'kind = "broker_outage"\nlasts_s = 60': {"target": ""},
    'kind = "message_delay"\nlasts_s = 60\ndelay_s = 1.5': {"target": "", "delay_ms": 1500},
    'kind = "message_loss"\nlasts_s = 60\nshare = 0.25': {"target": "", "share_ppm": 250_000},
}
"""A section of each kind, and the figures that its fault must have."""


def scenario_with(*sections: str) -> Scenario:
    text = "\n".join(f"[[faults]]\n{section}" for section in sections)
    return parse_scenario(f"{quarter_text()}\n{text}\n", "test")


@pytest.mark.parametrize("section", KINDS)
def test_a_fault_of_each_kind_is_scheduled_with_its_figures(section: str) -> None:
    (fault,) = faults_of(scenario_with(f"at = 30\n{section}"), 1).schedule

    until_ms = START_MS + 90_000
    figures = {"id": f"{fault.kind}-1", "from_ms": START_MS + 30_000, "until_ms": until_ms} | KINDS[section]
    assert fault == Fault(kind=fault.kind, **figures)  # type: ignore[arg-type]


def test_every_kind_of_fault_can_be_written_in_a_scenario() -> None:
    union, _ = get_args(FaultPart)
    written = {get_args(part.model_fields["kind"].annotation)[0] for part in get_args(union)}

    assert written == set(get_args(FaultKind))
    assert len(KINDS) == len(written)


def test_a_fault_may_begin_at_an_instant_and_bear_a_name() -> None:
    section = 'name = "dusk"\nat = 2020-03-11T12:10:00Z\nkind = "broker_outage"\nlasts_s = 1'
    (fault,) = faults_of(scenario_with(section), 1).schedule

    assert (fault.id, fault.from_ms) == ("dusk", START_MS + 600_000)


def test_faults_stand_in_the_order_of_their_beginning() -> None:
    late, early = (f'at = {at}\nkind = "broker_outage"\nlasts_s = 1' for at in (60, 30))

    assert [fault.id for fault in faults_of(scenario_with(late, early), 1).schedule] == [
        "broker_outage-2",
        "broker_outage-1",
    ]


def test_the_world_carries_the_schedule_and_its_copy_does_too() -> None:
    scenario = scenario_with('at = 0\nkind = "venue_halt"\nvenue = "pool.rollup"\nlasts_s = 60')

    world = build_world(scenario, 1, scenario.window.start, {})

    assert world.faults == faults_of(scenario, 1)
    assert world.fork().faults is world.faults


def test_nothing_goes_wrong_in_the_ideal_run() -> None:
    scenario = scenario_with('at = 0\nkind = "outage"\nchain = "rollup"\nlasts_s = 60')

    assert faults_of(ideal_scenario(scenario), 1).schedule == ()


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('at = 0\nkind = "meteor"', "faults.0: Input tag 'meteor'"),
        ('at = 0\nkind = "outage"\nchain = "moon"\nlasts_s = 1', "'moon' is referred to by fault 'outage-1' but not"),
        ('at = 0\nkind = "outage"\nchain = ""\nlasts_s = 1', "'' is referred to by fault 'outage-1' but not"),
        ('at = 0\nkind = "outage"\nchain = "rollup"\nlasts_s = 0', "faults.0.outage.lasts_s: Input should be greater"),
        ('at = 0\nkind = "outage"\nchain = "rollup"\nlasts_s = inf', "faults.0.outage.lasts_s"),
        ('at = 0\nkind = "outage"\nchain = "rollup"\nlasts_s = 1\ndepth = 2', "faults.0.outage.depth: Extra inputs"),
        ('at = 900\nkind = "reorg"\nchain = "rollup"\ndepth = 2', "fault 'reorg-1' does not begin inside the window"),
        ('at = 0\nkind = "reorg"\nchain = "rollup"\ndepth = 0', "faults.0.reorg.depth"),
        ('at = "2020-03-11T12:00:00"\nkind = "broker_outage"\nlasts_s = 1', "faults.0.broker_outage.at"),
        ('at = 0\nkind = "message_loss"\nlasts_s = 1\nshare = 1.0', "faults.0.message_loss.share"),
        ('at = 0\nkind = "venue_halt"\nvenue = "median"\nlasts_s = 1', "'median' is referred to by fault"),
    ],
)
def test_what_is_wrong_with_a_fault_is_said_in_one_line(section: str, message: str) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        scenario_with(section)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_spike_where_nobody_else_offers_anything_is_refused() -> None:
    section = 'at = 0\nkind = "gas_spike"\nchain = "ethereum"\nlasts_s = 1\nfactor = 2'
    text = quarter_text(**{'demand = "calibrated"': 'demand = "none"'})

    with pytest.raises(InvalidScenarioError, match="'gas_spike-1' moves the demand of 'ethereum', which has none"):
        parse_scenario(f"{text}\n[[faults]]\n{section}\n", "test")


def test_the_reference_names_every_kind_and_its_examples_hold() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    faults = faults_of(parse_scenario(f"{scenario_text('calm-v1')}\n{example}", "test"), 1).schedule

    assert [(fault.id, fault.from_ms - START_MS) for fault in faults] == [
        ("sequencer stops", 1_800_000),
        ("reorg-2", 3_000_000),
    ]
    assert set(re.findall(r"^\| `(\w+)` \| (?:`|\|)", text, re.MULTILINE)) >= set(get_args(FaultKind))


def test_two_faults_may_not_bear_one_name() -> None:
    with pytest.raises(InvalidScenarioError, match="two faults are named 'dusk'"):
        scenario_with(*['name = "dusk"\nat = 0\nkind = "broker_outage"\nlasts_s = 1'] * 2)
