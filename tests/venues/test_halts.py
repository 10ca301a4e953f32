"""Venues that are halted: from the first block of the fault until the first block after it."""

from dataclasses import replace

import pytest

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, USDC_UNIT
from tests.venues.small_world import (
    L1,
    L2,
    MAKER,
    MINUTE_MS,
    PUT,
    START_MS,
    book,
    chain_state,
    digest,
    make_chain,
    make_world,
    pool,
    sight,
    truth,
)
from venues.calls.hybrid_upkeep import RenewOffers
from venues.calls.upkeep import Requote, Trade
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Applied, Block, Receipt, Reverted, Transaction
from venues.faults import Fault, Faults
from venues.halts import with_admissions
from venues.markets.clob import Book, OrderBook, Quote, RestingOrder, withdraw
from venues.markets.hybrid import Hybrid, HybridMarket, HybridRules, JitOffer
from venues.markets.venue import Admission, Order
from venues.pricing.fixed_point import ONE
from venues.view import Offer
from venues.world import World

FROM_MS = START_MS + 2 * MINUTE_MS
UNTIL_MS = START_MS + 4 * MINUTE_MS
BLOCK = Block(L2, 1, START_MS)
CENTS = 10_000


def _halt(admission: Admission = "unavailable", venue: str = "pool", *, from_ms: int = FROM_MS) -> Fault:
    return Fault(id=venue, kind="venue_halt", target=venue, from_ms=from_ms, until_ms=UNTIL_MS, admission=admission)


def _world(*faults: Fault) -> World:
    return make_world(faults=Faults(faults))


class Statuses:
    """Notes what each block of the rollup was made with, and what came of its transactions."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str]] = []
        self.receipts: list[Receipt] = []

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        if chain_id == L2:
            self.seen.append((produced.summary.time_ms, world.state(L2).venues["pool"].status))
            self.receipts += produced.receipts


@pytest.mark.parametrize("admission", ["cancel_only", "unavailable", "unknown"])
def test_a_venue_is_halted_in_every_block_of_the_fault_and_in_no_other(admission: Admission) -> None:
    world, watcher = _world(_halt(admission)), Statuses()

    world.advance(START_MS + 6 * MINUTE_MS, [watcher])

    assert {status for time_ms, status in watcher.seen if FROM_MS <= time_ms < UNTIL_MS} == {admission}
    assert {status for time_ms, status in watcher.seen if not FROM_MS <= time_ms < UNTIL_MS} == {"available"}
    assert len(watcher.seen) == 180


@pytest.mark.parametrize("bound_ms", [FROM_MS, UNTIL_MS])
def test_blocks_that_take_the_place_of_others_find_the_venue_as_those_did(bound_ms: int) -> None:
    at_ms = bound_ms + 5_000
    branch = Fault(id="branch", kind="reorg", target=L2, from_ms=at_ms, until_ms=at_ms, depth=6)
    world, watcher = _world(_halt(), branch), Statuses()

    world.advance(at_ms, [watcher])

    rivals = [status for time_ms, status in watcher.seen[-6:] if time_ms < bound_ms]
    assert len(watcher.seen) == len(dict(watcher.seen)) + 6
    assert set(rivals) == {"available" if bound_ms == FROM_MS else "unavailable"}
    assert dict(watcher.seen[-6:]) == dict(watcher.seen[-12:-6])


def test_other_venues_go_on_and_the_halted_one_stays_as_it_was() -> None:
    world = _world(_halt(from_ms=START_MS + 1))
    before = world.state(L2).venues

    world.advance(START_MS + 3 * MINUTE_MS)

    after = world.state(L2).venues
    assert replace(after["pool"], status="available") == before["pool"]
    assert after["book"] != before["book"]


def test_an_order_at_a_halted_venue_reverts_because_it_is_halted() -> None:
    world, watcher = _world(_halt()), Statuses()
    order = Order(venue="pool", instrument=ETH, side="buy", quantity=ETH_UNIT, bound=1_000 * USDC_UNIT)
    call = Trade(trader="trader", orders=(order,), venue_gas=100_000)
    world.advance(FROM_MS + MINUTE_MS)
    world.submit(Offer(L2, Transaction(id="mine", sender="trader", call=call, max_fee_wei=10**13, tip_wei=10**9)))

    world.advance(UNTIL_MS - 1, [watcher])

    (receipt,) = [receipt for receipt in watcher.receipts if receipt.transaction_id == "mine"]
    assert receipt.reason == "halted: pool is unavailable"


def test_a_copy_of_a_world_with_halts_lives_through_the_same() -> None:
    world = _world(_halt(), _halt("cancel_only", "book"))
    world.advance(FROM_MS - 1)
    twin = world.fork()
    for each in (world, twin):
        each.advance(START_MS + 6 * MINUTE_MS)

    assert digest(world) == digest(twin)


def test_of_two_halts_of_a_venue_the_earlier_one_holds_while_both_last() -> None:
    faults = Faults((_halt("unknown"), replace(_halt("cancel_only"), id="late", from_ms=FROM_MS + MINUTE_MS)))

    state = with_admissions(chain_state(L2, pool()), faults, FROM_MS + MINUTE_MS)

    assert state.venues["pool"].status == "unknown"


def test_a_state_without_the_halted_venue_is_left_alone() -> None:
    state = chain_state(L1, pool())

    assert with_admissions(state, Faults((_halt(venue="book"),)), FROM_MS) is state


def _resting() -> OrderBook:
    """Return a book with two bids of the maker, one of a rival between them, and one ask."""
    bids = (
        RestingOrder("maker", 300 * CENTS, 5 * OPTION_UNIT),
        RestingOrder("rival", 300 * CENTS, 7 * OPTION_UNIT),
        RestingOrder("maker", 200 * CENTS, 5 * OPTION_UNIT),
    )
    asks = (RestingOrder("maker", 400 * CENTS, OPTION_UNIT),)
    return replace(book(), books=book().books | {PUT: Book(bids, asks)})


def _quote(price: int, options: int) -> Quote:
    return Quote(price * CENTS, options * OPTION_UNIT)


def test_while_orders_may_only_be_taken_back_a_requote_shrinks_and_removes_and_adds_nothing() -> None:
    ladders = {PUT: ((_quote(310, 1), _quote(300, 2), _quote(200, 9)), ())}

    after = withdraw(_resting(), "maker", ladders).books[PUT]

    assert [(order.owner, order.price // CENTS, order.quantity // OPTION_UNIT) for order in after.bids] == [
        ("maker", 300, 2),
        ("rival", 300, 7),
        ("maker", 200, 5),
    ]
    assert after.asks == ()


def _requoted(status: Admission) -> OrderBook | str:
    state = chain_state(L2, replace(_resting(), status=status))
    outcome = Requote(venue="book", maker="maker", ladders={PUT: ((_quote(310, 1),), ())}).apply(state, BLOCK)
    if isinstance(outcome, Reverted):
        return outcome.reason
    venue = outcome.state.venues["book"]
    assert isinstance(venue, OrderBook)
    return venue


def test_what_a_requote_does_depends_on_what_the_book_admits() -> None:
    found = {status: _requoted(status) for status in ("available", "cancel_only")}

    owners = {
        status: [order.owner for order in venue.books[PUT].bids]
        for status, venue in found.items()
        if isinstance(venue, OrderBook)
    }
    assert owners == {"available": ["maker", "rival"], "cancel_only": ["rival"]}


@pytest.mark.parametrize("status", ["unavailable", "unknown"])
def test_a_requote_at_a_closed_book_reverts_because_it_is_halted(status: Admission) -> None:
    assert _requoted(status) == f"halted: book is {status}"


@pytest.mark.parametrize(("status", "sent"), [("unavailable", 0), ("unknown", 1), ("cancel_only", 1)])
def test_a_maker_waits_only_where_it_knows_that_the_book_is_closed(status: Admission, sent: int) -> None:
    view = sight(truth(140.0), make_chain(chain_state(L2, replace(book(), status=status))))

    assert len(MAKER.act(view, START_MS)) == sent


def _hybrid(status: Admission) -> Hybrid:
    offers = (JitOffer("jit", 20_000, 4 * OPTION_UNIT), JitOffer("other", 10_000, OPTION_UNIT))
    here = HybridMarket(base=10**21, quote=10**21, mark_vol=ONE, jit_asks=offers, jit_bids=())
    rules = HybridRules(slots=10, tick=1000, spread_ppm=2000, fee_ppm=1000)
    return Hybrid(
        id="mix", chain=L2, account="mix", fee_account="fees", rules=rules, markets={PUT: here}, status=status
    )


def _renewed(status: Admission, options: int, edge_ppm: int = 20_000) -> list[tuple[str, int]] | str:
    call = RenewOffers(
        venue="mix", maker="jit", edge_ppm=edge_ppm, quantity=options * OPTION_UNIT, until_ms=START_MS, listed=1
    )
    outcome = call.apply(chain_state(L2, _hybrid(status)), BLOCK)
    if isinstance(outcome, Reverted):
        return outcome.reason
    assert isinstance(outcome, Applied)
    venue = outcome.state.venues["mix"]
    assert isinstance(venue, Hybrid)
    market = venue.markets[PUT]
    return [(offer.owner, offer.quantity // OPTION_UNIT) for offer in (*market.jit_asks, *market.jit_bids)]


@pytest.mark.parametrize(
    ("options", "edge_ppm", "left"),
    [
        (2, 20_000, [("jit", 2), ("other", 1)]),
        (9, 20_000, [("jit", 4), ("other", 1)]),
        (0, 20_000, [("other", 1)]),
        (2, 30_000, [("other", 1)]),
    ],
)
def test_standing_offers_can_be_cut_but_not_renewed_while_orders_may_only_be_taken_back(
    options: int, edge_ppm: int, left: list[tuple[str, int]]
) -> None:
    assert _renewed("cancel_only", options, edge_ppm) == left


@pytest.mark.parametrize("status", ["unavailable", "unknown"])
def test_standing_offers_stay_where_the_venue_is_closed(status: Admission) -> None:
    assert _renewed(status, 0) == f"halted: mix is {status}"
