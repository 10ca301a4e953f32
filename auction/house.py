"""The house solver: the auctioneer's own routing of a round, as a yardstick.

It routes every intent on its own, which tells why one cannot be filled and what a bid on it could have given its
owner, and all of them together without competition, which bounds what the round could have given everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intents.assets import USDC_UNIT
from intents.fees import RoundFees
from intents.intent import Intent, SignedIntent
from intents.lifecycle import Cause
from solvers.routing.exact import allocate
from solvers.routing.problem import EngineName, Job, NoRoute, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the house finds for one intent alone."""

    surplus: int
    """Most the owner can gain over the limit, fees included, in USDC base units; zero without a route."""

    quantity: int
    """Units that route fills."""

    cause: Cause | None
    """Why there is no route, or `None` if there is one."""

    detail: str
    unit_cost: int | None
    """Cheapest cost of one unit, in USDC base units, where it is above the limit."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The house's view of a round."""

    first_best: int
    """Largest surplus of all intents together, in USDC base units: the program's optimum, never less than the parts."""

    alone: Mapping[str, Yardstick]
    work: int = 0
    """Simplex iterations, nodes and simulated orders that it took."""


def benchmark(graph: LiquidityGraph, jobs: Sequence[Job], nodes: int, engine: EngineName = "exact") -> Benchmark:
    """Return the house's view of a round; any but the exact engine bounds it by single intents only.

    Each program stops after `nodes` branch-and-bound nodes; there is one for each intent and one for all together.
    """
    routes = {job.intent_id: route(graph, job, engine, nodes=nodes) for job in jobs}
    alone = {name: _yardstick(answer) for name, answer in routes.items()}
    is_joint = len(jobs) > 1 and engine == "exact"
    joint = allocate(graph, jobs, nodes=nodes) if is_joint else None
    together = int(joint.surplus * USDC_UNIT) if joint is not None else 0
    best_alone = max((yardstick.surplus for yardstick in alone.values()), default=0)
    spent = joint.work if joint is not None else nodes * is_joint
    return Benchmark(max(together, best_alone), alone, sum(answer.work for answer in routes.values()) + spent)


def before_fees(house: Benchmark, intents: Mapping[str, tuple[SignedIntent, int]], fees: RoundFees | None) -> Benchmark:
    """Return the view of a round in terms of what owners signed: as bids are scored, fees included.

    The house routes intents with limits that leave room for the fee for volume.

    Args:
        house: What it found.
        intents: Signed intents with what remains of each.
        fees: Fees of the round; nothing changes if `None`.
    """
    if fees is None:
        return house
    alone = {name: _signed(found, intents[name][0].intent, fees) for name, found in house.alone.items()}
    return replace(house, alone=alone)


def absent(jobs: Sequence[Job]) -> Benchmark:
    """Return the view of a house that does not look."""
    return Benchmark(0, {job.intent_id: Yardstick(0, 0, None, "", None) for job in jobs})


def job_of(intent_id: str, intent: Intent, remaining: int) -> Job:
    """Return what remains of an intent as a routing job."""
    return Job(intent_id=intent_id, intent=intent, remaining=remaining)


def why_not(intent_id: str, house: Benchmark, *, has_bid: bool) -> tuple[Cause, str]:
    """Return why an intent was not awarded: no way to fill it, nobody bid, or others took the capacity."""
    yardstick = house.alone[intent_id]
    if yardstick.cause is not None:
        return yardstick.cause, yardstick.detail
    if not has_bid:
        return Cause.NO_SOLUTION, f"no valid bid, though a route would have gained {yardstick.surplus}"
    return Cause.NO_LIQUIDITY, "other winners took the venue capacity its bids needed"


def _signed(found: Yardstick, intent: Intent, fees: RoundFees) -> Yardstick:
    room = intent.max_debit(found.quantity) - fees.net(intent).max_debit(found.quantity)
    cost = None if found.unit_cost is None else fees.least_limit(intent, found.unit_cost)
    return replace(found, surplus=found.surplus + room, unit_cost=cost)


def _yardstick(answer: Route | NoRoute) -> Yardstick:
    if isinstance(answer, Route):
        return Yardstick(max(answer.surplus, 0), answer.quantity, None, "", None)
    return Yardstick(0, 0, answer.cause, answer.detail, answer.unit_cost)
