from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.wants import Leg, Package
from solvers.bid import MAX_BATCH_BIDS, MAX_FILLS, Bid
from solvers.routing.problem import Job
from solvers.routing.program import Program
from solvers.solver import Batch, batch_of
from solvers.strategies.matcher import Matcher
from tests.solvers.random_markets import jobs, snapshots, usual_wants
from tests.solvers.rounds import announce
from tests.solvers.small_market import EXPIRY, HOME, STRIKES, amm, dollars, job, market, options, snapshot, view
from venues.snapshot import Holdings, Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT, SHORT_PUT = builders.single(PUT), builders.single(PUT, ratio=-1)


def batch(*wishes: Job, snapshot: Snapshot | None = None) -> Batch:
    return batch_of(announce(snapshot or market(), *wishes), "matcher", b"x")


def solved(made: Batch, **options: float) -> tuple[list[Bid], dict[str, Bid]]:
    """Return the batch bids, and the others by their intent."""
    bids = [bid for bid in Matcher(**options).solve(made) if bid is not None]  # type: ignore[arg-type]
    singles = {bid.intents[0]: bid for bid in bids if len(bid.intents) == 1}
    return [bid for bid in bids if len(bid.intents) > 1], singles


def gain(wish: Job, bid: Bid) -> int:
    fills = [fill for fill in bid.fills if fill.intent_id == wish.intent_id]
    return sum(wish.intent.max_debit(fill.quantity) - fill.debit for fill in fills)


def test_opposite_intents_get_a_bid_together_and_one_each() -> None:
    buyer, seller = job(LONG_PUT, 10, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2)

    together, alone = solved(batch(buyer, seller))

    assert [bid.intents for bid in together] == [(buyer.intent_id, seller.intent_id)]
    assert set(alone) <= {buyer.intent_id, seller.intent_id}


def test_what_a_crossing_saves_is_shared_by_both_owners() -> None:
    buyer, seller = job(LONG_PUT, 10, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2)

    (bid,), _ = solved(batch(buyer, seller), markup_bps=0.0)

    assert gain(buyer, bid) > 0
    assert gain(seller, bid) > 0


def test_the_sheet_has_as_many_batch_bids_as_the_rules_allow_at_most() -> None:
    puts = [builders.option(EXPIRY, strike, right) for strike in STRIKES for right in "P"]
    wishes = []
    for i, name in enumerate(puts):
        wishes.append(job(builders.single(name), 5, 80.0, nonce=2 * i + 1))
        wishes.append(job(builders.single(name, ratio=-1), 5, 0.0, nonce=2 * i + 2))

    together, _ = solved(batch(*wishes))

    assert len(puts) > MAX_BATCH_BIDS
    assert len(together) == MAX_BATCH_BIDS


def test_a_crossing_of_more_intents_than_a_bid_holds_does_not_cost_the_round() -> None:
    sellers = [job(SHORT_PUT, 1, -0.5, nonce=i) for i in range(1, MAX_FILLS + 1)]
    buyer = job(LONG_PUT, MAX_FILLS, 40.0, nonce=99)

    together, alone = solved(batch(buyer, *sellers))

    assert together == []
    assert buyer.intent_id in alone


def test_one_intent_alone_has_nothing_to_cross() -> None:
    together, alone = solved(batch(job(LONG_PUT, 10, 40.0)))

    assert together == []
    assert len(alone) == 1


def test_without_the_optimiser_the_intents_are_still_bid_for_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "solve", lambda *_, **__: None)

    together, alone = solved(batch(job(LONG_PUT, 10, 40.0, nonce=1), job(SHORT_PUT, 10, -0.5, nonce=2)))

    assert together == []
    assert len(alone) == 2


@settings(max_examples=50, deadline=None)
@given(snapshots(), st.data())
def test_a_batch_bid_gives_nobody_less_than_a_bid_alone_and_nobody_pays_more_than_signed(
    market: Snapshot, data: st.DataObject
) -> None:
    wants = st.one_of(usual_wants(), st.sampled_from([LONG_PUT, SHORT_PUT, SHORT_PUT]))
    wishes = [data.draw(jobs(wants, nonce=i)) for i in range(1, 4)]
    together, alone = solved(batch(*wishes, snapshot=market))

    for bid in together:
        for wish in wishes:
            if wish.intent_id in bid.intents:
                assert gain(wish, bid) >= 0
            rival = alone.get(wish.intent_id)
            if rival is not None and wish.intent_id in bid.intents:
                whole, part = (sum(f.quantity for f in b.fills if f.intent_id == wish.intent_id) for b in (rival, bid))
                assert gain(wish, bid) * whole >= gain(wish, rival) * min(whole, part)


def test_bids_for_everything_that_crosses_are_of_whole_lots() -> None:
    buyer, seller = job(LONG_PUT, 3.33, 7.0, nonce=1), job(SHORT_PUT, 10, -5.0, nonce=2)

    (bid,), _ = solved(batch(buyer, seller))

    assert [fill.quantity for fill in bid.fills if fill.intent_id == buyer.intent_id] == [options(3.33)]


def ring_batch(cash: int) -> Batch:
    """Return a round with two opposite calendar spreads: whichever is delivered first leaves the solver short."""
    near, far = PUT, builders.option("24APR20", 120, "P")
    ends = ((near, far, 1.0), (far, near, 8.0))
    swaps = [(Package(legs=(Leg(instrument=a, ratio=1), Leg(instrument=b, ratio=-1))), limit) for a, b, limit in ends]
    wishes = [job(swap, 10, limit, nonce=nonce) for nonce, (swap, limit) in enumerate(swaps, 1)]
    venues = [amm("amm.home", HOME, expiries=(EXPIRY, "24APR20"))]
    alone = replace(view(HOME, venues), holdings={"matcher": Holdings(cash=cash, ether=0, gas=0)})
    return batch(*wishes, snapshot=snapshot(alone))


def test_a_ring_is_bid_for_by_who_can_back_what_it_is_short_of_meanwhile() -> None:
    rich, _ = solved(ring_batch(dollars(10_000)))
    poor, _ = solved(ring_batch(dollars(10)))

    assert [len(bid.intents) for bid in rich] == [2]
    assert poor == []
