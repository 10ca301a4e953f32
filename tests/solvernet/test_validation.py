"""Validation of runs: a solver that cheats is found where the auctioneer's books are content, and answers for it."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from auction.errors import LedgerError
from auction.ledger import Ledger
from auction.sanctions.table import PENALTIES
from intents.canonical import Json
from solvernet import __version__
from solvernet.appeal import appeal
from solvernet.ban_table import ban_table
from solvernet.breach_table import breach_table, gained
from solvernet.cli.app import run_app
from solvernet.explain import explain
from solvernet.inline import InlineRun
from solvernet.opened_bids import opened_bids
from solvernet.simulate import Prepared, RunConfig, meta
from solvernet.validation import validate, validation_of
from solvernet.who_paid import who_paid
from tests.solvernet.breaching import (
    Change,
    Retold,
    Sky,
    Told,
    other_award,
    recorded_as_failed,
    resent,
    sent_by_a_stranger,
    told_of,
    too_late,
    without_bids,
    without_own,
)
from tests.solvernet.killed_runs import cut_text

CHEAT = "solvers.adversaries.cheat:Cheat?way=detour,overcharge,skim"
TEXT = cut_text("calm-v1").replace('["single-path"]', f'["single-path", "{CHEAT}"]') + "\n[rounds.penalties]\n"
TEXT = TEXT.replace('bond_chain = "rollup"\n', 'bond_chain = "rollup"\nopens_bids = 2\n')


@pytest.fixture(scope="module")
def told() -> Told:
    return told_of(TEXT)


@pytest.fixture(scope="module")
def run(told: Told) -> InlineRun:
    return told.run


@pytest.fixture(scope="module")
def folder(run: InlineRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("run"), len(run.events))


def written(run: InlineRun, folder: Path, events: int) -> Path:
    """Write the first events of a run down as if it had been killed after them, and return the folder."""
    ledger = Ledger(folder)
    config = RunConfig(scenario="cut", out=folder)
    ledger.name(meta(Prepared(run.engine.name, TEXT), config))
    ledger.commit(run.events[:events])
    ledger.close()
    return folder


def test_every_way_to_cheat_is_found_and_nobody_else_is_accused(run: InlineRun) -> None:
    found = validation_of(run.engine.validator, run.events)
    delivered = {str(e.body["fill"]) for e in run.events if e.kind == "fill.delivered"}  # type: ignore[index, call-overload]
    broken = [each for each in found.found if each.verdict == "violation"]

    assert {each.code for each in broken} == {"amounts", "venue_calls"}
    assert {each.fill.split(".")[1] for each in broken} == {"cheat"}
    assert {each.fill for each in broken} <= delivered
    assert found.counts["valid"] == len(delivered) - len(broken)


def test_a_recorded_run_is_found_as_it_was_found_when_it_ran(
    run: InlineRun, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_app(["validate", str(folder), "--json"]) == 1

    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(validation_of(run.engine.validator, run.events).model_dump_json())


def test_the_first_rounds_can_be_looked_at_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_app(["validate", str(folder), "--rounds", "1"])

    text = " ".join(capsys.readouterr().out.split())
    assert "settlements against awards" in text
    assert "undecidable yet" in text
    assert (code == 1) == ("violations" in text)


def test_a_run_that_was_killed_is_validated_as_far_as_it_came(run: InlineRun, tmp_path: Path) -> None:
    last = max(i for i, event in enumerate(run.events) if event.kind == "fill.awarded" and event.round == 2)

    found = validate(written(run, tmp_path, last + 1))

    awarded = [e for e in run.events[: last + 1] if e.kind == "fill.awarded"]
    assert sum(found.counts.values()) == len(awarded)
    assert Counter(each.verdict for each in found.found)["undecidable"] > 0
    assert found.counts["missing"] == 0


def test_a_ledger_that_does_not_follow_from_its_inputs_is_not_validated(run: InlineRun, tmp_path: Path) -> None:
    forged = InlineRun.__new__(InlineRun)
    forged.engine = run.engine
    first, second, *rest = run.events
    forged.events = [first, type(second)(second.round, second.time_ms + 1, second.kind, second.body), *rest]

    with pytest.raises(LedgerError, match=r"row 3 .* see solvernet replay"):
        validate(written(forged, tmp_path, 3), rounds=1)


def test_a_ledger_of_another_version_is_not_validated(run: InlineRun, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    named = meta(Prepared(run.engine.name, TEXT), RunConfig(scenario="cut", out=tmp_path))
    ledger.name(named | {"version": "0.0.0"})
    ledger.commit(run.events[:1])
    ledger.close()

    with pytest.raises(LedgerError, match=f"written by version 0.0.0, this is {__version__}"):
        validate(tmp_path)


def test_every_violation_is_punished_once_and_nobody_else_is(told: Told) -> None:
    found = validation_of(told.run.engine.validator, told.events)

    violations = [each.fill for each in found.found if each.verdict == "violation"]
    assert sorted(each.fill for each in found.breaches) == sorted(violations)
    assert {each.solver for each in found.breaches} == {"cheat"}
    assert {each.code for each in found.breaches} == {"amounts", "venue_calls"}


def test_the_damage_is_what_the_owner_gained_less_than_was_awarded(told: Told) -> None:
    terms = {run.plan.terms.fill_id: run.plan.terms for run in told.run.engine.auctioneer.executor.runs()}

    for body in told.bodies("fill.breached"):
        sent = told.scribe.sent[body["transaction"]].call
        promised = terms[body["fill_id"]]
        kept = promised.signed.intent.max_debit(sent.terms.quantity) - sent.terms.debit  # type: ignore[union-attr]
        assert int(body["damage"]) == promised.gain - kept
    by_code = {body["code"]: int(body["damage"]) for body in told.bodies("fill.breached")}
    assert by_code["venue_calls"] == 0 < by_code["amounts"]


def test_the_owner_is_paid_on_chain_out_of_the_stake_of_who_sent_it(told: Told) -> None:
    slashes = [log for sent in told.scribe.sent.values() for log in sent.receipt.logs if log.name == "Slashed"]
    owners = {run.plan.terms.fill_id: run.plan.terms.owner for run in told.run.engine.auctioneer.executor.runs()}
    breaches = {body["fill_id"]: int(body["damage"]) for body in told.bodies("fill.breached") if int(body["damage"])}
    detours = {body["fill_id"]: int(body["slashed"]) for body in told.bodies("fill.failed") if int(body["slashed"])}

    assert {fill.split(".")[1] for fill in detours} == {"cheat"}
    assert {str(log.get("fill")): log.get("cash") for log in slashes} == breaches | detours
    assert all(log.get("owner") == owners[str(log.get("fill"))] for log in slashes)
    assert told.bond() == told.stake - sum(breaches.values()) - sum(detours.values())


def test_nothing_happens_before_the_blocks_count_elsewhere(told: Told) -> None:
    world_ = told.run.engine.auctioneer.world
    level = world_.finality_ms(told.run.engine.auctioneer.rules.bond_chain)
    for event in told.events:
        if event.kind == "fill.breached" and isinstance(event.body, dict):
            block = told.scribe.sent[str(event.body["transaction"])].receipt.block
            assert event.time_ms >= block.time_ms + level // 2


def test_the_cheat_is_banned_by_the_table_with_the_evidence(told: Told) -> None:
    (line,) = ban_table(told.events)
    first = breach_table(told.events)[0]

    assert (line.solver, line.ban.code) == ("cheat", "breach")
    assert line.ban.until_ms - line.ban.since_ms == PENALTIES["breach"].lasts_ms
    assert set(line.ban.figures) == set(PENALTIES["breach"].evidence)
    (evidence,) = line.ban.fills
    assert (evidence.fill_id, evidence.detail) == (first.fill, f"{first.code}: {first.detail}")
    assert first.chain in {step.chain for step in evidence.steps if step.what == "landed" and step.block == first.block}


def test_it_is_said_who_paid_and_what_owners_gained_in_the_end(told: Told) -> None:
    here = told.run.engine
    runs = here.auctioneer.executor.runs()

    lines = who_paid(here.auctioneer.world, runs, told.events, here.recorder)

    (paid,) = [line for line in lines if line.because == "breach"]
    assert (paid.what, paid.payer, paid.count) == ("damages from the bond", "cheat", 3)
    short = [
        replace(e, body=e.body | {"slashed": "0"}) if e.kind == "fill.breached" and isinstance(e.body, dict) else e
        for e in told.events
    ]
    damage = sum(int(body["damage"]) for body in told.bodies("fill.breached"))
    assert gained(runs, told.events) - gained(runs, short) == damage == round(paid.usd * 10**6)
    assert gained(runs, short, "single-path") == gained(runs, told.events, "single-path")
    missing = [line for line in who_paid(here.auctioneer.world, runs, short, here.recorder) if line.because == "breach"]
    assert [(line.what, line.payer, line.payee) for line in missing] == [
        ("loss that nobody made good", "owners", "cheat")
    ]


def test_the_story_of_the_intent_and_an_appeal_tell_of_it_and_a_forged_sum_does_not_stand(
    told: Told, tmp_path: Path
) -> None:
    first = next(body for body in told.bodies("fill.breached") if int(body["damage"]))
    forged = [
        replace(e, body=e.body | {"slashed": "1"}) if e.kind == "fill.breached" and e.body == first else e
        for e in told.events
    ]
    ledger = Ledger(tmp_path)
    ledger.name(meta(Prepared(told.run.engine.name, TEXT), RunConfig(scenario="cut", out=tmp_path)))
    ledger.commit(forged)
    ledger.close()

    story = [line.what for line in explain(tmp_path, first["intent_id"][:12]).lines]
    found = appeal(tmp_path, first["fill_id"])

    assert any(line.startswith("cheat settled something else than it was awarded (amounts: ") for line in story)
    assert [point.holds for point in found.points] == [True, True, True, True, False]
    assert found.points[1].what.startswith(f"{first['transaction']} of cheat is in block {first['block']} of ")


def test_the_story_of_the_intent_tells_who_may_not_send_it_itself(told: Told, tmp_path: Path) -> None:
    intent = told.bodies("fill.breached")[0]["intent_id"]
    last = told.events[-1]
    body: dict[str, Json] = {"solver": "cheat", "position": 0, "intents": [intent]}
    refused = replace(last, kind="own.refused", body=body | {"could_take": "7460299", "free": "1080245"})
    ledger = Ledger(tmp_path)
    ledger.name(meta(Prepared(told.run.engine.name, TEXT), RunConfig(scenario="cut", out=tmp_path)))
    ledger.commit([*told.events, refused])
    ledger.close()

    story = explain(tmp_path, intent[:12]).lines

    said = (
        "cheat may not send it itself: it could take 7.46 USDC, its free stake is 1.08 USDC; it is sent by the policy"
    )
    assert story[-1].what == said


def test_a_run_shown_again_has_the_same_breaches(told: Told) -> None:
    assert Retold(told, Sky()).punished() == sorted(body["fill_id"] for body in told.bodies("fill.breached"))


@pytest.mark.parametrize("change", [without_own, other_award, without_bids])
def test_what_the_network_sent_or_misrecorded_or_lost_is_charged_to_nobody(told: Told, change: Change) -> None:
    assert Retold(told, Sky(), change).punished() == []


def test_a_fill_misrecorded_as_failed_adds_nobody_to_the_punished(told: Told) -> None:
    punished = Retold(told, Sky(), recorded_as_failed).punished()

    assert {fill.split(".")[1] for fill in punished} == {"cheat"}


def test_what_somebody_else_sent_and_what_the_network_sent_late_is_charged_to_nobody(told: Told) -> None:
    assert Retold(resent(told, sent_by_a_stranger), Sky()).punished() == []
    assert Retold(resent(told, too_late), Sky()).punished() == []


def test_until_its_blocks_count_elsewhere_a_breach_is_a_suspicion_that_goes_with_its_block(told: Told) -> None:
    sky = Sky(proves=False)
    retold = Retold(told, sky)
    assert (retold.punished(), retold.enforcement.is_quiet) == ([], False)

    retold.show(undone=True)
    assert retold.enforcement.is_quiet

    sky.proves = True
    retold.show(undone=True)
    assert retold.punished() == []
    retold.show()
    assert len(retold.punished()) == len(told.bodies("fill.breached"))


def test_the_bids_of_all_rounds_are_opened_and_can_be_looked_at(
    run: InlineRun, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_app(["bids", str(folder), "--round", "1"]) == 0
    table = capsys.readouterr().out
    assert run_app(["bids", str(folder), "--json"]) == 0
    opened = json.loads(capsys.readouterr().out)

    assert "cheat/0" in table
    assert "single-path/0" in table
    judged = [e.body for e in run.events if e.kind == "bids.judged" and isinstance(e.body, dict)]
    sheets = [sheet for each in opened for sheet in each["sheets"]]
    assert len(sheets) == len([e for e in run.events if e.kind == "bids.opened"])
    assert sum(len(sheet["bids"]) for sheet in sheets) == sum(len(body["results"]) for body in judged)  # type: ignore[arg-type]
    assert run_app(["bids", str(folder), "--round", "999"]) == 2
    assert "the bids of round 999 are not opened" in capsys.readouterr().err


def test_before_its_epoch_is_over_no_bid_is_shown_and_a_forged_one_is_found(run: InlineRun, tmp_path: Path) -> None:
    ends = [i for i, event in enumerate(run.events) if event.kind == "bids.published"]
    early = written(run, tmp_path / "early", ends[0])
    assert opened_bids(early) == ()

    forged = InlineRun.__new__(InlineRun)
    forged.engine = run.engine
    forged.events = [
        replace(e, body={**e.body, "results": []})
        if e.kind == "bids.judged" and e.round == 1 and isinstance(e.body, dict) and e.body["solver"] == "cheat"
        else e
        for e in run.events
    ]
    with pytest.raises(LedgerError, match="the bids of round 1 are not those that were opened"):
        opened_bids(written(forged, tmp_path / "forged", len(run.events)))
