"""What kept an intent from being filled: told from the ledger alone, and true when tried."""

from auction.book import Entry
from auction.ledger import Event, Row
from intents.assets import USDC_UNIT
from intents.canonical import Json
from intents.intent import SignedIntent
from intents.lifecycle import State
from solvernet.binding import Binding, binding
from tests.auction.hall import Hall, hall, plain, silent
from tests.venues.calls.stage import signed

DEAR = signed(limit=8.0, quantity=2.0)
CHEAP = signed(limit=0.5, quantity=2.0)


def played(document: SignedIntent, **options: object) -> tuple[Hall, Entry, Binding | None]:
    """Return a run of one round with one intent, until nobody waits for anything, and what kept the intent."""
    here = hall(**options)  # type: ignore[arg-type]
    entry = here.post(document)
    here.play()
    here.live(120)
    here.auctioneer.finish()
    here.noted("")
    return here, entry, binding(rows(here.events), entry.intent_id, document.intent)


def rows(events: list[Event]) -> list[Row]:
    """Return events as a ledger holds them."""
    return [Row(seq=i, event=event, hash="") for i, event in enumerate(events, 1)]


def noted(intent_id: str, *seen: Json, ended: Json) -> list[Row]:
    """Return a ledger of rounds in which the house found what is given, and the end of the intent."""
    found = [Event(n, n, "round.benchmark", {"alone": {intent_id: one}}) for n, one in enumerate(seen, 1)]
    return rows([*found, Event(len(seen), 9, "intent.state", {"intent_id": intent_id, "state": ended})])


def alone(unit_cost: int | None, cause: str | None = "no_solution") -> Json:
    return {"surplus": "0", "cause": cause, "unit_cost": None if unit_cost is None else str(unit_cost)}


def with_limit(limit: int) -> SignedIntent:
    return signed(limit=limit / USDC_UNIT, quantity=2.0)


def test_nothing_keeps_an_intent_that_is_filled() -> None:
    _, entry, kept = played(DEAR)

    assert (entry.state, kept) == (State.FILLED, None)


def test_the_change_of_limit_that_is_named_fills_the_intent_and_one_unit_less_does_not() -> None:
    _, entry, kept = played(CHEAP)
    assert (entry.state, kept and kept.constraint) == (State.EXPIRED, "limit")
    assert kept is not None
    assert kept.change is not None

    enough = CHEAP.intent.limit + kept.change
    _, filled, _ = played(with_limit(enough))
    _, short, again = played(with_limit(enough - 1))

    assert filled.state is State.FILLED
    assert short.state is State.EXPIRED
    assert again is not None
    assert again.change == 1


def test_a_route_that_nobody_bid_for_is_a_matter_of_bids() -> None:
    _, _, kept = played(DEAR, solver=silent)

    assert kept is not None
    assert (kept.constraint, kept.change) == ("bids", None)


def test_a_winner_that_walks_away_is_a_matter_of_settlement() -> None:
    _, _, kept = played(DEAR, walks=("solver",), solver=plain())

    assert kept is not None
    assert (kept.constraint, kept.change) == ("settlement", None)
    assert kept.detail.startswith("solver_fault: ")


def test_of_several_rounds_the_one_that_missed_least_counts() -> None:
    limit = CHEAP.intent.limit

    kept = binding(noted("a", alone(limit + 9), alone(limit + 4), alone(None), ended="expired"), "a", CHEAP.intent)

    assert kept is not None
    assert (kept.constraint, kept.change, kept.round) == ("limit", 4, 2)


def test_what_no_venue_offers_no_limit_buys() -> None:
    kept = binding(noted("a", alone(None, "no_liquidity"), ended="expired"), "a", CHEAP.intent)

    assert kept is not None
    assert (kept.constraint, kept.change) == ("liquidity", None)


def test_who_was_in_no_auction_was_kept_by_nothing_here() -> None:
    assert binding(noted("a", ended="expired"), "a", CHEAP.intent) is None


def test_an_intent_that_ends_in_quarantine_is_told_the_code() -> None:
    why = "house_stalled, until 9: 5000 units of work, 2000 are allowed"
    ended: Json = {"intent_id": "beef", "state": "expired", "cause": "quarantined", "reason": why}
    events = [
        Event(1, 1, "round.benchmark", {"alone": {"beef": alone(None, None)}}),
        Event(2, 9, "intent.state", ended),
    ]

    kept = binding(rows(events), "beef", DEAR.intent)

    assert kept == Binding(constraint="quarantine", detail=why, round=1)
