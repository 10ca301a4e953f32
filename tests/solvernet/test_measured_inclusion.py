"""A run with refunds that allow for the inclusion its chains show ends whole, replays equal, and refunds sooner."""

import asyncio
from pathlib import Path

from solvernet.accounts import money
from solvernet.inline import InlineRun, open_inline
from solvernet.replay import replay
from solvernet.simulate import RunConfig, prepare, run
from tests.solvernet.conftest import name_of, quarter_text

STATED = quarter_text()
MEASURED = quarter_text(inclusion_p99_s='inclusion = "measured"\ninclusion_p99_s')


def driven(text: str) -> InlineRun:
    made = open_inline(name_of(text))
    made.drive()
    return made


def waits(made: InlineRun) -> list[int]:
    """Return, for each lock of a run, the time from its delivery's deadline to its refund."""
    runs = [run for run in made.engine.auctioneer.executor.runs() if run.plan.is_cross_chain]
    locks = [made.engine.auctioneer.world.state(r.plan.home).escrow.locks.get(r.plan.terms.fill_id) for r in runs]
    return [lock.refund_at_ms - r.plan.delivery.deadline_ms for r, lock in zip(runs, locks, strict=True) if lock]


def test_a_run_with_measured_inclusion_is_replayed_equal(tmp_path: Path) -> None:
    file, folder = tmp_path / "measured.toml", tmp_path / "run"
    file.write_text(MEASURED, encoding="utf-8")
    config = RunConfig(scenario=str(file), out=folder, ideal=False)

    asyncio.run(run(config, prepare(config)))

    assert replay(folder).difference is None


def test_measured_inclusion_brings_refunds_forward_and_keeps_the_money() -> None:
    stated, measured = driven(STATED), driven(MEASURED)

    assert waits(measured)
    assert max(waits(measured)) < min(waits(stated))
    assert money(measured.engine.auctioneer.world) == measured.engine.money_in
