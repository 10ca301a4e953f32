"""The hostile scenario at length: one fingerprint however bans are heard of, and nobody else pays for poison."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from auction.ledger import GENESIS, Event, chain_hash
from intents.lifecycle import State
from solvernet.ban_table import ban_table, quarantine_table
from solvernet.engine import RunName
from solvernet.inline import InlineRun, open_inline
from solvernet.replay import replay
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvernet.simulate import RunConfig, prepare, run


def inline(text: str) -> InlineRun:
    scenario = parse_scenario(text, "hostile-v1")
    made = open_inline(RunName(scenario, scenario_hash(text), scenario.window_named("short"), 7))
    made.drive()
    return made


def fingerprint(events: Sequence[Event]) -> str:
    head = GENESIS
    for event in events:
        head = chain_hash(head, event)
    return head


def others_filled(made: InlineRun) -> int:
    poisoner = made.engine.flow.users[-1].account.address
    entries = [e for e in made.engine.auctioneer.book.entries() if e.intent.owner != poisoner]
    return sum(entry.state is State.FILLED for entry in entries)


@pytest.fixture(scope="module")
def short() -> InlineRun:
    return inline(scenario_text("hostile-v1"))


@pytest.mark.proof
@pytest.mark.parametrize("bus", ["memory", "mqtt"])
def test_a_solver_that_repents_after_a_ban_does_the_same_in_a_process_of_its_own(
    bus: Literal["memory", "mqtt"], short: InlineRun, tmp_path: Path
) -> None:
    config = RunConfig(scenario="hostile-v1", window="short", bus=bus, out=tmp_path, ideal=False)

    result = asyncio.run(run(config, prepare(config)))

    assert result.outcome.fingerprint == fingerprint(short.events)
    assert replay(tmp_path).difference is None
    assert ban_table(short.events)


@pytest.mark.proof
def test_with_the_quarantine_the_others_are_filled_as_without_it(short: InlineRun) -> None:
    without = re.sub(r"\[rounds\.quarantine\]\nmost_work = \d+\n", "", scenario_text("hostile-v1"))
    poisoner = short.engine.flow.users[-1].account.address

    exposed = inline(without)

    assert {line.owner for line in quarantine_table(short.events)} == {poisoner}
    assert quarantine_table(exposed.events) == ()
    assert others_filled(short) >= others_filled(exposed) > 0
