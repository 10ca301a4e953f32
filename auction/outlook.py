"""What the auctioneer sees of the world and tells solvers: venues, prices, and which chains do not answer.

A chain that is down is plain to see: nobody takes a transaction for it. Its venues are shown as unavailable, so that
solvers route around it.
"""

from collections.abc import Sequence
from dataclasses import replace

from auction.book import Listing
from auction.rules import AuctionRules
from venues.snapshot import ChainView, Snapshot, view_chain
from venues.world import World


def chains_down(world: World) -> frozenset[str]:
    """Return the chains that make no blocks at the present instant."""
    return frozenset(name for name in world.chain_ids if world.chain(name).is_down(world.now_ms))


def outlook(world: World, rules: AuctionRules, solvers: Sequence[str]) -> Snapshot:
    """Return the world at the present instant as solvers may see it."""
    down = chains_down(world)
    views = []
    for name in world.chain_ids:
        price = rules.policy.expected_price(world.chain(name))
        view = view_chain(world.state(name), price, tuple(solvers), world.now_ms)
        views.append(_silent(view) if name in down else view)
    price = world.state(rules.reference_chain).answer.price
    return Snapshot(time_ms=world.now_ms, ether_price=price, chains=tuple(views))


def _silent(view: ChainView) -> ChainView:
    """Return a chain that does not answer: nothing can be traded there."""
    venues = tuple(replace(venue, status="unavailable") for venue in view.venues)
    return replace(view, venues=venues)


def listing(world: World) -> Listing:
    """Return what can be traded in a world, for admission."""
    venues = [venue for name in world.chain_ids for venue in world.state(name).venues.values()]
    return Listing(
        chains=frozenset(world.chain_ids),
        instruments=frozenset(name for venue in venues for name in venue.instruments()),
        venues=frozenset(venue.id for venue in venues),
    )
