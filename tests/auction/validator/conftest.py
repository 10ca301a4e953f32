"""A quarter of an hour of the calm day, run in this process and watched by the validator."""

from dataclasses import dataclass

import pytest

from auction.ledger import Event
from auction.validator.evidence import Evidence, Watch
from solvernet.engine import RunName
from solvernet.inline import open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text

WINDOW = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T16:00:00Z"'
QUARTER = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:15:00Z"'


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run wrote down, and what its chains showed."""

    events: tuple[Event, ...]
    evidence: Evidence


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    text = scenario_text("calm-v1").replace(WINDOW, QUARTER, 1).replace('name = "calm-v1"', 'name = "quarter"')
    scenario = parse_scenario(text, "test")
    run = open_inline(RunName(scenario, scenario_hash(text), scenario.window, 7))
    watch = Watch()
    auctioneer = run.engine.auctioneer
    auctioneer.watch(watch)
    run.drive()
    sendings = [sending for plan in auctioneer.executor.runs() for sending in plan.sendings.values()]
    calls = {sending.transaction_id: sending.step.call for sending in sendings}
    end_ms = auctioneer.world.now_ms
    final = dict.fromkeys(auctioneer.world.chain_ids, end_ms)
    return Recorded(tuple(run.events), watch.evidence(calls, final, scenario.window.start))
