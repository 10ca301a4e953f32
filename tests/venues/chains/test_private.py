"""Transactions that are handed to builders, beside the public pool."""

from dataclasses import replace
from typing import Final

import pytest

from intents.assets import ETH, ETH_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, seat, swap
from tests.venues.small_world import BUSY, L1, make_chain, pool, truth
from venues.adversaries.builders import MILLION, Censor, Roster, Shift
from venues.adversaries.sandwich import Sandwicher
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.picked import Mandate
from venues.chains.ordering.private import PrivateBuilder
from venues.chains.presets import ETHEREUM_2020, ETHEREUM_TODAY, ChainRules
from venues.chains.produced import Produced
from venues.chains.transaction import Block, Receipt, Transaction
from venues.faults import Fault, Faults
from venues.markets.venue import Order
from venues.passages import RelayRules
from venues.view import Offer
from venues.world import World

AMBER: Final = frozenset({"amber"})
SEARCHER: Final = "searcher"


def roster(share: float = 1.0, *, name: str = "amber") -> Roster:
    """Return producers of whom one builder makes a share of the blocks."""
    shift = Shift(builder=PrivateBuilder(name), share_ppm=round(share * MILLION))
    return Roster(chain=L1, shifts=(shift,), seed=(1, "producer"))


def world(on: Chain[ChainState], *, searched: bool = False, faults: tuple[Fault, ...] = ()) -> World:
    """Return a world of one chain, with a sandwicher or without."""
    agents = (Sandwicher(seat(venues=("pool",), offset_ms=500)),) if searched else ()
    relay = RelayRules(proof_level={L1: "safe"}, proof_delay_ms=0)
    scene = World(
        chains=[on], agents=agents, truth=truth(140.0), relay=relay, start_ms=NOW_MS - 5_000, faults=Faults(faults)
    )
    scene.advance(NOW_MS)
    return scene


class Witness:
    """Somebody who remembers every receipt, by transaction."""

    def __init__(self) -> None:
        self.receipts: dict[str, Receipt] = {}

    def on_block(self, scene: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Remember the receipts of a block."""
        self.receipts |= {receipt.transaction_id: receipt for receipt in produced.receipts}


def lived(
    scene: World, transaction: Transaction[ChainState], *, builders: frozenset[str] = AMBER, last_block: int = 25
) -> dict[str, Receipt]:
    """Return what became of everything a minute after a transaction was handed over."""
    witness = Witness()
    scene.submit(Offer(L1, transaction, builders=builders, last_block=last_block))
    scene.advance(NOW_MS + 120_000, [witness])
    return witness.receipts


@pytest.mark.parametrize("rules", [ETHEREUM_2020, ETHEREUM_TODAY], ids=lambda rules: str(rules.name))
def test_a_swap_in_public_is_sandwiched_and_the_same_swap_in_private_is_not(rules: ChainRules) -> None:
    found = {}
    for builders in (frozenset[str](), AMBER):
        on = chain(pool(L1), rules=rules)
        on.producer = roster()
        found[bool(builders)] = lived(world(on, searched=True), swap(on), builders=builders)

    assert [name for name in found[False] if name.startswith(SEARCHER)]
    assert list(found[True]) == ["swap"]
    assert found[True]["swap"].status == "success"


def test_nobody_sees_a_private_transaction_in_the_pool() -> None:
    on = chain(pool(L1))
    scene = world(on)

    scene.submit(Offer(L1, swap(on), builders=AMBER, last_block=25))

    assert (on.pending, on.waiting("user"), on.is_waiting("swap")) == ((), (), False)


def test_it_waits_for_a_block_of_a_builder_who_has_it() -> None:
    shares = {}
    for share in (0.2, 1.0):
        on = chain(pool(L1))
        on.producer = roster(share)
        shares[share] = lived(world(on), swap(on))["swap"].block

    first = next(number for number in range(2, 50) if _maker(0.2, number) is not None)
    assert (shares[0.2].number, shares[1.0].number) == (first, 2)


def test_a_builder_who_was_not_handed_it_does_not_include_it() -> None:
    on = chain(pool(L1))
    on.producer = roster(name="basalt")

    assert lived(world(on), swap(on)) == {}


def test_it_is_forgotten_after_its_last_block() -> None:
    on = chain(pool(L1))
    on.producer = roster(0.2)
    first = next(number for number in range(2, 50) if _maker(0.2, number) is not None)

    assert lived(world(on), swap(on), last_block=first - 1) == {}


def test_what_would_revert_is_left_out_and_costs_nothing() -> None:
    on = chain(pool(L1))
    on.producer = roster()
    order = Order(venue="pool", instrument=ETH, side="buy", quantity=ETH_UNIT, bound=1)
    hopeless = replace(swap(on), call=Trade(trader="user", orders=(order,), venue_gas=on.state.venues["pool"].gas))
    before = on.state.wallets["user"]

    assert lived(world(on), hopeless) == {}
    assert on.state.wallets["user"] == before


def test_two_that_cannot_both_go_through_leave_the_better_paying_one() -> None:
    on = chain(pool(L1))
    on.producer = roster()
    scene = world(on)
    poor = swap(on, slack_percent=1, name="poor", price_wei=10 * GWEI)
    scene.submit(Offer(L1, poor, builders=AMBER, last_block=9))

    receipts = lived(scene, swap(on, slack_percent=1, name="rich", price_wei=11 * GWEI), last_block=9)

    assert list(receipts) == ["rich"]


def test_it_goes_before_what_is_public_and_dearer() -> None:
    on = chain(pool(L1))
    on.producer = roster()
    scene = world(on)
    on.submit(swap(on, ETH_UNIT, name="public", price_wei=100 * GWEI))

    receipts = lived(scene, swap(on, ETH_UNIT))

    assert list(receipts) == ["swap", "public"]


@pytest.mark.parametrize(("price_gwei", "is_taken"), [(1, False), (1_000, True)])
def test_in_a_full_block_it_has_to_pay_as_much_as_what_makes_room_for_it(price_gwei: int, is_taken: bool) -> None:
    quiet = chain(pool(L1))
    crowd = replace(BUSY, rate_per_s=100.0)
    on = make_chain(quiet.state, ETHEREUM_2020, crowd)
    on.producer = roster()

    receipts = lived(world(on), swap(on, price_wei=price_gwei * GWEI))

    assert ("swap" in receipts) == is_taken


def test_a_block_that_the_chain_closes_holds_nothing_private() -> None:
    on = chain(pool(L1))
    on.producer = roster()
    world(on).submit(Offer(L1, swap(on), builders=AMBER, last_block=25))

    on.mandate = Mandate(is_closed=True)
    assert on.produce().receipts == ()
    on.mandate = None
    assert [receipt.transaction_id for receipt in on.produce().receipts] == ["swap"]


def test_a_censored_block_is_not_the_builders() -> None:
    fault = Fault(id="c", kind="censorship", target=L1, from_ms=0, until_ms=2**53, share_ppm=MILLION, senders=("else",))
    on = chain(pool(L1))
    on.producer = replace(roster(), faults=Faults((fault,)))

    assert lived(world(on, faults=(fault,)), swap(on)) == {}


def test_a_block_that_is_taken_back_makes_public_what_was_private_in_it() -> None:
    reorg = Fault(id="r", kind="reorg", target=L1, from_ms=NOW_MS + 120_000, until_ms=NOW_MS + 120_000, depth=50)
    on = chain(pool(L1))
    on.producer = roster()
    scene = world(on, faults=(reorg,))
    scene.submit(Offer(L1, swap(on), builders=AMBER, last_block=25))
    scene.advance(NOW_MS + 60_000)
    assert "swap" not in on.private

    on.reorganise(50)

    assert on.is_waiting("swap")


def test_a_copy_of_the_world_has_its_own_secrets() -> None:
    on = chain(pool(L1))
    on.producer = roster()
    scene = world(on)
    twin = scene.fork()

    scene.submit(Offer(L1, swap(on), builders=AMBER, last_block=25))

    assert dict(twin.chain(L1).private) == {}


def test_a_chain_that_is_down_takes_nothing_private() -> None:
    outage = Fault(id="o", kind="outage", target=L1, from_ms=NOW_MS, until_ms=NOW_MS + 60_000)
    on = chain(pool(L1))
    scene = world(on, faults=(outage,))

    assert scene.submit(Offer(L1, swap(on), builders=AMBER, last_block=25)) == "halted"


def test_an_honest_builder_is_no_adversary() -> None:
    scene = roster()
    assert scene.who(_block(1)) == ""
    assert replace(scene, shifts=(Shift(builder=Censor(name="c"), share_ppm=MILLION),)).who(_block(1)) == "c"


def _block(number: int) -> Block:
    return Block(L1, number, NOW_MS)


def _maker(share: float, number: int) -> object:
    return roster(share)._builder(_block(number))
