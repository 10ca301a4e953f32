"""Payments out of vaults on several chains: never more than a vault holds, and nothing lost on the way."""

from dataclasses import replace

from auction.cashier import Cashier, Due
from tests.auction.hall import Hall, hall
from tests.venues.calls.stage import dollars
from tests.venues.small_world import L1, L2
from venues.escrow import COLLECTOR


def filled(here: Hall, **cash: int) -> None:
    """Put cash into the house's vaults, on `home` and `away`."""
    for chain, amount in ((L1, cash.get("home", 0)), (L2, cash.get("away", 0))):
        found = here.auctioneer.world.chain(chain)
        found.state = replace(found.state, escrow=found.state.escrow.collect(amount))


def vaults(here: Hall) -> tuple[int, int]:
    world = here.auctioneer.world
    return world.state(L1).escrow.vault(COLLECTOR), world.state(L2).escrow.vault(COLLECTOR)


def paid(here: Hall, before: int) -> int:
    world = here.auctioneer.world
    return sum(world.state(chain).clearing.account("solver").cash for chain in (L1, L2)) - before


def at_first(here: Hall) -> int:
    return paid(here, 0)


def test_a_payment_is_taken_from_the_fullest_vaults_first() -> None:
    here = hall()
    filled(here, home=dollars(3), away=dollars(2))
    before, cashier = at_first(here), Cashier(here.auctioneer.executor)

    cashier.owe(Due(id="1.solver", solver="solver", cash=dollars(4)))
    cashier.pay(here.auctioneer.world)
    here.live(60)

    assert (vaults(here), paid(here, before), cashier.owed) == ((0, dollars(1)), dollars(4), 0)


def test_a_payment_waits_until_the_vaults_hold_all_of_it() -> None:
    here = hall()
    filled(here, home=dollars(3))
    before, cashier = at_first(here), Cashier(here.auctioneer.executor)
    cashier.owe(Due(id="1.solver", solver="solver", cash=dollars(4)))
    cashier.pay(here.auctioneer.world)
    here.live(60)
    waited = paid(here, before), cashier.owed

    filled(here, away=dollars(1))
    cashier.pay(here.auctioneer.world)
    here.live(60)

    assert waited == (0, dollars(4))
    assert (vaults(here), paid(here, before), cashier.owed) == ((0, 0), dollars(4), 0)


def test_what_is_on_its_way_is_not_sent_twice_and_a_smaller_payment_need_not_wait_behind() -> None:
    here = hall()
    filled(here, home=dollars(5))
    before, cashier = at_first(here), Cashier(here.auctioneer.executor)

    for number, cash in enumerate((dollars(3), dollars(3), dollars(2)), start=1):
        cashier.owe(Due(id=f"{number}.solver", solver="solver", cash=cash))
    cashier.pay(here.auctioneer.world)
    cashier.pay(here.auctioneer.world)
    here.live(60)

    assert (vaults(here), paid(here, before), cashier.owed) == ((0, 0), dollars(5), dollars(3))


def test_nothing_is_owed_for_nothing() -> None:
    cashier = Cashier(hall().auctioneer.executor)

    cashier.owe(Due(id="1.solver", solver="solver", cash=0))

    assert cashier.owed == 0
