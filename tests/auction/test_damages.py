"""Damages come out of a solver's stake, once, and never for more than there is."""

from auction.damages import Damages
from tests.auction.court import court
from tests.venues.calls.stage import dollars
from tests.venues.small_world import L2
from venues.calls.bonding import Slash


def test_no_more_is_taken_than_the_stake_covers_beside_what_is_on_its_way() -> None:
    here = court(bonds=dollars(10))
    damages = Damages(here.executor, L2, "auctioneer")
    due = [Slash(fill_id=f"1.solver.0.{i}", solver="solver", owner="owner", cash=dollars(6)) for i in range(3)]

    taken = [damages.take(here.world, call) for call in due]

    assert taken == [dollars(6), dollars(4), 0]
    assert damages.unpaid()["solver"] == dollars(10)
    here.live(600)
    assert damages.unpaid()["solver"] == 0
    assert here.world.state(L2).escrow.bonds["solver"] == 0
    assert here.world.state(L2).escrow.vault("owner") == dollars(10)
