"""Where all the money is: totals of a run, for conservation and for the summary."""

from auction.auctioneer import Auctioneer
from intents.canonical import Json
from venues.world import World


def escrow_flows(world: World) -> dict[str, int]:
    """Return what went into locks and what came out of them, over all chains, in USDC base units."""
    locks = [lock for chain in world.chain_ids for lock in world.state(chain).escrow.locks.values()]
    return {
        "locked": sum(lock.cash for lock in locks),
        "claimed": sum(lock.cash for lock in locks if lock.state == "claimed"),
        "refunded": sum(lock.cash for lock in locks if lock.state == "refunded"),
        "open": sum(lock.cash for lock in locks if lock.state == "locked"),
    }


def money(world: World) -> dict[str, int]:
    """Return all USDC and all wei, over all chains; bridges hold what is on its way in their liquidity."""
    totals = [world.state(chain).totals() for chain in world.chain_ids]
    return {"usdc": sum(cash for cash, _ in totals), "wei": sum(wei for _, wei in totals)}


def totals(auctioneer: Auctioneer) -> dict[str, Json]:
    """Return the closing figures of a run, as they go into its last event."""
    flows = escrow_flows(auctioneer.world)
    states: dict[str, int] = {}
    for entry in auctioneer.book.entries():
        states[entry.state] = states.get(entry.state, 0) + 1
    return {
        "intents": dict(sorted(states.items())),
        "escrow": {key: str(value) for key, value in flows.items()},
        "money": {key: str(value) for key, value in money(auctioneer.world).items()},
    }
