"""Eight rounds of `hostile-v1`: who walks is banned, what stalls the house is kept out, everybody else trades on."""

from typing import Any

import pytest

from intents.lifecycle import Cause, State
from solvernet.ban_table import ban_table, quarantine_table
from solvernet.engine import RunName
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text

pytestmark = pytest.mark.proof

WINDOW = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T14:00:00Z"'
SHORT = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:16:00Z"'
LIVES = "lives_s = 3600.0"


def text() -> str:
    found = scenario_text("hostile-v1").replace(WINDOW, SHORT, 1).replace(LIVES, "lives_s = 300.0")
    assert SHORT in found
    assert LIVES not in found
    return found


@pytest.fixture(scope="module")
def hostile() -> InlineRun:
    scenario = parse_scenario(text(), "hostile-v1")
    run = open_inline(RunName(scenario, scenario_hash(text()), scenario.window, 7))
    run.drive()
    return run


def bodies(run: InlineRun, kind: str) -> list[dict[str, Any]]:
    return [event.body for event in run.events if event.kind == kind and isinstance(event.body, dict)]


def test_who_walks_is_banned_by_the_breaker_and_bids_in_vain(hostile: InlineRun) -> None:
    (line, *_) = ban_table(hostile.events)
    refused = [
        result
        for body in bodies(hostile, "bids.judged")
        if body["solver"] == "faithless"
        for result in body["results"]
        if result["code"] == "suspended"
    ]

    assert (line.solver, line.ban.code) == ("faithless", "fade_rate")
    assert refused
    assert all("fade_rate" in result["detail"] for result in refused)


def test_the_evidence_of_a_ban_is_in_the_ledger(hostile: InlineRun) -> None:
    ban = ban_table(hostile.events)[0].ban
    failed = {body["fill_id"]: body for body in bodies(hostile, "fill.failed")}
    awarded = {body["fill"]: body for body in bodies(hostile, "fill.awarded")}

    assert len(ban.fills) == ban.figures["fades"] > 1
    for fill in ban.fills:
        assert fill.detail == failed[fill.fill_id]["detail"] == "it won and sent no transaction"
        assert fill.deliver_by_ms == awarded[fill.fill_id]["deliver_by"]
        assert not any(step.what == "sent" for step in fill.steps if step.step not in {"refund", "slash"})


def test_what_stalls_the_house_is_kept_out_and_its_owner_is_told_the_code(hostile: InlineRun) -> None:
    lines = quarantine_table(hostile.events)
    book = hostile.engine.auctioneer.book

    assert lines
    assert {line.owner for line in lines} == {hostile.engine.flow.users[-1].account.address}
    for line in lines:
        entry = book[line.intent_id]
        assert (entry.cause, entry.reason.partition(",")[0]) == (Cause.QUARANTINED, line.code)


def test_everybody_else_trades_on(hostile: InlineRun) -> None:
    poisoner = hostile.engine.flow.users[-1].account.address
    entries = [e for e in hostile.engine.auctioneer.book.entries() if e.intent.owner != poisoner]
    first = min(line.since_ms for line in quarantine_table(hostile.events))

    assert any(entry.state is State.FILLED and entry.received_ms > first for entry in entries)
    assert not any(entry.cause is Cause.QUARANTINED for entry in entries)


def test_losing_bids_are_told_what_would_have_won(hostile: InlineRun) -> None:
    results = [result for body in bodies(hostile, "bids.judged") for result in body["results"]]
    outbid = [result for result in results if result["code"] == "outbid"]

    assert outbid
    assert all(int(result["needed"]) >= int(result["score"]) for result in outbid if "needed" in result)
    assert any("needed" in result for result in outbid)
