from itertools import pairwise

import pytest
from pydantic import ValidationError

from intents.errors import IllegalTransitionError
from intents.lifecycle import FINAL_STATES, LAYER_OF_CAUSE, Cause, IntentEvent, State, check_step

STATES = list(State)


def steps_from(state: State) -> set[State]:
    return {after for after in STATES if _allowed(state, after)}


def _allowed(before: State, after: State) -> bool:
    try:
        check_step(before, after)
    except IllegalTransitionError:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    [
        ["received", "open", "in_auction", "awarded", "settling", "filled"],
        ["received", "open", "in_auction", "awarded", "settling", "partially_filled"],
        ["received", "open", "in_auction", "awarded", "settling", "open", "expired"],
        ["received", "open", "in_auction", "open", "cancelled"],
        ["received", "open", "in_auction", "awarded", "settling", "refunded"],
        ["received", "rejected"],
    ],
)
def test_the_ways_of_an_intent_are_open(path: list[str]) -> None:
    steps = [(State(before), State(after)) for before, after in pairwise(path)]

    assert all(_allowed(*step) for step in steps)


@pytest.mark.parametrize("state", sorted(FINAL_STATES - {State.FILLED, State.PARTIALLY_FILLED}))
def test_nothing_follows_an_end_without_a_fill(state: State) -> None:
    assert steps_from(state) == set()


def test_a_fill_whose_block_is_taken_back_is_sought_again_or_ends_without() -> None:
    assert steps_from(State.FILLED) == {State.OPEN}
    assert steps_from(State.PARTIALLY_FILLED) == {State.REFUNDED, State.CANCELLED, State.EXPIRED}


@pytest.mark.parametrize("state", sorted(set(STATES) - FINAL_STATES))
def test_every_other_state_leads_to_a_final_one(state: State) -> None:
    reached, fresh = set(), {state}
    while fresh:
        reached |= fresh
        fresh = set().union(*(steps_from(one) for one in fresh)) - reached

    assert reached & FINAL_STATES


@pytest.mark.parametrize("state", STATES)
def test_no_state_follows_itself(state: State) -> None:
    assert state not in steps_from(state)


def test_illegal_step_says_from_where_to_where() -> None:
    with pytest.raises(IllegalTransitionError, match="from open to filled") as refusal:
        check_step(State.OPEN, State.FILLED)

    assert (refusal.value.before, refusal.value.after) == (State.OPEN, State.FILLED)


def test_every_cause_belongs_to_one_layer() -> None:
    assert set(LAYER_OF_CAUSE) == set(Cause)
    assert set(LAYER_OF_CAUSE.values()) == {"consensus", "oracle", "liquidation", "microstructure", "intents", "user"}


def test_event_round_trips_through_json() -> None:
    event = IntentEvent(
        intent_id="a" * 64, state=State.EXPIRED, time_ms=7, reason="late", cause=Cause.NO_SOLUTION, filled=1
    )

    assert IntentEvent.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    "change", [{"intent_id": "A" * 64}, {"intent_id": "a" * 63}, {"state": "lost"}, {"cause": "bad luck"}]
)
def test_event_refuses_ids_states_and_causes_that_do_not_exist(change: dict[str, str]) -> None:
    fields = {"intent_id": "a" * 64, "state": State.OPEN, "time_ms": 7}

    with pytest.raises(ValidationError):
        IntentEvent.model_validate(fields | change)
