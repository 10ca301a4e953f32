from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.book import Entry, IntentBook, Refusal
from intents import builders
from intents.intent import SignedIntent
from intents.lifecycle import FINAL_STATES, Cause, State
from intents.wants import Leg, Package
from tests.auction.admission import LISTING, LONG_PUT, book, only, put, rich, walked
from tests.auction.stage import CALL, PUT, signed
from tests.solvers.small_market import AWAY, EXPIRY, HOME, ISLAND, NOW_MS, OTHER, OWNER, dollars, options


def forged() -> SignedIntent:
    document = put()
    other = signed(LONG_PUT, 6, 12.0)
    return document.model_copy(update={"signature": other.signature})


def test_an_intent_that_can_be_traded_and_paid_for_is_open() -> None:
    made = IntentBook(LISTING)

    entry = made.admit(put(), NOW_MS, rich())

    assert isinstance(entry, Entry)
    assert (entry.state, entry.remaining, entry.received_ms) == (State.OPEN, options(5), NOW_MS)
    assert entry.intent_id in made
    assert [event.state for event in made.drain()] == [State.RECEIVED, State.OPEN]
    assert made.drain() == ()


REFUSED: dict[str, tuple[Callable[[], SignedIntent], str]] = {
    "signed by nobody": (forged, "bad_signature"),
    "too late": (lambda: put(valid_until_ms=NOW_MS), "past_deadline"),
    "home unknown": (lambda: put(home=ISLAND), "unknown_chain"),
    "delivery on a chain unknown": (lambda: put(chains=(HOME, ISLAND)), "unknown_chain"),
    "venue unknown": (lambda: put(venues=("amm.home", "nowhere")), "unknown_venue"),
    "series unknown": (lambda: signed(builders.single("ETH-27MAR20-1-P"), 1, 1.0), "unknown_series"),
    "expiry unknown": (lambda: signed(builders.hedge("26JUN20", 120), 1, 50.0), "unknown_series"),
    "no amount of cash is enough": (lambda: signed(builders.single(CALL, ratio=-1), 1, -1.0), "unbounded_loss"),
    "limit of nothing": (lambda: put(0.01, 0.00005), "senseless_limit"),
    "more than the vault holds": (lambda: put(1000, 12.0), "insufficient_funds"),
    "collateral beyond the vault": (lambda: signed(builders.single(PUT, ratio=-1), 200, -5.0), "insufficient_funds"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_intent_that_cannot_be_taken_is_refused_with_the_reason(name: str) -> None:
    make, code = REFUSED[name]

    answer = IntentBook(LISTING).admit(make(), NOW_MS, rich() | rich(chain=ISLAND))

    assert isinstance(answer, Refusal)
    assert answer.code == code
    assert answer.detail


def test_an_intent_on_a_series_that_has_expired_is_refused() -> None:
    late_ms = 1_586_000_000_000

    answer = IntentBook(LISTING).admit(put(valid_until_ms=late_ms + 1), late_ms, rich())

    assert isinstance(answer, Refusal)
    assert answer.code == "expired_series"


def test_an_intent_without_a_valid_signature_leaves_no_trace() -> None:
    made = IntentBook(LISTING)

    made.admit(forged(), NOW_MS, rich())

    assert made.entries() == ()
    assert made.drain() == ()


def test_a_well_signed_intent_that_is_refused_can_be_asked_about() -> None:
    made = IntentBook(LISTING)

    answer = made.admit(put(1000), NOW_MS, rich())

    assert isinstance(answer, Refusal)
    assert answer.intent_id is not None
    entry = made[answer.intent_id]
    assert (entry.state, entry.cause, entry.reason) == (State.REJECTED, Cause.REJECTED, "insufficient_funds")
    assert [event.state for event in made.drain()] == [State.RECEIVED, State.REJECTED]


def test_ether_is_always_listed() -> None:
    assert isinstance(
        IntentBook(LISTING).admit(signed(builders.collar(EXPIRY, 120, 140), 1, 200.0), NOW_MS, rich()), Entry
    )


def test_the_same_intent_again_is_the_same_entry_and_nothing_happens() -> None:
    made = book(put())
    made.drain()

    again = made.admit(put(), NOW_MS + 5, {})

    assert again is only(made)
    assert made.drain() == ()


def test_a_refused_intent_again_is_refused_for_the_same_reason() -> None:
    made = IntentBook(LISTING)
    made.admit(put(1000), NOW_MS, rich())
    made.drain()

    again = made.admit(put(1000), NOW_MS, rich(10**6))

    assert isinstance(again, Refusal)
    assert again.code == "insufficient_funds"
    assert made.drain() == ()


def test_another_intent_with_a_used_nonce_is_refused_and_not_recorded() -> None:
    made = book(put())

    answer = made.admit(put(6), NOW_MS, rich())

    assert isinstance(answer, Refusal)
    assert answer.code == "nonce_used"
    assert len(made.entries()) == 1


def test_a_refused_intent_does_not_use_up_its_nonce() -> None:
    made = IntentBook(LISTING)
    assert isinstance(made.admit(put(1000), NOW_MS, rich()), Refusal)

    assert isinstance(made.admit(put(5), NOW_MS, rich()), Entry)


def test_a_nonce_stays_used_when_its_intent_has_ended() -> None:
    made = book(put())
    assert made.cancel(only(made).intent_id, NOW_MS) is None

    answer = made.admit(put(6), NOW_MS, rich())

    assert isinstance(answer, Refusal)
    assert answer.code == "nonce_used"


def test_owners_do_not_share_nonces() -> None:
    made = book(put())

    assert isinstance(made.admit(put(owner=OTHER.address), NOW_MS, rich(owner=OTHER.address)), Entry)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=12))
def test_a_nonce_belongs_to_the_first_intent_that_was_taken_with_it(sent: list[tuple[int, int]]) -> None:
    made = IntentBook(LISTING)
    first: dict[int, int] = {}

    for nonce, size in sent:
        answer = made.admit(put(size, nonce=nonce), NOW_MS, rich())
        assert isinstance(answer, Entry) == (first.setdefault(nonce, size) == size)

    assert sorted((e.intent.nonce, e.intent.quantity // options(1)) for e in made.entries()) == sorted(first.items())


def test_what_open_intents_may_take_is_not_free() -> None:
    made = book(put(5, 12.0))

    refused = made.admit(put(5, 12.0, nonce=2), NOW_MS, rich(119.99))
    taken = made.admit(put(5, 12.0, nonce=3), NOW_MS, rich(120.0))

    assert isinstance(refused, Refusal)
    assert refused.detail == f"the escrow needs {dollars(60)}, the vault has {dollars(59.99)} free"
    assert isinstance(taken, Entry)
    assert made.reserved(OWNER.address, HOME) == dollars(120)


def test_collateral_is_reserved_less_what_the_owner_is_sure_to_receive() -> None:
    made = book(signed(builders.single(PUT, ratio=-1), 2, -5.0))

    assert made.reserved(OWNER.address, HOME) == dollars(2 * (120 - 5))


def test_what_is_delivered_is_no_longer_reserved() -> None:
    made = book(put(5, 12.0))
    only(made).filled = options(3)

    assert made.reserved(OWNER.address, HOME) == dollars(24)


@pytest.mark.parametrize("state", sorted(FINAL_STATES - {State.REJECTED, State.FILLED}))
def test_an_intent_that_has_ended_reserves_nothing(state: State) -> None:
    made = book(put())

    walked(made, state)

    assert made.reserved(OWNER.address, HOME) == 0
    assert made.unfinished() == ()


def test_reservations_are_by_owner_and_home() -> None:
    made = IntentBook(LISTING)
    assert isinstance(made.admit(put(), NOW_MS, rich()), Entry)
    assert isinstance(made.admit(put(nonce=2, home=AWAY), NOW_MS, rich(chain=AWAY)), Entry)

    assert made.reserved(OWNER.address, AWAY) == dollars(60)
    assert made.reserved(OWNER.address.lower(), HOME) == dollars(60)
    assert made.reserved(OTHER.address, HOME) == 0


def test_legs_in_any_order_are_listed() -> None:
    want = Package(legs=(Leg(instrument=CALL, ratio=1), Leg(instrument=PUT, ratio=2)))

    assert isinstance(IntentBook(LISTING).admit(signed(want, 1, 40.0), NOW_MS, rich()), Entry)
