"""One name, one fingerprint: on either bus, in processes or in one, under any hash seed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from auction.ledger import GENESIS, Event, chain_hash
from solvernet.inline import InlineRun, open_inline
from solvernet.simulate import RunConfig, prepare, run
from tests.solvernet.conftest import name_of, quarter_text

ROOT = Path(__file__).parents[2]
Maker = Callable[..., RunConfig]


def fingerprint(events: list[Event]) -> str:
    head = GENESIS
    for event in events:
        head = chain_hash(head, event)
    return head


def test_processes_on_the_memory_bus_give_the_fingerprint_of_one_process(quarter: Maker, inline_run: InlineRun) -> None:
    config = quarter()

    result = asyncio.run(run(config, prepare(config)))

    assert result.outcome.fingerprint == fingerprint(inline_run.events)


def test_mqtt_gives_the_fingerprint_of_one_process(quarter: Maker, inline_run: InlineRun) -> None:
    config = quarter(bus="mqtt")

    result = asyncio.run(run(config, prepare(config)))

    assert result.outcome.fingerprint == fingerprint(inline_run.events)
    assert result.outcome.fingerprint_valid


SCRIPT = """
import pathlib, sys
from solvernet.inline import open_inline
from tests.solvernet.conftest import name_of
from tests.solvernet.test_fingerprint import fingerprint

run = open_inline(name_of(pathlib.Path(sys.argv[1]).read_text()))
run.drive()
print(fingerprint(run.events))
"""


def test_the_hash_seed_of_python_does_not_change_the_fingerprint(quarter_file: Path) -> None:
    found = set()
    for hash_seed in ("0", "1"):
        arguments = [sys.executable, "-c", SCRIPT, str(quarter_file)]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        found.add(done.stdout.strip())

    assert len(found) == 1


def test_another_seed_changes_the_fingerprint(inline_run: InlineRun) -> None:
    other = open_inline(name_of(quarter_text(), seed=8))
    other.drive()

    assert fingerprint(other.events) != fingerprint(inline_run.events)


def test_one_basis_point_of_markup_changes_the_fingerprint(inline_run: InlineRun) -> None:
    text = quarter_text(**{'"greedy", "convex"': '"greedy?markup_bps=11", "convex"'})
    other = open_inline(name_of(text))
    other.drive()

    changed = [event for event in other.events if event.kind == "bids.opened"]
    before = [event for event in inline_run.events if event.kind == "bids.opened"]
    assert changed != before
    assert fingerprint(other.events) != fingerprint(inline_run.events)


def test_every_event_is_written_in_the_order_of_its_time(inline_run: InlineRun) -> None:
    times = [event.time_ms for event in inline_run.events]

    assert times == sorted(times)
