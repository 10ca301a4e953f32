"""Checks of bids: what an honest bid scores, and what becomes of one that somebody has tampered with."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.scoring import Dropped, Scored, Tender, check, execute, plans_of
from intents import builders
from intents.assets import OPTION_UNIT
from intents.signing import intent_id
from solvers.bid import Bid
from tests.auction.stage import (
    CALL,
    PUT,
    RICH,
    RIVAL,
    SOLVER,
    batch,
    bid,
    held,
    joined,
    roomy,
    signed,
    states,
    tampered,
    tender,
)
from tests.solvers.small_market import AWAY, EXPIRY, HOME, ISLAND, OTHER, amm, dollars, market, options, pool, view
from venues.chains.transaction import Reverted
from venues.clearing import Account
from venues.markets.venue import Claim, Order
from venues.snapshot import Snapshot

STRANGER = builders.option(EXPIRY, 1, "P")


LONG_PUT, LONG_CALL = builders.single(PUT), builders.single(CALL)


CASH = {(name, chain): RICH.cash for name in (SOLVER, RIVAL) for chain in (HOME, AWAY)}


def one(**fields: object) -> Tender:
    """Return a round with one intent for five puts at a good price."""
    return tender(signed(LONG_PUT, 5, 12.0, **fields))


def away() -> Tender:
    """Return a round with one intent that may be delivered away from home only."""
    return tender(signed(LONG_PUT, 5, 30.0, chains=(AWAY,)))


def orders(honest: Bid, **fields: object) -> tuple[Order, ...]:
    """Return the orders of a bid's first fill, each with fields replaced."""
    return tuple(replace(order, **fields) for order in honest.fills[0].orders)  # type: ignore[arg-type]


def code(made: Tender, answered: Bid) -> str:
    answer = check(answered, 0, made)
    assert isinstance(answer, Dropped), answer
    assert answer.detail
    return answer.code


Tamper = Callable[[Bid], Bid]


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "wrong round": (lambda b: b.model_copy(update={"round": 2}), "wrong_round"),
    "same intent twice on a chain": (lambda b: b.model_copy(update={"fills": b.fills * 2}), "duplicate_fill"),
    "unknown intent": (lambda b: tampered(b, intent_id="0" * 64), "unknown_intent"),
    "overfill": (lambda b: tampered(b, quantity=options(5.01)), "overfill"),
    "off the lot grid": (lambda b: tampered(b, quantity=options(5) - 1), "off_lot"),
    "zero quantity": (lambda b: tampered(b, quantity=0), "terms"),
    "one leg missing": (lambda b: tampered(b, legs={}), "terms"),
    "another leg": (lambda b: tampered(b, legs={CALL: options(5)}), "terms"),
    "a leg too small": (lambda b: tampered(b, legs={PUT: options(5) - 1}), "terms"),
    "a leg too many": (lambda b: tampered(b, legs={PUT: options(5), CALL: 1}), "terms"),
    "debit above the limit": (lambda b: tampered(b, debit=dollars(60) + 1), "terms"),
    "no bridge there": (lambda b: tampered(b, chain=ISLAND), "unreachable"),
    "unknown venue": (lambda b: tampered(b, orders=orders(b, venue="nowhere")), "unknown_venue"),
    "venue of another chain": (lambda b: tampered(b, orders=orders(b, venue="amm.away")), "unknown_venue"),
    "order for nothing": (lambda b: tampered(b, orders=orders(b, quantity=0)), "unknown_instrument"),
    "order for a stranger": (lambda b: tampered(b, orders=orders(b, instrument=STRANGER)), "unknown_instrument"),
    "order for no option": (lambda b: tampered(b, orders=orders(b, instrument="rubbish")), "unknown_instrument"),
    "bound too tight": (lambda b: tampered(b, orders=orders(b, bound=dollars(1))), "bound"),
    "more than the venue takes": (lambda b: tampered(b, orders=orders(b, quantity=options(1000))), "bound"),
    "more than any number": (lambda b: tampered(b, orders=orders(b, quantity=2**255)), "bound"),
    "a present beyond its means": (lambda b: tampered(b, debit=-dollars(20_000_000)), "simulation"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_bid_is_dropped_with_the_reason(name: str) -> None:
    made = one()
    tamper, expected = TAMPERED[name]

    assert code(made, tamper(bid(made))) == expected


def test_an_honest_bid_holds() -> None:
    made = one()

    assert isinstance(check(bid(made), 0, made), Scored)


def test_a_bid_at_a_venue_that_the_owner_does_not_allow_is_dropped() -> None:
    honest, picky = bid(one()), one(venues=("pool.home",))
    (name,) = picky.intents

    assert code(picky, tampered(honest, intent_id=name)) == "venue_not_allowed"


def test_a_bid_on_a_chain_that_the_owner_does_not_allow_is_dropped() -> None:
    made = away()
    (name,) = made.intents
    at_home = tampered(bid(one()), intent_id=name)

    assert code(made, at_home) == "terms"


def test_a_bid_below_the_least_fill_is_dropped() -> None:
    made = one(minimum=options(3))
    small = tampered(bid(made), quantity=options(2), legs={PUT: options(2)})

    assert code(made, small) == "terms"


def test_a_bid_on_a_part_of_an_all_or_none_intent_is_dropped() -> None:
    made = one(fill="all_or_none")
    part = tampered(bid(made), quantity=options(2), legs={PUT: options(2)})

    assert code(made, part) == "terms"


def test_a_bid_on_more_than_what_remains_is_dropped() -> None:
    made = one()
    honest = bid(made)
    intents = {name: (document, options(4)) for name, (document, _) in made.intents.items()}

    assert code(replace(made, intents=intents), honest) == "overfill"


def test_parts_on_two_chains_count_together() -> None:
    document = signed(LONG_PUT, 5, 30.0)
    made, elsewhere = tender(document), away()
    (name,) = made.intents
    both = joined(bid(made), tampered(bid(elsewhere), intent_id=name))

    assert code(made, both) == "overfill"


def test_a_bid_that_leaves_its_solver_short_is_dropped() -> None:
    made = one()
    poor = states(made.snapshot, solvers={SOLVER: Account(0, 0)})
    nothing = tampered(bid(made), orders=())

    assert code(replace(made, states=poor), nothing) == "simulation"


def test_a_solver_may_write_what_it_delivers_if_it_can_back_it() -> None:
    made = one()
    written = tampered(bid(made), orders=())

    answer = held(check(written, 0, made))

    assert answer.claims == ()
    assert answer.needs == {HOME: dollars(5 * 120)}


def test_a_bid_on_an_owner_without_money_is_dropped() -> None:
    made = one()
    broke = states(made.snapshot, vault=0)

    assert code(replace(made, states=broke), bid(made)) == "simulation"


def test_a_bid_whose_venue_moved_since_the_route_was_made_is_dropped() -> None:
    made = one()
    honest = bid(made)
    dearer = market()
    home = dearer.by_chain[HOME]
    moved = view(HOME, [amm("amm.home", HOME, iv=1.2), pool("pool.home", HOME)], home.bridges)
    snapshot = Snapshot(time_ms=dearer.time_ms, ether_price=dearer.ether_price, chains=(moved, dearer.by_chain[AWAY]))

    assert code(replace(made, snapshot=snapshot, states=states(snapshot)), honest) == "bound"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(200, 900), st.integers(0, 400)), min_size=1, max_size=4))
def test_the_score_is_the_sum_of_limits_less_debits_exactly(wishes: list[tuple[int, int]]) -> None:
    documents = [
        signed(LONG_PUT if i % 2 else LONG_CALL, lots / 100, 30.0 + i / 7, nonce=i)
        for i, (lots, _) in enumerate(wishes)
    ]
    made = tender(*documents)
    parts = []
    for i, (_, markup) in enumerate(wishes):
        parts.append(roomy(bid(made, which=i, markup_bps=markup)))

    answer = held(check(joined(*parts), 0, made))

    limits = [
        document.intent.limit * fill.quantity // OPTION_UNIT
        for document, fill in zip(documents, answer.bid.fills, strict=True)
    ]
    assert answer.gains == tuple(limit - fill.debit for limit, fill in zip(limits, answer.bid.fills, strict=True))
    assert answer.score == sum(limits) - sum(fill.debit for fill in answer.bid.fills)


def test_gain_and_quantity_of_an_intent_are_summed_over_its_fills() -> None:
    made = tender(signed(LONG_PUT, 5, 30.0))
    home = tampered(bid(made), quantity=options(2), legs={PUT: options(2)})
    elsewhere = bid(away())
    (name,) = made.intents
    two = tampered(elsewhere, intent_id=name, quantity=options(3), legs={PUT: options(3)}, orders=())

    answer = held(check(joined(tampered(home, orders=()), two), 0, made))

    assert answer.quantity(name) == options(5)
    assert answer.gain(name) == answer.score == sum(answer.gains)
    assert not answer.is_batch


def test_a_purchase_needs_its_bound_less_what_the_owner_pays() -> None:
    made = one()
    honest = bid(made)
    fill = honest.fills[0]
    dear = tampered(honest, orders=orders(honest, bound=dollars(500)))

    assert held(check(dear, 0, made)).needs == {HOME: dollars(500) - fill.debit}


def test_a_delivery_away_from_home_needs_its_bound_and_the_collateral() -> None:
    made = tender(signed(builders.single(PUT, ratio=-1), 5, -1.0, chains=(AWAY,)))
    honest = bid(made)
    fill = honest.fills[0]
    received = sum(order.bound for order in fill.orders)
    collateral = dollars(5 * 120)

    assert held(check(honest, 0, made)).needs == {AWAY: collateral - received}


def test_orders_on_one_resource_make_one_claim() -> None:
    made = tender(signed(LONG_PUT, 5, 30.0, nonce=1), signed(LONG_CALL, 3, 30.0, nonce=2))
    alone = [held(check(bid(made, which=i), 0, made)).claims[0] for i in (0, 1)]

    claims = held(check(joined(bid(made), bid(made, which=1)), 0, made)).claims

    (claim,) = (each for each in claims if each.quantity)
    assert claim == Claim("amm.home:27MAR20:buy", options(8), min(each.reach for each in alone))


def test_the_plan_of_a_bid_that_holds_executes_and_gives_the_owner_the_legs() -> None:
    made = away()
    honest = bid(made)

    after = execute(plans_of(honest, 0, made), made.states, made.snapshot.time_ms)

    assert not isinstance(after, Reverted)
    owner = next(iter(made.intents.values()))[0].intent.owner
    assert after[AWAY].clearing.account(owner).positions == {PUT: options(5)}
    assert after[HOME].escrow.vault(owner) == dollars(1_000_000) - honest.fills[0].debit


def test_fills_of_a_bid_are_planned_one_after_the_other() -> None:
    made = tender(signed(LONG_PUT, 5, 30.0, nonce=1), signed(LONG_CALL, 3, 30.0, nonce=2, chains=(AWAY,)))

    first, second = plans_of(joined(bid(made), bid(made, which=1)), 7, made)

    assert first.steps[0].needs == ()
    assert second.steps[0].needs == (first.delivery.id,)
    assert first.terms.fill_id == "1.solver.7.0"


def test_the_owner_named_by_the_intent_id_is_the_one_whose_terms_count() -> None:
    cheap, dear = signed(LONG_PUT, 5, 12.0, nonce=1), signed(LONG_PUT, 5, 3.0, nonce=2, owner=OTHER.address)
    made = tender(cheap, dear)
    honest = bid(made)

    assert code(made, tampered(honest, intent_id=intent_id(dear.intent))) == "terms"


def test_a_round_as_a_solver_sees_it_holds_what_remains() -> None:
    made = one()
    intents = {name: (document, options(2)) for name, (document, _) in made.intents.items()}

    assert [job.remaining for job in batch(replace(made, intents=intents)).intents] == [options(2)]
