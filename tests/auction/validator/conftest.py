"""A quarter of an hour of the calm day, run in this process and watched by the validator."""

from dataclasses import dataclass, replace

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
    watch = Watch(scenario.window.start)
    auctioneer = run.engine.auctioneer
    auctioneer.watch(watch)
    run.drive()
    final = {chain: replace(span, final_ms=span.last_ms) for chain, span in watch.evidence().spans.items()}
    return Recorded(tuple(run.events), replace(watch.evidence(), spans=final))
