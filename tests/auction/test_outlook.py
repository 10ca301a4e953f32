"""What the auctioneer shows of a chain that is down, and what it does with those who are at home there."""

from auction.outlook import chains_down, outlook
from auction.rules import AuctionRules
from intents.lifecycle import Cause, State
from tests.auction.court import court
from tests.auction.settlement.course import POLICY, world
from tests.venues.calls.stage import signed
from tests.venues.small_world import L1, L2, MINUTE_MS, START_MS
from venues.faults import Fault

RULES = AuctionRules(award_delay_ms=10_000, nodes=100, reference_chain=L2, bond_chain=L2, policy=POLICY)


def stop(chain: str, minutes: int = 10) -> Fault:
    return Fault(id="stop", kind="outage", target=chain, from_ms=START_MS, until_ms=START_MS + minutes * MINUTE_MS)


def test_the_venues_of_a_chain_that_is_down_are_shown_as_unavailable() -> None:
    scene = world(faults=[stop(L2)])

    found = outlook(scene, RULES, ())
    shown = {view.chain: {venue.status for venue in view.venues} for view in found.chains}
    assert shown == {L1: {"available"}, L2: {"unavailable"}}

    scene.advance(START_MS + 10 * MINUTE_MS)
    assert {venue.status for view in outlook(scene, RULES, ()).chains for venue in view.venues} == {"available"}


def test_a_chain_that_is_up_between_two_blocks_is_not_down() -> None:
    scene = world()
    scene.advance(START_MS + 5_000)

    assert chains_down(scene) == frozenset()


def test_those_at_home_on_a_chain_that_is_down_wait() -> None:
    here = court(faults=[stop(L1)])
    document = signed(quantity=2.0)
    entry = here.entry(document)
    here.book.move(entry, State.OPEN, START_MS)

    assert here.book.open_for(START_MS, START_MS, chains_down(here.world)) == ()
    assert (entry.state, entry.cause) == (State.OPEN, Cause.HALTED)
    assert here.book.open_for(START_MS, START_MS) == (entry,)
