"""What a router is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from intents.intent import LOT, Intent
from intents.lifecycle import Cause
from intents.wants import expiries
from solvers.routing.assessment import Assessment
from solvers.routing.program import Failure
from venues.calls.gas import BRIDGE_GAS, CLAIM_GAS, DELIVER_GAS, LOCK_GAS, SETTLE_GAS
from venues.graph import LiquidityGraph
from venues.markets.venue import Order
from venues.snapshot import Snapshot

EngineName = Literal["auto", "exact", "convex", "dual", "greedy", "path"]
"""What a route may be asked of."""

Origin = Literal["exact", "convex", "dual", "greedy", "path", "own"]
"""What a route may be from; `own` is a solution that a solver brought of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One intent to be routed."""

    intent_id: str
    intent: Intent
    remaining: int
    """Units still to be filled, in base units."""

    def chains(self, graph: LiquidityGraph) -> tuple[str, ...]:
        """Return the chains where it may be delivered, its home first.

        There are none once a series of it has expired, or where nothing is known of its home.
        """
        if self.intent.home not in graph.snapshot.by_chain or any(
            expiry <= graph.snapshot.time_ms for expiry in expiries(self.intent.want)
        ):
            return ()
        allowed = self.intent.chains
        return tuple(chain for chain in graph.chains_from(self.intent.home) if not allowed or chain in allowed)

    def allows(self, venue: str) -> bool:
        """Return whether a venue may be used."""
        return not self.intent.venues or venue in self.intent.venues

    def lots(self) -> int:
        """Return the largest quantity of whole lots in what remains, in base units."""
        return self.remaining // LOT * LOT

    def least(self) -> int:
        """Return the smallest quantity of a fill, in base units."""
        return self.remaining if self.intent.fill == "all_or_none" else min(self.intent.minimum, self.remaining)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a parcel costs its solver, in USDC base units."""

    venues: int
    """Paid to venues less received from them."""

    gas: int
    bridge: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.venues + self.gas + self.bridge

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.venues + other.venues, self.gas + other.gas, self.bridge + other.bridge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A part of an intent delivered on one chain, with the orders that bring it about."""

    chain: str
    quantity: int
    legs: Mapping[str, int]
    orders: tuple[Order, ...]
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way to fill an intent, simulated in whole numbers on the snapshot."""

    job: Job
    parcels: tuple[Parcel, ...]
    engine: Origin
    work: int
    """Work units spent."""

    gap: float | None = None
    """Proven relative distance from the best route in the program's model, where the program was solved.

    By the objective of the solver's author, where there is one.
    """

    failures: tuple[Failure, ...] = ()
    """What went wrong on the way, where another engine stepped in."""

    risk: Assessment | None = None
    """What it risks, where that was asked for."""

    @property
    def quantity(self) -> int:
        """Units filled."""
        return sum(parcel.quantity for parcel in self.parcels)

    @property
    def cost(self) -> Cost:
        """What all parcels cost."""
        return sum((parcel.cost for parcel in self.parcels), Cost(0, 0, 0))

    @property
    def surplus(self) -> int:
        """What the owner's limit leaves above the cost, in USDC base units."""
        return sum(self.job.intent.max_debit(p.quantity) - p.cost.total for p in self.parcels)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoute:
    """Why there is no route within the limit."""

    job: Job
    cause: Cause
    detail: str
    work: int
    unit_cost: int | None = None
    """Cheapest cost found for one unit, in USDC base units, where there is one above the limit."""


def settlement_gas(snapshot: Snapshot, home: str, chain: str, venue_gas: int) -> int:
    """Return what settling one parcel costs in gas, in USDC base units."""
    if home == chain:
        return snapshot.gas_cash(home, SETTLE_GAS + venue_gas)
    away = snapshot.gas_cash(chain, DELIVER_GAS + venue_gas)
    return away + snapshot.gas_cash(home, LOCK_GAS + CLAIM_GAS + BRIDGE_GAS)


def bridge_fee(snapshot: Snapshot, home: str, chain: str, cash: int) -> int:
    """Return what it costs to bring `cash` back to where it was spent; zero on the home chain."""
    port = snapshot.bridge(home, chain) if home != chain else None
    return port.fee(max(cash, 0)) if port else 0
