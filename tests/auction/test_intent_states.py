"""States of intents in the book: auctioned, ended, cancelled."""

import pytest

from intents.errors import IllegalTransitionError
from intents.lifecycle import Cause, State
from tests.auction.admission import HOUR_MS, book, only, put, walked
from tests.solvers.small_market import NOW_MS, options


def test_an_intent_goes_through_its_life_with_an_event_for_each_step() -> None:
    made = book(put())
    made.drain()

    walked(made, State.IN_AUCTION, State.AWARDED, State.SETTLING, State.FILLED)

    assert [event.state for event in made.drain()] == [
        State.IN_AUCTION,
        State.AWARDED,
        State.SETTLING,
        State.FILLED,
    ]


def test_no_step_of_the_lifecycle_is_skipped() -> None:
    made = book(put())

    with pytest.raises(IllegalTransitionError):
        made.move(only(made), State.FILLED, NOW_MS)

    assert only(made).state is State.OPEN


def test_a_filled_intent_has_no_cause_whatever_went_wrong_before() -> None:
    made = book(put())
    entry = only(made)
    entry.cause, entry.reason = Cause.LATE, "it was late once"

    walked(made, State.IN_AUCTION, State.AWARDED, State.SETTLING, State.FILLED)

    event = made.drain()[-1]
    assert (event.state, event.cause, event.reason) == (State.FILLED, None, "")


def test_intents_are_auctioned_between_their_first_and_their_last_instant() -> None:
    made = book(put(valid_from_ms=NOW_MS + 10, valid_until_ms=NOW_MS + 20))

    assert [bool(made.open_for(NOW_MS + t, NOW_MS + t)) for t in (9, 10, 20, 21)] == [False, True, True, False]


def test_an_intent_is_not_auctioned_that_would_be_awarded_after_its_last_instant() -> None:
    made = book(put(valid_until_ms=NOW_MS + 20))

    assert [bool(made.open_for(NOW_MS, NOW_MS + award)) for award in (20, 21)] == [True, False]


def test_only_open_intents_are_auctioned() -> None:
    made = book(put())

    walked(made, State.IN_AUCTION)

    assert made.open_for(NOW_MS, NOW_MS) == ()


def test_an_intent_expires_after_its_last_instant() -> None:
    made = book(put(valid_until_ms=NOW_MS + 20))
    entry = only(made)

    made.expire(NOW_MS + 20)
    assert entry.state is State.OPEN
    made.expire(NOW_MS + 21)

    assert (entry.state, entry.cause) == (State.EXPIRED, Cause.NO_SOLUTION)
    assert made.drain()[-1].reason == "it was never in an auction"


def test_an_intent_that_is_being_settled_does_not_expire() -> None:
    made = book(put(valid_until_ms=NOW_MS + 20))
    entry = walked(made, State.IN_AUCTION, State.AWARDED, State.SETTLING)

    made.expire(NOW_MS + HOUR_MS)

    assert entry.state is State.SETTLING


def test_an_intent_ends_for_the_reason_known_last() -> None:
    made = book(put())
    entry = only(made)
    entry.cause, entry.reason = Cause.NO_LIQUIDITY, "nobody had enough"

    made.end(entry, NOW_MS)

    event = made.drain()[-1]
    assert (event.state, event.cause, event.reason) == (State.EXPIRED, Cause.NO_LIQUIDITY, "nobody had enough")


def test_an_intent_whose_lock_went_back_ends_as_refunded() -> None:
    made = book(put())
    entry = only(made)
    entry.refunded = True

    made.end(entry, NOW_MS)

    assert entry.state is State.REFUNDED


def test_an_intent_filled_in_part_ends_with_what_it_has_and_why_it_has_no_more() -> None:
    made = book(put())
    entry = only(made)
    entry.filled, entry.refunded = options(2), True

    made.end(entry, NOW_MS)

    event = made.drain()[-1]
    assert (event.state, event.filled, event.cause) == (State.PARTIALLY_FILLED, options(2), Cause.NO_SOLUTION)
    assert event.reason == "what is left of it was never in an auction"


def test_an_open_intent_can_be_cancelled() -> None:
    made = book(put())
    entry = only(made)

    assert made.cancel(entry.intent_id, NOW_MS) is None

    assert (entry.state, entry.cause) == (State.CANCELLED, Cause.CANCELLED)
    assert made.drain()[-1].reason == "cancelled by its owner"


def test_cancelling_what_is_left_keeps_what_was_filled() -> None:
    made = book(put())
    entry = only(made)
    entry.filled = options(2)

    assert made.cancel(entry.intent_id, NOW_MS) is None

    assert (entry.state, entry.cause, entry.filled) == (State.PARTIALLY_FILLED, Cause.CANCELLED, options(2))


def test_an_unknown_intent_cannot_be_cancelled() -> None:
    refusal = book().cancel("0" * 64, NOW_MS)

    assert refusal is not None
    assert refusal.code == "unknown_intent"


@pytest.mark.parametrize(
    "way",
    [(State.IN_AUCTION,), (State.IN_AUCTION, State.AWARDED), (State.IN_AUCTION, State.AWARDED, State.SETTLING)],
)
def test_an_intent_in_an_auction_or_in_settlement_cannot_be_cancelled(way: tuple[State, ...]) -> None:
    made = book(put())
    entry = walked(made, *way)

    refusal = made.cancel(entry.intent_id, NOW_MS)

    assert refusal is not None
    assert refusal.code == "not_open"
    assert entry.state is way[-1]


def test_a_cancellation_again_is_refused() -> None:
    made = book(put())
    made.cancel(only(made).intent_id, NOW_MS)

    refusal = made.cancel(only(made).intent_id, NOW_MS)

    assert refusal is not None
    assert refusal.code == "not_open"


def test_entries_come_in_the_order_of_admission() -> None:
    made = book(put(nonce=3), put(nonce=1), put(nonce=2))

    assert [entry.intent.nonce for entry in made.entries()] == [3, 1, 2]
    assert made.unfinished() == made.entries()
