"""A quarter of an hour in which much goes wrong: on either bus and in a replay it goes wrong in the same way."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from auction.ledger import Event
from intents.canonical import Json
from solvernet.inline import InlineRun, open_inline
from solvernet.replay import replay
from solvernet.simulate import BusKind, RunConfig, prepare, run
from tests.solvernet.conftest import name_of, quarter_text
from tests.solvernet.test_fingerprint import fingerprint
from venues.faults import Faults

START_MS = 1_583_928_000_000
FAULTS = """
[[faults]]
name = "no broker"
kind = "broker_outage"
at = 100
lasts_s = 350

[[faults]]
name = "slow"
kind = "message_delay"
at = 460
lasts_s = 100
delay_s = 30

[[faults]]
name = "forgetful"
kind = "message_loss"
at = 570
lasts_s = 340
share = 0.6

[[faults]]
name = "no book"
kind = "venue_halt"
venue = "book.rollup"
at = 590
lasts_s = 100

[[faults]]
name = "dear"
kind = "gas_spike"
chain = "ethereum"
factor = 20
at = 600
lasts_s = 120
"""


@pytest.fixture(scope="module")
def text() -> str:
    return quarter_text(**{"per_round = 3.6": "per_round = 8.0"}) + FAULTS


@pytest.fixture(scope="module")
def inline(text: str) -> InlineRun:
    found = open_inline(name_of(text))
    found.drive()
    return found


def of_kind(found: InlineRun, *kinds: str) -> list[Event]:
    return [event for event in found.events if event.kind in kinds]


def body(event: Event) -> Mapping[str, Json]:
    assert isinstance(event.body, dict)
    return event.body


def offset_s(event: Event) -> float:
    return (event.time_ms - START_MS) / 1000


def test_faults_stand_in_the_ledger_at_their_times(inline: InlineRun) -> None:
    events = [(event.kind, body(event)["fault"], offset_s(event)) for event in of_kind(inline, "fault.began")]
    ends = [(body(event)["fault"], offset_s(event)) for event in of_kind(inline, "fault.ended")]

    assert events == [
        ("fault.began", "no broker", 100),
        ("fault.began", "slow", 460),
        ("fault.began", "forgetful", 570),
        ("fault.began", "no book", 590),
        ("fault.began", "dear", 600),
    ]
    assert ends == [("no broker", 450), ("slow", 560), ("no book", 690), ("dear", 720), ("forgetful", 910)]


def test_a_round_without_a_broker_is_skipped_and_others_are_held(inline: InlineRun) -> None:
    assert [offset_s(event) for event in of_kind(inline, "round.skipped")] == [300]
    assert [offset_s(event) for event in of_kind(inline, "round.opened")][:2] == [600, 900]


def test_intents_posted_without_a_broker_arrive_when_it_is_back(inline: InlineRun) -> None:
    arrivals = [offset_s(event) for event in of_kind(inline, "intent.received", "intent.refused")]

    assert not [at for at in arrivals if 100 <= at < 450]
    assert arrivals.count(450) > 1


def test_solvers_whose_bids_are_lost_are_silent_in_that_round(inline: InlineRun) -> None:
    lost = {(event.round, str(body(event)["solver"])) for event in of_kind(inline, "solver.fault")}
    opened = {(event.round, str(body(event)["solver"])) for event in of_kind(inline, "bids.opened")}

    assert {str(body(event)["fault"]) for event in of_kind(inline, "solver.fault")} == {"lost"}
    assert lost
    assert not lost & opened
    assert {number for number, _ in lost} <= {2, 3}


def test_gas_is_dear_while_others_offer_more_and_not_before(inline: InlineRun) -> None:
    course = inline.engine.recorder.courses["eip155:1"]
    samples = [((at - START_MS) / 1000, gwei) for at, gwei in zip(course.time_ms, course.gas_p60_gwei, strict=True)]

    spike = [gwei for at, gwei in samples if 630 <= at < 720]
    assert min(spike) > 2 * max(gwei for at, gwei in samples if at < 600)


def test_every_user_comes_through_in_the_end(inline: InlineRun) -> None:
    """The flow is that of a calm run: what is posted does not depend on what goes wrong."""
    calm = open_inline(name_of(quarter_text(**{"per_round = 3.6": "per_round = 8.0"})))
    ids = [
        {str(body(event)["intent_id"]) for event in of_kind(found, "intent.received", "intent.refused")}
        for found in (inline, _driven(calm))
    ]

    assert ids[0] == ids[1]


def _driven(found: InlineRun) -> InlineRun:
    found.drive()
    return found


def test_a_run_without_faults_notes_none(inline_run: InlineRun) -> None:
    assert inline_run.engine.network.faults == Faults()
    assert of_kind(inline_run, "fault.began", "fault.ended", "round.skipped") == []


@pytest.mark.parametrize("bus", ["memory", "mqtt"])
def test_over_a_bus_and_in_a_replay_the_same_goes_wrong(
    bus: BusKind, inline: InlineRun, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(text, encoding="utf-8")
    config = RunConfig(scenario=str(file), out=tmp_path / "run", ideal=False, bus=bus)

    result = asyncio.run(run(config, prepare(config)))
    again = replay(config.out)

    assert result.outcome.fingerprint == fingerprint(inline.events) == again.fingerprint
    assert again.difference is None
