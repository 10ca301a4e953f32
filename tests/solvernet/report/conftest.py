"""A small real run, and views of it, for tests of the report."""

from dataclasses import replace

import pytest

from auction.conduct.finding import DependenceFinding, Explanation, PathPoint
from auction.ledger import GENESIS, chain_hash
from intents.canonical import Json
from solvernet.engine import RunName
from solvernet.ideal import IdealOutcome
from solvernet.inline import open_inline
from solvernet.report.html import render
from solvernet.report.run_view import RunView, view_of
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvernet.scenario_parts import Window
from solvernet.summary import Outcome, Summary, summarise

SOLVERS = ("greedy", "no-settle")
"""One that serves its users, and one that does not."""

TWO_ROUNDS_MS = 600_000


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    """Two rounds of the demo window, and what followed; everything that was asked for was due."""
    text = scenario_text("black-thursday-v1")
    scenario = parse_scenario(text, "black-thursday-v1")
    part = scenario.solvers.model_copy(update={"specs": SOLVERS})
    start = scenario.windows["demo"].start
    window = Window(start=start, end=start + TWO_ROUNDS_MS)
    name = RunName(scenario.model_copy(update={"solvers": part}), scenario_hash(text), window, 7)
    run = open_inline(name)
    run.drive()
    head = GENESIS
    for event in run.events:
        head = chain_hash(head, event)
    due = {entry.intent_id: entry.intent.quantity for entry in run.engine.auctioneer.book.entries()}
    return Outcome(run.engine, run.events, head, True, 3.2, IdealOutcome(filled=due, surplus=1_234_567_890))


@pytest.fixture(scope="session")
def summary(outcome: Outcome) -> Summary:
    return summarise(outcome)


@pytest.fixture(scope="session")
def view(summary: Summary, outcome: Outcome) -> RunView:
    return view_of(summary, outcome)


@pytest.fixture(scope="session")
def page(summary: Summary, outcome: Outcome) -> str:
    return render(summary, outcome)


@pytest.fixture(scope="session")
def finding(view: RunView) -> dict[str, Json]:
    """A finding as the conduct monitor writes it."""
    times = range(view.start_ms, view.end_ms, 60_000)
    path = tuple(PathPoint(time_ms, 0.5 * i - 1.0) for i, time_ms in enumerate(times))
    return DependenceFinding(
        pair=("greedy", "no-settle"),
        log_e=path[-1].log_e,
        log_peak=path[-1].log_e,
        auctions=240,
        agreement=0.2415,
        correlation=0.7407,
        first_flagged_ms=view.start_ms + 300_000,
        path=path,
        declared=False,
        explanations=(
            Explanation("shared_software", False, "greedy declared nothing, no-settle nothing"),
            Explanation("few_auctions", False, "240 joint auctions; 100 rule out a single episode"),
        ),
        config_hash="0" * 64,
    ).to_json()


@pytest.fixture(scope="session")
def flagged(view: RunView, finding: dict[str, Json]) -> RunView:
    """The run with a finding of dependence."""
    return replace(view, summary=view.summary.model_copy(update={"flags": (finding,)}))
