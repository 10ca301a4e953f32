"""A quarter of an hour with adversaries: what they take stands in the ledger, in the summary and in the report."""

import asyncio
import math
from pathlib import Path

import pytest

from intents.assets import USDC_UNIT
from solvernet.adversary_builder import AdversaryBuilder, kinds
from solvernet.cli.show_extraction import adversaries, taken
from solvernet.errors import InvalidScenarioError
from solvernet.extraction_table import ExtractionFigures, extraction_table, role
from solvernet.ideal import ideal_scenario
from solvernet.inline import InlineRun, open_inline
from solvernet.replay import replay
from solvernet.rollup_builder import RollupBuilder
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.simulate import RunConfig, prepare, run
from tests.solvernet.conftest import QUARTER, WINDOW, name_of
from venues.adversaries.holdings import WORTH_UNIT
from venues.chains.ordering.producer import CENSORED
from venues.faults import NO_FAULTS, Fault, Faults
from venues.rollups.lane_auction import LaneAuctioneer

SPECS = 'specs = ["single-path", "greedy", "convex", "matcher"]'
CENSOR = """
[adversaries.warden]
kind = "censor"
chain = "ethereum"
share = 0.5
senders = ["swapper.ada", "swapper.bela", "arbitrageur.ethereum"]

[users]
count"""


def text(**replacements: str) -> str:
    """Return a quarter of an hour of the scenario with one solver, with lines replaced."""
    found = scenario_text("extraction-v1").replace(WINDOW, QUARTER, 1).replace(SPECS, 'specs = ["single-path"]')
    assert QUARTER in found
    assert 'specs = ["single-path"]' in found
    for old, new in replacements.items():
        assert old in found
        found = found.replace(old, new)
    return found


def parsed(**replacements: str) -> Scenario:
    return parse_scenario(text(**replacements), "test")


def figures_of(done: InlineRun) -> ExtractionFigures:
    engine = done.engine
    world = engine.auctioneer.world
    return extraction_table(engine.extraction, engine.name.scenario, world.truth.price(world.now_ms))


@pytest.fixture(scope="module")
def done() -> InlineRun:
    """Return the quarter of an hour, with a censor as well."""
    found = open_inline(name_of(text(**{"\n[users]\ncount": CENSOR})))
    found.drive()
    return found


def test_what_each_adversary_took_is_what_others_lost_to_it_less_what_it_lost(done: InlineRun) -> None:
    figures = figures_of(done)

    tallies = done.engine.extraction.tallies()
    for name, activity in done.engine.extraction.activity().items():
        got = sum(tally.worth for (taker, _, _), tally in tallies.items() if taker == name)
        lost = sum(tally.worth for (_, _, loser), tally in tallies.items() if loser == name)
        assert got - lost == activity.worth
    assert sum(line.took_usd > 0 for line in figures.adversaries) >= 4


def test_traders_who_swap_lose_to_sandwiches(done: InlineRun) -> None:
    lines = figures_of(done).transfers

    assert any(line.how == "sandwich" and line.role == "trader" and line.usd > 1 for line in lines)


def test_a_censor_takes_nothing_itself_and_what_landed_late_is_counted(done: InlineRun) -> None:
    figures = figures_of(done)

    warden = next(line for line in figures.adversaries if line.kind == "censor")
    hows = {line.how for line in figures.transfers}
    assert (warden.transactions, warden.took_usd, warden.gas_usd) == (0, 0.0, 0.0)
    assert {"censor", "landed_late"} <= hows


def test_no_money_is_made_or_lost(done: InlineRun) -> None:
    from solvernet.accounts import money

    assert money(done.engine.auctioneer.world) == done.engine.money_in


def test_the_ledger_holds_every_transfer_and_every_adversary_in_whole_units(done: InlineRun) -> None:
    events = [event for event in done.events if event.kind.startswith("extraction.")]

    total = sum(int(e.body["worth"]) for e in events if e.kind == "extraction.transfer")  # type: ignore[index, call-overload, arg-type]
    expected = sum(tally.worth for tally in done.engine.extraction.tallies().values())
    assert total == expected > WORTH_UNIT * USDC_UNIT
    named = [e.body["adversary"] for e in events if e.kind == "extraction.adversary"]  # type: ignore[index, call-overload]
    assert named == sorted(done.engine.extraction.activity())


def test_a_run_with_adversaries_is_replayed_event_by_event(tmp_path: Path) -> None:
    scenario = tmp_path / "quarter.toml"
    scenario.write_text(text(**{QUARTER: QUARTER.replace("12:15", "12:10")}), encoding="utf-8")
    config = RunConfig(scenario=str(scenario), out=tmp_path / "run", ideal=False)
    result = asyncio.run(run(config, prepare(config)))

    found = replay(tmp_path / "run")

    assert found.difference is None
    assert found.fingerprint == result.outcome.fingerprint


def test_a_run_without_adversaries_has_no_such_event(inline_run: InlineRun) -> None:
    assert not [event for event in inline_run.events if event.kind.startswith("extraction.")]
    assert inline_run.engine.extraction.kinds == {}


def test_dollars_in_the_table_are_those_of_the_observer(done: InlineRun) -> None:
    figures = figures_of(done)

    by_role = sum(figures.from_roles.values())
    names = {line.adversary for line in figures.adversaries}
    shown = math.fsum(line.usd for line in figures.transfers if line.taker in names)
    assert by_role == pytest.approx(shown)
    for line in figures.adversaries:
        assert line.net_usd == pytest.approx(line.took_usd - line.gas_usd)


def test_both_tables_are_printed(done: InlineRun) -> None:
    figures = figures_of(done)

    assert adversaries(figures).row_count == len(figures.adversaries)
    assert taken(figures).row_count == min(len(figures.transfers), 15)


def test_everybody_who_can_lose_has_a_role() -> None:
    scenario = parsed()

    names = (
        "0xabc",
        "swapper.ada",
        "adversary.echo",
        "arbitrageur.rollup",
        "maker.alpha",
        "pool.rollup",
        "single-path",
    )
    roles = ("user", "trader", "adversary", "arbitrageur", "maker", "venue", "solver")
    assert tuple(role(name, scenario) for name in names) == roles
    assert role("main", scenario) == "contract"


def test_the_ideal_run_has_no_adversaries() -> None:
    assert ideal_scenario(parsed()).adversaries == {}


def test_a_fault_that_censors_is_an_adversary_of_its_own() -> None:
    fault = Fault(id="f", kind="censorship", target="eip155:1", from_ms=0, until_ms=1, share_ppm=1)
    scenario = parse_scenario(scenario_text("calm-v1"), "test")

    assert kinds(scenario, NO_FAULTS) == {}
    assert kinds(scenario, Faults((fault,))) == {CENSORED: "censor"}
    builder = AdversaryBuilder(scenario, 7)
    assert builder.producer("ethereum", NO_FAULTS) is None
    assert builder.producer("rollup", Faults((fault,))) is None
    assert builder.producer("ethereum", Faults((fault,))) is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('own = ["bread", "echo"]', 'own = ["swift"]', "'swift' is not a searcher on ethereum"),
        ('own = ["bread", "echo"]', 'own = ["nobody"]', "'nobody' is not a searcher on ethereum"),
        ("\n[users]\ncount", CENSOR.replace("0.5", "0.95"), "more than all blocks of ethereum"),
        ('venues = ["pool.ethereum"]\n', 'venues = ["pool.rollup"]\n', "'pool.rollup' is not on ethereum"),
        ('venues = ["pool.ethereum"]\n', 'venues = ["pool.mars"]\n', "'pool.mars' is referred to but not defined"),
        ('[swappers.cleo]\nvenue = "pool.rollup"', '[swappers.cleo]\nvenue = "amm.rollup"', "not a pool of ether"),
        ('kind = "sandwich"\n', 'kind = "sandwich"\nsees = "blocks"\n', "a sandwich needs a pool that can be seen"),
        ('preset = "ethereum-2020"', 'preset = "arbitrum"', "only the sequencer sees what waits on ethereum"),
        ('kind = "sandwich"\n', 'kind = "sandwich"\nlatency_s = [0.3, 0.1]\n', "the least first"),
    ],
)
def test_a_scenario_with_impossible_adversaries_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidScenarioError, match=said):
        parsed(**{old: new})


LANE = "bidders = { swift = { share = 0.5, sigma = 0.4 }, steady = { share = 0.45, sigma = 0.2 } }"
RACER = """
[adversaries.racer]
kind = "back_run"
chain = "arb"
venues = ["pool.arb"]
cash = 1000000.0
ether = 5000.0
sees = "blocks"
period_s = 0.25

[users]
count"""


def test_a_searcher_may_bid_for_the_express_lane() -> None:
    source = (
        scenario_text("rollups-v1").replace(LANE, LANE.replace("steady", "racer")).replace("\n[users]\ncount", RACER)
    )
    scenario = parse_scenario(source, "test")

    accounts = {
        bidder.account
        for agent in RollupBuilder(scenario, 7).agents()
        if isinstance(agent, LaneAuctioneer)
        for bidder in agent.bidders
    }

    assert accounts == {"arbitrageur.swift", "adversary.racer"}
