"""Whole rounds in one process: from posting to settlement, with honest solvers and others."""

import pytest

from auction.book import Entry, Refusal
from auction.breaker import FIRST_MS
from auction.house import absent
from auction.ledger import GENESIS, chain_hash
from intents.lifecycle import Cause, State
from intents.signing import sign
from tests.auction.hall import AWARD_DELAY_MS, BOND, Hall, hall, plain, silent
from tests.venues.calls.stage import DEADLINE_MS, OWNER, VAULT, dollars, options, signed
from tests.venues.small_world import L1, L2, PUT, START_MS
from venues.seeds import seed_bytes

GOOD = {"limit": 8.0, "quantity": 2.0}


def body(event: object) -> dict[str, object]:
    found = event.body  # type: ignore[attr-defined]
    assert isinstance(found, dict)
    return found


def test_an_intent_is_posted_auctioned_settled_and_filled() -> None:
    here = hall()
    entry = here.post(signed(**GOOD))

    awards = here.play()
    here.live(60)

    world = here.auctioneer.world
    held = {name: world.state(name).clearing.account(OWNER.address).positions for name in (L1, L2)}
    assert awards["solver"].won == (0,)
    assert (entry.state, entry.filled) == (State.FILLED, options(2))
    assert {PUT: options(2)} in held.values()
    assert here.auctioneer.book.unfinished() == ()


def test_everything_that_happens_is_noted_in_its_order() -> None:
    here = hall()
    here.post(signed(**GOOD))

    here.play()
    here.live(60)

    kinds = [event.kind for event in here.auctioneer.drain() if event.kind not in {"intent.state", "step"}]
    assert kinds == [
        "intent.received",
        "round.opened",
        "bids.opened",
        "round.benchmark",
        "bids.judged",
        "round.closed",
        "decision",
        "fill.awarded",
        "fill.delivered",
    ]


def test_the_intent_goes_through_its_states_in_the_notes() -> None:
    here = hall()
    here.post(signed(**GOOD))

    here.play()
    here.live(60)

    assert [body(event)["state"] for event in here.noted("intent.state")] == [
        "received",
        "open",
        "in_auction",
        "awarded",
        "settling",
        "filled",
    ]


def test_the_owner_pays_what_the_winner_bid_and_no_more_than_the_limit() -> None:
    here = hall()
    here.post(signed(**GOOD))

    here.play()
    here.live(3600)

    (award,) = here.noted("fill.awarded")
    paid = VAULT - here.auctioneer.world.state(L1).escrow.vault(OWNER.address)
    assert paid == int(str(body(award)["debit"])) <= dollars(16)


def test_the_award_comes_its_delay_after_the_snapshot() -> None:
    here = hall()
    here.post(signed(**GOOD))

    here.play()

    assert here.auctioneer.world.now_ms == START_MS + AWARD_DELAY_MS
    (award,) = here.noted("fill.awarded")
    assert award.time_ms == START_MS + AWARD_DELAY_MS


def test_the_cheaper_solver_wins() -> None:
    here = hall(solver=plain(40), rival=plain(10))
    here.post(signed(**GOOD))

    awards = here.play()

    assert (awards["rival"].won, awards["solver"].won) == ((0,), ())
    assert awards["solver"].results[0].code == "outbid"


def test_who_walks_away_is_slashed_and_kept_out_and_the_intent_is_filled_by_another() -> None:
    here = hall(walks=["solver"], solver=plain(0), rival=plain(20))
    entry = here.post(signed(**GOOD))

    assert here.play()["solver"].won == (0,)
    here.live(120)
    assert (entry.state, entry.cause) == (State.OPEN, Cause.SOLVER_FAULT)
    second = here.play()
    here.live(120)

    assert second["solver"].results[0].code == "suspended"
    assert second["rival"].won == (0,)
    assert (entry.state, entry.attempts) == (State.FILLED, 2)
    assert here.auctioneer.world.state(L2).escrow.bonds["solver"] < BOND
    assert [verdict.solver for verdict in here.auctioneer.verdicts()] == ["solver"]


def test_a_suspension_ends() -> None:
    here = hall(walks=["solver"])
    here.post(signed(**GOOD))
    here.play()
    here.live(FIRST_MS // 1000 + 120)
    here.walks = frozenset()
    document = signed(nonce=2, **GOOD)
    late = document.intent.model_copy(update={"valid_until_ms": DEADLINE_MS + 10 * FIRST_MS})
    here.post(sign(late, OWNER))

    assert here.play()["solver"].won == (0,)


def test_a_refused_intent_is_noted_with_the_reason() -> None:
    here = hall()

    answer = here.auctioneer.receive(signed(quantity=100_000.0))

    assert isinstance(answer, Refusal)
    (event,) = here.noted("intent.refused")
    assert (body(event)["code"], body(event)["intent_id"]) == ("insufficient_funds", answer.intent_id)


def test_an_owner_on_a_chain_that_is_not_here_is_refused() -> None:
    here = hall()
    document = signed(**GOOD)
    stranger = sign(document.intent.model_copy(update={"home": "eip155:7"}), OWNER)

    answer = here.auctioneer.receive(stranger)

    assert isinstance(answer, Refusal)
    assert answer.code == "unknown_chain"


def test_the_seed_of_the_ties_is_committed_to_before_the_bids_and_revealed_after() -> None:
    here = hall()
    here.post(signed(**GOOD))

    here.play()

    (opened,), (closed,) = here.noted("round.opened"), here.noted("round.closed")
    revealed = str(body(closed)["tie_seed"])
    assert body(opened)["tie_commitment"] == seed_bytes("commitment", revealed).hex()
    assert "tie_seed" not in body(opened)


@pytest.mark.parametrize("looks", [True, False])
def test_no_more_is_awarded_than_the_bound_that_is_noted(looks: bool) -> None:
    here = hall()
    here.post(signed(**GOOD))
    announcement = here.open()
    house = here.house(announcement) if looks else absent(here.auctioneer.jobs())

    here.auctioneer.close_round(here.sheets(announcement), {}, house)

    (bound,), (closed,) = here.noted("round.benchmark"), here.noted("round.closed")
    assert int(str(body(bound)["first_best"])) >= int(str(body(closed)["score"])) > 0


def test_faults_of_solvers_are_noted() -> None:
    here = hall(solver=silent)
    here.post(signed(**GOOD))
    announcement = here.open()

    here.auctioneer.close_round([], {"solver": "timed out", "rival": "crashed"}, here.house(announcement))

    assert [body(event) for event in here.noted("solver.fault")] == [
        {"solver": "rival", "fault": "crashed"},
        {"solver": "solver", "fault": "timed out"},
    ]


def test_a_solver_that_does_not_decide_has_not_settled() -> None:
    here = hall()
    entry = here.post(signed(**GOOD))
    announcement = here.open()
    here.auctioneer.close_round(here.sheets(announcement), {}, here.house(announcement))

    here.auctioneer.settle({})
    here.live(120)

    assert entry.cause is Cause.SOLVER_FAULT


def test_rounds_are_opened_closed_and_settled_in_that_order() -> None:
    here = hall()

    with pytest.raises(RuntimeError, match="no round is open"):
        here.auctioneer.close_round([], {}, absent(()))
    announcement = here.open()
    with pytest.raises(RuntimeError, match="no round was closed"):
        here.auctioneer.settle({})

    assert announcement.intents == ()


def play(here: Hall) -> list[object]:
    """Play three rounds with two owners' wishes and one broken word, and return all events."""
    here.post(signed(**GOOD))
    here.post(signed(nonce=2, limit=6.5, quantity=30.0))
    for number in range(3):
        here.play()
        here.live(100)
        if number == 0:
            here.post(signed(nonce=3, limit=7.0, quantity=1.0))
    here.auctioneer.finish()
    here.live(7200)
    return list(here.auctioneer.drain())


def test_the_same_run_again_has_the_same_events() -> None:
    runs = [play(hall(walks=["rival"], solver=plain(12), rival=plain(3))) for _ in range(2)]

    heads = []
    for events in runs:
        head = GENESIS
        for event in events:
            head = chain_hash(head, event)  # type: ignore[arg-type]
        heads.append(head)
    assert heads[0] == heads[1]


def test_after_a_run_nothing_is_under_way_and_no_money_is_lost() -> None:
    here = hall(walks=["rival"], solver=plain(12), rival=plain(3))
    world = here.auctioneer.world
    before = sum(world.state(name).totals()[0] for name in (L1, L2))

    play(here)

    assert here.auctioneer.is_idle()
    assert {entry.state for entry in here.auctioneer.book.entries()} <= {
        State.FILLED,
        State.PARTIALLY_FILLED,
        State.EXPIRED,
        State.REFUNDED,
    }
    locks = [lock.state for lock in world.state(L1).escrow.locks.values()]
    assert "locked" not in locks
    assert sum(world.state(name).totals()[0] for name in (L1, L2)) == before


def test_no_owner_does_worse_than_they_signed() -> None:
    here = hall(walks=["rival"], solver=plain(12), rival=plain(3))

    play(here)

    owned = sum(
        here.auctioneer.world.state(name).clearing.account(OWNER.address).positions.get(PUT, 0) for name in (L1, L2)
    )
    entries: tuple[Entry, ...] = here.auctioneer.book.entries()
    paid = VAULT - here.auctioneer.world.state(L1).escrow.vault(OWNER.address)
    assert owned == sum(entry.filled for entry in entries) > 0
    assert paid <= sum(entry.intent.max_debit(entry.filled) for entry in entries)


def test_bids_that_held_can_be_looked_at_until_the_settlement() -> None:
    here = hall()
    here.post(signed(**GOOD))
    announcement = here.open()
    assert here.auctioneer.scored() == ()

    here.auctioneer.close_round(here.sheets(announcement), {}, here.house(announcement))

    assert [scored.bid.solver for scored in here.auctioneer.scored()] == ["solver"]
