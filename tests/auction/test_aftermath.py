"""What follows an award: owners are credited or refunded, solvers slashed and suspended."""

from dataclasses import replace

import pytest
from immutables import Map

from auction.book import Entry
from auction.breaker import FIRST_MS
from intents.lifecycle import Cause, State
from tests.auction.court import BOND, Court, court
from tests.auction.settlement.course import POLICY, STEADY, STORM, plan, world
from tests.venues.calls.stage import OWNER, VAULT, dollars, options, orders, signed, terms
from tests.venues.small_world import L1, L2, MINUTE_MS, QUIET, START_MS
from venues.chains.presets import ROLLUP_2S


def test_a_delivery_is_credited_and_fills_the_intent() -> None:
    here = court()
    document = signed(quantity=2.0)
    entry = here.entry(document)
    here.begin(plan(here.world, terms(document)))

    here.live(60)

    assert (entry.state, entry.filled, entry.remaining) == (State.FILLED, options(2), 0)
    assert here.noted("fill.delivered") == [{"fill": "fill", "intent_id": entry.intent_id, "quantity": str(options(2))}]
    assert here.aftermath.verdicts == []


def test_an_intent_is_being_settled_from_the_award_on() -> None:
    here = court()
    document = signed(quantity=2.0)
    entry = here.entry(document)

    here.begin(plan(here.world, terms(document)))

    assert (entry.state, entry.attempts) == (State.SETTLING, 1)


def test_what_is_left_of_an_intent_is_open_again() -> None:
    here = court()
    entry = here.entry(signed())
    here.begin(plan(here.world, terms()))

    here.live(60)

    assert (entry.state, entry.filled, entry.remaining) == (State.OPEN, options(2), options(8))
    assert not entry.has_failed


def test_an_intent_moves_on_only_when_all_its_fills_are_concluded() -> None:
    here = court(away=replace(ROLLUP_2S, interval_ms=7_000))
    entry = here.entry(signed())
    one, two = terms(fill_id="one"), terms(fill_id="two", chain=L2)
    here.begin(plan(here.world, one), plan(here.world, two))

    here.live(11)
    assert (entry.state, entry.filled) == (State.SETTLING, options(2))
    here.live(60)
    assert (entry.state, entry.filled) == (State.OPEN, options(4))


def test_the_award_is_noted_with_its_bond() -> None:
    here = court()
    document = signed(quantity=2.0)
    entry = here.entry(document)

    here.begin(plan(here.world, terms(document)))

    (body,) = here.noted("fill.awarded")
    assert (body["fill"], body["intent_id"], body["solver"]) == ("fill", entry.intent_id, "solver")
    assert (body["quantity"], body["debit"]) == (str(options(2)), str(dollars(11)))
    assert body["deliver_by"] == START_MS + POLICY.delivery_window_ms
    assert int(str(body["bond"])) > 0


def test_a_failure_of_the_environment_costs_the_solver_nothing() -> None:
    here = court(home=replace(STEADY, interval_ms=20 * MINUTE_MS))
    entry = here.entry(signed())
    here.begin(plan(here.world, terms()))

    here.live(3600)

    assert (entry.state, entry.cause, entry.has_failed) == (State.OPEN, Cause.LATE, True)
    assert here.world.state(L2).escrow.bonds["solver"] == BOND
    assert not here.breaker.is_suspended("solver", here.world.now_ms)
    assert here.executor.is_idle()


def test_who_walks_away_pays_the_owner_the_whole_bond_of_the_fill_and_is_suspended() -> None:
    here = court()
    entry = here.entry(signed())
    here.begin(plan(here.world, terms()), walks=True)
    (award,) = here.noted("fill.awarded")
    staked = int(str(award["bond"]))

    here.live(120)

    assert (entry.state, entry.cause) == (State.OPEN, Cause.SOLVER_FAULT)
    assert here.world.state(L2).escrow.bonds["solver"] == BOND - staked
    assert here.world.state(L2).escrow.vault(OWNER.address) == staked
    assert here.breaker.is_suspended("solver", here.world.now_ms)
    events = here.journal.drain()
    (failure,) = [event.body for event in events if event.kind == "fill.failed"]
    (suspension,) = [event for event in events if event.kind == "solver.suspended"]
    assert isinstance(failure, dict)
    assert (failure["slashed"], failure["but_for"], failure["responsible"]) == (str(staked), True, "solver")
    assert suspension.body == {"solver": "solver", "until": suspension.time_ms + FIRST_MS}


def test_who_walks_away_from_what_would_not_have_landed_pays_a_quarter() -> None:
    here = court(home_steps=(QUIET, STORM))
    here.entry(signed())
    here.begin(plan(here.world, terms()), walks=True)
    (award,) = here.noted("fill.awarded")

    here.live(600)

    taken = int(str(award["bond"])) * 25 // 100
    assert here.world.state(L2).escrow.bonds["solver"] == BOND - taken
    assert [body["slashed"] for body in here.noted("fill.failed")] == [str(taken)]


def test_a_slash_takes_no_more_than_is_staked() -> None:
    here = court(bonds=1000)
    here.entry(signed())
    here.begin(plan(here.world, terms()), walks=True)

    here.live(120)

    assert here.world.state(L2).escrow.bonds["solver"] == 0
    assert here.world.state(L2).escrow.vault(OWNER.address) == 1000


def test_a_solver_that_has_moved_its_cash_away_is_slashed_like_one_that_walks_away() -> None:
    here = court()
    home = here.world.chain(L1)
    here.entry(signed())
    here.begin(plan(here.world, terms(price=1.0)))
    (award,) = here.noted("fill.awarded")
    accounts = home.state.clearing.accounts.delete("solver")
    home.state = replace(home.state, clearing=replace(home.state.clearing, accounts=accounts))

    here.live(120)

    assert [verdict.cause for verdict in here.aftermath.verdicts] == [Cause.SOLVER_FAULT]
    assert here.world.state(L2).escrow.vault(OWNER.address) == int(str(award["bond"]))


def undelivered(here: Court) -> Entry:
    """Begin a fill elsewhere that is locked at home and fails where it is to be delivered."""
    entry = here.entry(signed())
    owed = terms(chain=L2)
    here.begin(plan(here.world, owed, sent=orders(owed, price=4.0)))
    return entry


def test_after_a_failed_delivery_the_owner_gets_the_lock_back() -> None:
    here = court()
    entry = undelivered(here)

    here.live(60)
    assert here.world.state(L1).escrow.vault(OWNER.address) == VAULT - dollars(11)
    assert (entry.state, entry.refunded, entry.cause) == (State.OPEN, True, Cause.SLIPPAGE)
    here.live(3600)

    assert here.world.state(L1).escrow.vault(OWNER.address) == VAULT
    assert here.world.state(L1).escrow.filled[entry.intent_id] == 0
    assert here.executor.is_idle()


def test_no_refund_is_sent_before_a_timely_proof_could_have_arrived() -> None:
    here = court()
    undelivered(here)

    here.live(3600)

    refunds = [body for body in here.journal.drain() if body.kind == "step" and "refund" in str(body.body)]
    due_ms = POLICY.deadlines(world(), START_MS, L1, L2).refund_ms
    assert refunds
    assert all(event.time_ms >= due_ms for event in refunds)


def test_an_intent_whose_lock_was_never_made_is_not_refunded() -> None:
    here = court(home=replace(STEADY, interval_ms=20 * MINUTE_MS))
    entry = here.entry(signed())
    here.begin(plan(here.world, terms(chain=L2)))

    here.live(3600)

    assert (entry.state, entry.refunded, entry.cause) == (State.OPEN, False, Cause.LATE)
    assert here.world.state(L1).escrow.locks == Map()


def test_one_fault_of_several_in_a_row_suspends_once() -> None:
    here = court()
    document, other = signed(nonce=1), signed(nonce=2)
    here.entry(document)
    here.entry(other)
    here.begin(
        plan(here.world, terms(document, fill_id="one")), plan(here.world, terms(other, fill_id="two")), walks=True
    )

    here.live(120)

    untils = {body["until"] for body in here.noted("solver.suspended")}
    assert len(here.aftermath.verdicts) == 2
    assert len(untils) == 1


@pytest.mark.parametrize("chain", [L1, L2])
def test_money_is_conserved_whatever_becomes_of_a_fill(chain: str) -> None:
    here = court()
    here.entry(signed())
    owed = terms(chain=chain)
    before = [here.world.state(name).totals()[0] for name in (L1, L2)]
    here.begin(plan(here.world, owed, sent=orders(owed, price=4.0)))

    here.live(3600)

    assert [here.world.state(name).totals()[0] for name in (L1, L2)] == before
