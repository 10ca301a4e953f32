from auction.journal import Journal
from auction.ledger import Event
from auction.settlement.attribution import Verdict
from auction.settlement.sending import StepEvent
from intents.canonical import canonical_bytes
from intents.lifecycle import Cause, IntentEvent, State

INTENT = "a" * 64


def test_events_carry_the_round_in_which_they_were_noted() -> None:
    journal = Journal()
    journal.note(5, "first", {})
    journal.round = 3
    journal.note(6, "second", {"x": 1})

    assert journal.drain() == (Event(0, 5, "first", {}), Event(3, 6, "second", {"x": 1}))
    assert journal.drain() == ()


def test_a_step_of_an_intent_is_noted_with_what_it_says() -> None:
    journal = Journal()

    journal.note_intents(
        [
            IntentEvent(intent_id=INTENT, state=State.OPEN, time_ms=7),
            IntentEvent(intent_id=INTENT, state=State.EXPIRED, time_ms=8, reason="x", cause=Cause.LATE, filled=10**18),
        ]
    )

    opened, expired = journal.drain()
    assert opened == Event(0, 7, "intent.state", {"intent_id": INTENT, "state": "open", "time_ms": 7})
    assert isinstance(expired.body, dict)
    assert (expired.body["cause"], expired.body["filled"]) == ("late", str(10**18))


def test_amounts_of_gas_are_noted_as_texts_and_what_is_empty_is_left_out() -> None:
    journal = Journal()
    event = StepEvent(
        fill_id="f", step="lock", chain="eip155:1", what="landed", time_ms=9, block=4, price_wei=10**17, cost_wei=10**19
    )

    journal.note_steps([event])

    (noted,) = journal.drain()
    assert noted.time_ms == 9
    assert noted.body == {
        "fill_id": "f",
        "step": "lock",
        "chain": "eip155:1",
        "what": "landed",
        "block": 4,
        "price_wei": str(10**17),
        "cost_wei": str(10**19),
    }


def test_a_verdict_is_noted_with_what_it_cost() -> None:
    journal = Journal()
    verdict = Verdict(
        fill_id="f",
        intent_id=INTENT,
        solver="s",
        cause=Cause.SOLVER_FAULT,
        responsible="solver",
        but_for=True,
        detail="it won and sent no transaction",
    )

    journal.note_verdict(11, verdict, 12_345)

    (noted,) = journal.drain()
    assert isinstance(noted.body, dict)
    assert (noted.kind, noted.time_ms) == ("fill.failed", 11)
    assert (noted.body["slashed"], noted.body["but_for"], noted.body["cause"]) == ("12345", True, "solver_fault")


def test_everything_noted_is_canonical_json() -> None:
    journal = Journal()
    journal.note_steps([StepEvent(fill_id="f", step="lock", chain="c", what="sent", time_ms=1, price_wei=2**200)])
    journal.note_intents([IntentEvent(intent_id=INTENT, state=State.OPEN, time_ms=1)])

    assert all(canonical_bytes(event.body) for event in journal.drain())
