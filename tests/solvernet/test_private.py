"""Ten minutes with builders who take private transactions: what is handed to them is counted and told."""

import pytest

from solvernet.adversary_builder import AdversaryBuilder
from solvernet.cli.show_extraction import private_lines
from solvernet.errors import InvalidScenarioError
from solvernet.extraction_table import extraction_table
from solvernet.inline import InlineRun, open_inline
from solvernet.private_parts import BuilderPart, flaw
from solvernet.private_table import private_table
from solvernet.rules import auction_rules
from solvernet.scenario import parse_scenario, scenario_text
from solvernet.scenario_parts import ChainPart
from tests.solvernet.conftest import WINDOW, name_of
from venues.adversaries.builders import Shift
from venues.chains.ordering.private import PrivateBuilder
from venues.faults import NO_FAULTS

MINUTES = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:10:00Z"'
SPECS = 'specs = ["single-path", "greedy", "convex", "matcher"]'
NAMES = {"eip155:1": "ethereum", "eip155:901": "rollup"}


def text(**replacements: str) -> str:
    """Return ten minutes of the scenario with one solver, with lines replaced."""
    found = scenario_text("extraction-private-v1").replace(WINDOW, MINUTES, 1).replace(SPECS, 'specs = ["single-path"]')
    for old, new in replacements.items():
        assert old in found
        found = found.replace(old, new)
    return found


@pytest.fixture(scope="module")
def done() -> InlineRun:
    """Return the ten minutes, every step that trades on Ethereum handed over."""
    found = open_inline(name_of(text(**{"delay_percent = 0.005": 'delay_percent = 0.005\nchoice = "always"'})))
    found.drive()
    return found


def test_steps_that_trade_where_builders_are_are_handed_over_and_counted(done: InlineRun) -> None:
    lines = {(line.chain, line.step): line for line in private_table(done.engine.auctioneer.executor, NAMES)}

    here = [line for (chain, _), line in lines.items() if chain == "ethereum"]
    assert sum(line.handed for line in here) > 0
    assert sum(line.public for line in here) == 0
    assert all(line.included + line.published <= line.handed for line in here)
    assert all(line.handed == 0 for (chain, _), line in lines.items() if chain == "rollup")
    (table,) = private_lines(tuple(lines.values()))
    assert table.row_count == len(lines)
    assert private_lines(()) == ()


def test_a_trader_who_swaps_in_private_is_not_sandwiched_and_one_who_does_not_is(done: InlineRun) -> None:
    world = done.engine.auctioneer.world
    found = extraction_table(done.engine.extraction, done.engine.name.scenario, world.truth.price(world.now_ms))

    victims = {line.loser for line in found.transfers if line.how == "sandwich" and line.role == "trader"}
    assert victims == {"swapper.bela"}


def test_the_journal_tells_who_was_handed_a_step(done: InlineRun) -> None:
    told = [event.body for event in done.events if event.kind == "step"]

    assert any(isinstance(body, dict) and body.get("reason") == "handed to amber, basalt" for body in told)


def test_the_scenario_says_who_builds_and_how_they_are_used() -> None:
    scenario = parse_scenario(text(), "test")

    private = auction_rules(scenario).policy.private
    roster = AdversaryBuilder(scenario, 7).producer("ethereum", NO_FAULTS)

    assert private is not None
    assert private.builders == {"eip155:1": {"amber": 350_000, "basalt": 250_000}}
    assert (private.patience_blocks, private.premium_percent, private.delay_ppm) == (5, 105, 50)
    assert roster is not None
    assert [shift.share_ppm for shift in roster.shifts if isinstance(shift.builder, PrivateBuilder)] == [
        350_000,
        250_000,
    ]
    assert isinstance(roster.shifts[0], Shift)
    assert not isinstance(roster.shifts[0].builder, PrivateBuilder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[builders.amber]\nchain = "ethereum"', '[builders.amber]\nchain = "mars"', "'mars' is referred to"),
        ("[builders.amber]", "[builders.bread]", "an adversary of that name"),
        ("share = 0.35", "share = 0.65", "more than all blocks of ethereum"),
        ("patience_blocks = 5", "patience_blocks = 0", "policy.private.patience_blocks"),
    ],
)
def test_what_cannot_be_is_said(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidScenarioError, match=said):
        parse_scenario(text(**{old: new}), "test")


def test_a_chain_whose_blocks_a_sequencer_makes_has_no_builders() -> None:
    rollup = ChainPart(caip2="eip155:42161", preset="arbitrum", demand="none", proof_level="safe")

    said = flaw({"amber": BuilderPart(chain="rollup", share=0.5)}, {}, {"rollup": rollup})

    assert said is not None
    assert "the sequencer makes the blocks of rollup" in said
