"""Settlements matched with awards: an honest run, and the same run tampered with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from auction.ledger import Event
from auction.validator.evidence import Evidence, Inclusion, Span
from auction.validator.validate import validate
from auction.validator.verdict import Verdict
from tests.auction.validator.conftest import Recorded
from venues.calls.settlement import Deliver, Settle
from venues.chains.transaction import Log

Change = Callable[[Inclusion], Inclusion]


def fills(recorded: Recorded, name: str) -> list[str]:
    """Return the fills of which the chains announced something."""
    found = (inclusion.log(name) for inclusion in recorded.evidence.inclusions)
    return [str(log.get("fill")) for log in found if log is not None]


def verdict_on(fill: str, events: tuple[Event, ...], evidence: Evidence) -> Verdict:
    (found,) = [verdict for verdict in validate(events, evidence) if verdict.fill_id == fill]
    return found


def changed(recorded: Recorded, fill: str, change: Change, name: str = "Filled") -> Evidence:
    """Return the evidence with one settling transaction changed."""

    def apply(inclusion: Inclusion) -> Inclusion:
        log = inclusion.log(name)
        return change(inclusion) if log is not None and log.get("fill") == fill else inclusion

    return replace(recorded.evidence, inclusions=tuple(apply(i) for i in recorded.evidence.inclusions))


def with_field(key: str, value: int | str) -> Change:
    def change(inclusion: Inclusion) -> Inclusion:
        log, *others = inclusion.receipt.logs
        fields = tuple((name, value if name == key else old) for name, old in log.fields)
        return replace(inclusion, receipt=replace(inclusion.receipt, logs=(Log(log.name, fields), *others)))

    return change


def with_fee(fee: int) -> Change:
    def change(inclusion: Inclusion) -> Inclusion:
        log, *others = inclusion.receipt.logs
        charged = Log(log.name, (*log.fields, ("fee", fee)))
        return replace(inclusion, receipt=replace(inclusion.receipt, logs=(charged, *others)))

    return change


def with_call(**changes: object) -> Change:
    def change(inclusion: Inclusion) -> Inclusion:
        assert isinstance(inclusion.call, Settle | Deliver)
        return replace(inclusion, call=replace(inclusion.call, **changes))  # type: ignore[arg-type]

    return change


def with_order(**changes: object) -> Change:
    def change(inclusion: Inclusion) -> Inclusion:
        assert isinstance(inclusion.call, Settle | Deliver)
        first, *rest = inclusion.call.orders
        return replace(inclusion, call=replace(inclusion.call, orders=(replace(first, **changes), *rest)))  # type: ignore[arg-type]

    return change


def with_event(recorded: Recorded, kind: str, change: Callable[[Any], Any]) -> tuple[Event, ...]:
    """Return the events with the bodies of one kind changed, or left out where the change gives `None`."""
    found = []
    for event in recorded.events:
        body = change(event.body) if event.kind == kind else event.body
        if body is not None:
            found.append(replace(event, body=body))
    return tuple(found)


def test_an_honest_run_has_no_violation_and_every_delivery_is_valid(recorded: Recorded) -> None:
    delivered = {str(e.body["fill"]) for e in recorded.events if e.kind == "fill.delivered"}  # type: ignore[index, call-overload]
    failed = {str(e.body["fill_id"]) for e in recorded.events if e.kind == "fill.failed"}  # type: ignore[index, call-overload]

    verdicts = validate(recorded.events, recorded.evidence)

    assert {v.fill_id for v in verdicts if v.kind == "valid"} == delivered
    assert {(v.fill_id, v.kind) for v in verdicts if v.kind != "valid"} == {(fill, "unsettled") for fill in failed}
    assert fills(recorded, "Filled")
    assert fills(recorded, "Delivered")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (with_field("quantity", 1), "amounts"),
        (with_field("cash", 1), "amounts"),
        (with_fee(1), "fees"),
        (with_field("terms", "0" * 64), "terms"),
        (with_field("intent", "0" * 64), "intent"),
        (with_order(bound=1), "venue_calls"),
        (with_order(quantity=1), "venue_calls"),
        (with_order(venue="elsewhere"), "venue_calls"),
        (with_call(orders=()), "venue_calls"),
    ],
)
@pytest.mark.parametrize("name", ["Filled", "Delivered"])
def test_a_settlement_that_differs_in_one_place_is_a_violation(
    recorded: Recorded, name: str, change: Change, code: str
) -> None:
    fill = fills(recorded, name)[0]

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, change, name))

    assert (verdict.kind, verdict.code) == ("violation", code)


def test_legs_that_differ_in_the_call_alone_are_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    def change(inclusion: Inclusion) -> Inclusion:
        assert isinstance(inclusion.call, Settle)
        legs = {name: quantity + 1 for name, quantity in inclusion.call.terms.legs.items()}
        return with_call(terms=replace(inclusion.call.terms, legs=legs))(inclusion)

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, change))

    assert (verdict.kind, verdict.code) == ("violation", "terms")


def test_a_settlement_by_somebody_else_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    def change(inclusion: Inclusion) -> Inclusion:
        return replace(inclusion, receipt=replace(inclusion.receipt, sender="stranger"))

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, change))

    assert (verdict.kind, verdict.code) == ("violation", "submitter")


def test_a_settlement_on_another_chain_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    def change(inclusion: Inclusion) -> Inclusion:
        block = replace(inclusion.receipt.block, chain="eip155:5")
        return replace(inclusion, receipt=replace(inclusion.receipt, block=block))

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, change))

    assert (verdict.kind, verdict.code) == ("violation", "chain")


def test_the_deadline_itself_is_in_time_and_a_millisecond_later_is_not(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    due = next(int(e.body["deliver_by"]) for e in recorded.events if _awards(e, fill))  # type: ignore[index, call-overload, arg-type]

    def at(time_ms: int) -> Change:
        def change(inclusion: Inclusion) -> Inclusion:
            block = replace(inclusion.receipt.block, time_ms=time_ms)
            return replace(inclusion, receipt=replace(inclusion.receipt, block=block))

        return change

    assert verdict_on(fill, recorded.events, changed(recorded, fill, at(due))).kind == "valid"
    assert verdict_on(fill, recorded.events, changed(recorded, fill, at(due + 1))).code == "late"


def test_a_fill_settled_twice_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    evidence = recorded.evidence

    twice = replace(evidence, inclusions=(*evidence.inclusions, *evidence.inclusions))

    assert verdict_on(fill, recorded.events, twice).code == "doubled"


def test_a_settlement_that_nobody_was_awarded_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    stray = changed(recorded, fill, with_field("fill", "1.stranger.0.0"))

    verdict = verdict_on("1.stranger.0.0", recorded.events, stray)
    assert (verdict.kind, verdict.code) == ("violation", "not_awarded")
    assert verdict_on(fill, recorded.events, stray).code == "unsettled"


def test_a_fill_that_the_auctioneer_calls_delivered_and_no_chain_shows_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    verdict = verdict_on(fill, recorded.events, replace(recorded.evidence, inclusions=()))

    assert (verdict.kind, verdict.code) == ("violation", "unsettled")


def test_a_fill_that_the_auctioneer_calls_failed_and_a_chain_shows_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    failed = Event(9, recorded.events[-1].time_ms, "fill.failed", {"fill_id": fill})

    verdict = verdict_on(fill, (*recorded.events, failed), recorded.evidence)

    assert (verdict.kind, verdict.code) == ("violation", "misrecorded")


def test_a_lock_that_was_taken_back_may_come_again_until_the_deadline_is_final(recorded: Recorded) -> None:
    fill = fills(recorded, "Delivered")[0]
    evidence = recorded.evidence
    kept = tuple(i for i in evidence.inclusions if i.log("Locked", "Claimed") is None)
    open_still = {chain: replace(span, final_ms=0) for chain, span in evidence.spans.items()}
    unwatched = {chain: span for chain, span in evidence.spans.items() if chain != _home(recorded, fill)}

    early = verdict_on(fill, recorded.events, Evidence(kept, open_still))
    late = verdict_on(fill, recorded.events, Evidence(kept, evidence.spans))
    blind = verdict_on(fill, recorded.events, Evidence(kept, unwatched))

    assert (early.kind, early.code) == ("undecidable", "no_lock")
    assert late.kind == "valid"
    assert (blind.kind, blind.code) == ("missing", "lock")


def test_a_claim_whose_delivery_was_taken_back_is_undecidable_until_the_deadline_is_final(recorded: Recorded) -> None:
    fill = fills(recorded, "Claimed")[0]
    kept = tuple(i for i in recorded.evidence.inclusions if i.log("Delivered") is None)
    spans = {chain: replace(span, final_ms=0) for chain, span in recorded.evidence.spans.items()}

    verdict = verdict_on(fill, recorded.events, Evidence(kept, spans))

    assert (verdict.kind, verdict.code) == ("undecidable", "no_delivery")


def _home(recorded: Recorded, fill: str) -> str:
    return next(str(e.body["home"]) for e in recorded.events if _awards(e, fill))  # type: ignore[index, call-overload]


def test_a_reverted_transaction_settles_nothing_and_breaks_nothing(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    def change(inclusion: Inclusion) -> Inclusion:
        return replace(inclusion, receipt=replace(inclusion.receipt, status="reverted", sender="stranger"))

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, change))

    assert (verdict.kind, verdict.code) == ("violation", "unsettled")


def test_before_the_deadline_is_final_nothing_is_decided(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    none = replace(recorded.evidence, inclusions=())
    early = {chain: replace(span, final_ms=0) for chain, span in none.spans.items()}

    verdict = verdict_on(fill, recorded.events, replace(none, spans=early))

    assert (verdict.kind, verdict.code) == ("undecidable", "pending")


def test_a_settlement_in_a_block_that_can_be_undone_is_undecided(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    spans = {chain: replace(span, final_ms=0) for chain, span in recorded.evidence.spans.items()}

    verdict = verdict_on(fill, recorded.events, replace(recorded.evidence, spans=spans))

    assert (verdict.kind, verdict.code) == ("undecidable", "not_final")


def test_a_breach_is_a_violation_even_before_it_is_final(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    evidence = changed(recorded, fill, with_field("cash", 1))
    spans = {chain: replace(span, final_ms=0) for chain, span in evidence.spans.items()}

    assert verdict_on(fill, recorded.events, replace(evidence, spans=spans)).kind == "violation"


def test_a_call_that_is_not_at_hand_is_missing_data(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]

    verdict = verdict_on(fill, recorded.events, changed(recorded, fill, lambda found: replace(found, call=None)))

    assert (verdict.kind, verdict.code) == ("missing", "call")


def test_a_chain_that_was_not_watched_from_the_award_on_is_missing_data(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    late = {chain: Span(span.last_ms, span.last_ms, span.final_ms) for chain, span in recorded.evidence.spans.items()}

    unseen = verdict_on(fill, recorded.events, Evidence((), {}))
    partly = verdict_on(fill, recorded.events, Evidence((), late))

    assert (unseen.kind, unseen.code) == (partly.kind, partly.code) == ("missing", "blocks")


def test_a_delivery_without_its_lock_at_hand_is_missing_data(recorded: Recorded) -> None:
    fill = fills(recorded, "Delivered")[0]
    kept = tuple(i for i in recorded.evidence.inclusions if i.log("Locked") is None)

    verdict = verdict_on(fill, recorded.events, replace(recorded.evidence, inclusions=kept))

    assert (verdict.kind, verdict.code) == ("missing", "lock")


@pytest.mark.parametrize(
    ("kind", "code"), [("intent.received", "intent"), ("bids.opened", "bid"), ("round.closed", "winners")]
)
def test_records_that_are_not_at_hand_are_missing_data(recorded: Recorded, kind: str, code: str) -> None:
    fill = fills(recorded, "Filled")[0]

    verdict = verdict_on(fill, with_event(recorded, kind, _nothing), recorded.evidence)

    assert (verdict.kind, verdict.code) == ("missing", code)


@pytest.mark.parametrize(
    ("key", "value"), [("quantity", "1"), ("debit", "1"), ("chain", "eip155:5"), ("intent_id", "0" * 64)]
)
def test_an_award_that_differs_from_its_bid_is_a_violation(recorded: Recorded, key: str, value: str) -> None:
    fill = fills(recorded, "Filled")[0]
    events = with_event(recorded, "fill.awarded", lambda body: body | {key: value})

    verdict = verdict_on(fill, events, recorded.evidence)

    assert (verdict.kind, verdict.code) == ("violation", "award")


def test_an_award_to_a_bid_that_did_not_win_is_a_violation(recorded: Recorded) -> None:
    fill = fills(recorded, "Filled")[0]
    events = with_event(recorded, "round.closed", lambda body: body | {"winners": []})

    assert verdict_on(fill, events, recorded.evidence).code == "not_a_winner"


def _awards(event: Event, fill: str) -> bool:
    return event.kind == "fill.awarded" and isinstance(event.body, dict) and event.body["fill"] == fill


def _nothing(_: object) -> None:
    """Leave an event out."""
