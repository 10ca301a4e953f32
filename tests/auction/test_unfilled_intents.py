"""Intents that an auctioneer could not fill, or not wholly, and how they end."""

from intents.lifecycle import Cause, State
from tests.auction.hall import AWARD_DELAY_MS, hall, plain, silent
from tests.auction.test_auctioneer import GOOD, body
from tests.venues.calls.stage import DEADLINE_MS, options, signed
from tests.venues.small_world import START_MS


def test_without_a_bid_an_intent_stays_open_and_says_what_it_missed() -> None:
    here = hall(solver=silent)
    entry = here.post(signed(**GOOD))

    here.play()

    assert (entry.state, entry.cause) == (State.OPEN, Cause.NO_SOLUTION)
    assert entry.reason.startswith("no valid bid, though a route would have gained ")


def test_without_a_route_an_intent_says_why() -> None:
    here = hall()
    entry = here.post(signed(limit=0.5, quantity=2.0))

    here.play()

    assert entry.state is State.OPEN
    assert entry.reason.startswith("the cheapest way costs ")


def test_what_a_failed_settlement_left_open_keeps_its_cause() -> None:
    here = hall(walks=["solver"])
    entry = here.post(signed(**GOOD))
    here.play()
    here.live(120)
    here.strategies = {"solver": silent}

    here.play()

    assert entry.cause is Cause.SOLVER_FAULT


def test_the_rest_of_an_intent_is_auctioned_again() -> None:
    here = hall(solver=plain(engine="greedy"))
    entry = here.post(signed(limit=8.0, quantity=50.0))

    here.play()
    here.live(60)
    first = entry.filled
    here.play()
    here.live(60)

    assert 0 < first < options(50)
    assert first < entry.filled <= options(50)


def test_an_intent_that_is_filled_in_part_ends_with_its_part() -> None:
    here = hall(solver=plain(engine="greedy"))
    entry = here.post(signed(limit=8.0, quantity=50.0))
    here.play()
    here.live(60)

    here.auctioneer.finish()

    assert entry.state is State.PARTIALLY_FILLED
    last = body(here.noted("intent.state")[-1])
    assert (last["state"], last["filled"]) == ("partially_filled", str(entry.filled))
    assert last["cause"]


def test_intents_that_are_open_at_the_end_of_the_run_end() -> None:
    here = hall(solver=silent)
    entry = here.post(signed(**GOOD))
    here.play()

    here.auctioneer.finish()

    assert entry.state is State.EXPIRED
    assert here.auctioneer.is_idle()


def test_an_intent_is_not_awarded_after_its_last_instant() -> None:
    here = hall()
    entry = here.post(signed(**GOOD))
    here.live((DEADLINE_MS - START_MS - AWARD_DELAY_MS) // 1000 + 1)

    announcement = here.open()

    assert announcement.time_ms < DEADLINE_MS
    assert announcement.intents == ()
    assert entry.state is State.OPEN


def test_an_intent_whose_time_is_over_expires_at_the_next_round() -> None:
    here = hall()
    entry = here.post(signed(**GOOD))
    here.live((DEADLINE_MS - START_MS) // 1000 + 1)

    here.open()

    assert entry.state is State.EXPIRED


def test_an_intent_can_be_cancelled_between_rounds_but_not_in_one() -> None:
    here = hall()
    first, second = here.post(signed(**GOOD)), here.post(signed(nonce=2, **GOOD))

    assert here.auctioneer.cancel(first.intent_id) is None
    announcement = here.open()
    refusal = here.auctioneer.cancel(second.intent_id)

    assert [item.intent_id for item in announcement.intents] == [second.intent_id]
    assert refusal is not None
    assert refusal.code == "not_open"
    assert [body(event)["done"] for event in here.noted("intent.cancel")] == [True, False]
