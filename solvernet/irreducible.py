"""Why an intent had no route in a round: an irreducible set of constraints, and the least limit with a route.

The house routes the intent again on the world as it was, with some of its constraints lifted. A deletion filter finds
a set that is irreducible: with all of it in force there is no route whatever else is lifted, and once one of it is
lifted beside the rest, there is. There can be several such sets, so it is told as well which constraints give a route
when each is lifted alone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from auction.errors import LedgerError
from intents.intent import LOT, MAX_LIMIT
from solvernet.recording import check_version, read
from solvernet.replay import reopened
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.router import route
from venues.graph import LiquidityGraph
from venues.snapshot import ChainView, Snapshot

Group = Literal["chains", "venues", "outages", "gas", "size", "limit"]

MEANING: Final[Mapping[Group, str]] = {
    "chains": "the chains that the owner accepts delivery on",
    "venues": "the venues that the owner allows",
    "outages": "chains, venues and bridges that were halted",
    "gas": "what gas cost at that instant",
    "size": "that all of it, or its least fill, has to be filled at once",
    "limit": "the owner's limit",
}
"""In the order in which the filter tries to do without them: what the owner can change most easily stays longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Irreducible:
    """What kept an intent from having a route in one round."""

    round: int
    groups: tuple[Group, ...]
    """An irreducible set; empty if nothing helps: nobody trades what it needs."""

    cures: tuple[Group, ...]
    """Constraints each of which, lifted alone, gives a route; empty if it takes more than one."""

    least_limit: int | None
    """Least limit with a route, all else as it was, in USDC base units a unit; `None` if none is high enough."""


def irreducible(graph: LiquidityGraph, job: Job, nodes: int, number: int) -> Irreducible | None:
    """Return why the house finds no route for an intent; `None` if it finds one.

    Args:
        graph: Liquidity in the round.
        job: The intent and what remained of it.
        nodes: Branch-and-bound nodes of each program.
        number: The round.
    """
    world = _Worlds(graph, job, nodes)
    if world.has_route(()):
        return None
    lifted: list[Group] = []
    for group in MEANING:
        if not world.has_route((*lifted, group)):
            lifted.append(group)
    kept = tuple(group for group in MEANING if group not in lifted)
    cures = tuple(group for group in MEANING if world.has_route((group,)))
    return Irreducible(round=number, groups=kept, cures=cures, least_limit=least_limit(graph, job, nodes))


def why_not(folder: Path, intent_id: str, number: int) -> Irreducible | None:
    """Return why an intent had no route in a round of a recorded run, worked out again from its ledger.

    Raises:
        LedgerError: if there is no ledger, or no such round, or the intent was not in it.
    """
    recording = read(folder)
    check_version(recording.meta)
    engine = reopened(recording, number)
    job = next((job for job in engine.auctioneer.jobs() if job.intent_id == intent_id), None)
    if job is None:
        raise LedgerError(f"intent {intent_id[:12]} was not in round {number}")
    return irreducible(engine.graph, job, recording.name.scenario.rounds.nodes, number)


def least_limit(graph: LiquidityGraph, job: Job, nodes: int) -> int | None:
    """Return the least limit at which the house finds a route: one unit below it, it finds none.

    Found by halving between a limit without a route and one with, so that between the two ends of the last step lies
    one base unit.
    """

    def answer(limit: int) -> Route | NoRoute:
        intent = job.intent.model_copy(update={"limit": limit})
        return route(graph, replace(job, intent=intent), nodes=nodes)

    low, high = job.intent.limit, MAX_LIMIT
    if isinstance(answer(low), Route):
        return low
    found = answer(high)
    if not isinstance(found, Route):
        return None
    cost = -(-found.cost.total * 10**18 // found.quantity)
    if low < cost < high and isinstance(answer(cost), Route):
        high = cost
    while high - low > 1:
        middle = (low + high) // 2
        if isinstance(answer(middle), Route):
            high = middle
        else:
            low = middle
    return high


class _Worlds:
    """One intent in the world of its round, with constraints lifted."""

    def __init__(self, graph: LiquidityGraph, job: Job, nodes: int) -> None:
        self._graph = graph
        self._job = job
        self._nodes = nodes

    def has_route(self, lifted: Collection[Group]) -> bool:
        """Return whether the house finds a route with some constraints lifted."""
        graph = self._graph
        for group in lifted:
            if group in _VIEWS:
                graph = LiquidityGraph(_changed(graph.snapshot, _VIEWS[group]))
        return isinstance(route(graph, self._lifted(lifted), nodes=self._nodes), Route)

    def _lifted(self, lifted: Collection[Group]) -> Job:
        changes: dict[str, object] = {}
        if "chains" in lifted:
            changes["chains"] = ()
        if "venues" in lifted:
            changes["venues"] = ()
        if "limit" in lifted:
            changes["limit"] = MAX_LIMIT
        job = self._job
        if "size" in lifted:
            changes |= {"fill": "partial", "minimum": LOT}
            job = replace(job, remaining=LOT) if "limit" in lifted else job
        return replace(job, intent=job.intent.model_copy(update=changes))


def _changed(snapshot: Snapshot, change: Callable[[ChainView], ChainView]) -> Snapshot:
    return replace(snapshot, chains=tuple(change(view) for view in snapshot.chains))


def _running(view: ChainView) -> ChainView:
    venues = tuple(replace(venue, status="available") for venue in view.venues)
    bridges = tuple(replace(port, halted=False) for port in view.bridges)
    return replace(view, venues=venues, bridges=bridges)


def _gasless(view: ChainView) -> ChainView:
    return replace(view, gas_price_wei=0)


_VIEWS: Final[dict[str, Callable[[ChainView], ChainView]]] = {"outages": _running, "gas": _gasless}
