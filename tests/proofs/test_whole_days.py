"""Both days of black-thursday-v1, with the expiry of 13 March: everything ends, and every unit is accounted for."""

import json
from pathlib import Path

import pytest

from intents.lifecycle import FINAL_STATES
from intents.options import parse_expiry
from solvernet.engine import RunName
from solvernet.inline import open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text
from solvernet.summary import Outcome, summarise

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "black-thursday-v1.json"


@pytest.mark.proof
def test_two_days_end_whole_with_their_expiry_settled() -> None:
    text = scenario_text("black-thursday-v1")
    scenario = parse_scenario(text, "black-thursday-v1")
    run = open_inline(RunName(scenario, scenario_hash(text), scenario.window, 7))

    run.drive()

    summary = summarise(Outcome(run.engine, run.events, "", fingerprint_valid=True, wall_s=0.0, ideal=None))
    kept = summary.model_dump(
        mode="json", exclude={"failed_fills", "flags", "wall_s", "fingerprint", "money_in", "money_out"}
    )
    world = run.engine.auctioneer.world
    settlements = {
        chain: [{"expiry_ms": s.expiry_ms, "price": s.price, "time_ms": s.time_ms, "paid": s.paid} for s in found]
        for chain in world.chain_ids
        if (found := world.state(chain).clearing.settlements) is not None
    }
    RESULTS.write_text(json.dumps({"summary": kept, "settlements": settlements}, indent=1) + "\n", encoding="utf-8")
    assert {entry.state for entry in run.engine.auctioneer.book.entries()} <= FINAL_STATES
    assert summary.money_in == summary.money_out
    assert summary.escrow["open"] == 0
    assert all([s["expiry_ms"] for s in found] == [parse_expiry("13MAR20")] for found in settlements.values())
