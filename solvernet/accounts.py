"""Where all the money is: totals of a run, for conservation and for the summary."""

from collections.abc import Sequence
from dataclasses import dataclass

from auction.auctioneer import Auctioneer
from auction.settlement.run import Run
from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
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


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a solver owns outside its bond."""

    cash: int
    """USDC base units in clearing accounts."""

    ether: int
    """Wei in clearing accounts."""


def holdings(world: World, owner: str) -> Holdings:
    """Return what an owner holds over all chains."""
    accounts = [world.state(chain).clearing.account(owner) for chain in world.chain_ids]
    return Holdings(sum(account.cash for account in accounts), sum(account.ether for account in accounts))


def profit(world: World, owner: str, before: Holdings, runs: Sequence[Run]) -> tuple[int, int]:
    """Return what a solver earned and what it paid for gas, in USDC base units.

    Ether and positions left over are valued at the true price and at fair value.
    """
    after, price = holdings(world, owner), world.truth.price(world.now_ms)
    ether = (after.ether - before.ether) * price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)
    wei = sum(sum(run.gas_wei.values()) for run in runs)
    gas = wei * price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)
    return after.cash - before.cash + ether + _position_value(world, owner) - gas, gas


def _position_value(world: World, owner: str) -> int:
    value = 0.0
    for chain in world.chain_ids:
        positions = world.state(chain).clearing.account(owner).positions
        names = sorted(positions)
        if names:
            prices = world.truth.fair(names, world.now_ms)
            value += sum(
                float(price) * positions[name] / OPTION_UNIT for price, name in zip(prices, names, strict=True)
            )
    return round(value * USDC_UNIT)


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
