"""The interface that solver developers implement."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.fees import RoundFees
from solvers.bid import Bid, BidFill
from solvers.errors import NoProgramError, TwoAimsError
from solvers.messages import Announcement, Award, Ban, Notice, OwnSettlement
from solvers.opened_bids import OpenedRound
from solvers.routing import auto, careful, own
from solvers.routing.auto import Budget
from solvers.routing.own import IntentProgram, Objective
from solvers.routing.problem import EngineName, Job, NoRoute, Parcel, Route
from solvers.routing.risk import Risk
from solvers.routing.router import route
from venues.graph import LiquidityGraph
from venues.pricing.black76 import Floats
from venues.seeds import Generator, generator, seed_bytes
from venues.snapshot import Snapshot

BPS: Final = 10_000

ROUTING: Final = "solvernet.routing"
"""Name of the shared routing software, as the shipped solvers declare it."""


@dataclass(frozen=True)
class RoutedIntent:
    """A route for one intent, ready to become a bid; false if there is none."""

    batch: "Batch"
    job: Job
    answer: Route | NoRoute

    def __bool__(self) -> bool:
        return isinstance(self.answer, Route)

    @property
    def surplus(self) -> int:
        """What the owner's limit leaves above the cost, in USDC base units; zero without a route."""
        return self.answer.surplus if isinstance(self.answer, Route) else 0

    def to_bid(self, *, markup_bps: float = 0.0) -> Bid | None:
        """Return a bid at cost plus a markup on the notional, never above the owner's limit; `None` without a route."""
        if not isinstance(self.answer, Route):
            return None
        fills = [self.batch.fill(self.job, part, markup_bps=markup_bps) for part in self.answer.parcels]
        return self.batch.bid(fills)


@dataclass(frozen=True)
class Batch:
    """One round, as a solver sees it."""

    solver: str
    round: int
    time_ms: int
    intents: tuple[Job, ...]
    """With limits that leave room for the fees of the round."""

    graph: LiquidityGraph
    nodes: int
    """Branch-and-bound nodes that each program may take."""

    seed: str
    """Name of this solver's random streams; different for every solver and round."""

    work: list[int] = field(default_factory=list)
    """Work units of each route so far."""

    fees: RoundFees | None = None
    """What owners pay the house for a fill, on top of what a bid asks."""

    @property
    def snapshot(self) -> Snapshot:
        """The world at the start of the round."""
        return self.graph.snapshot

    def rng(self, *path: int | str) -> Generator:
        """Return a random stream of this solver's own for this round."""
        return generator(self.seed, *path)

    def route(
        self,
        job: Job,
        *,
        engine: EngineName = "exact",
        budget: Budget | None = None,
        objective: Objective | None = None,
        risk: Risk | None = None,
    ) -> RoutedIntent:
        """Return the best route an engine finds for an intent of the batch.

        Args:
            job: The intent.
            engine: See `solvers.routing.router.route`.
            budget: What `auto` may take, if not the usual.
            objective: What the program of `exact` or `auto` maximises instead of the surplus.
            risk: What the route is to be careful of; goes with `exact` or `auto`, and without objective.

        Raises:
            NoProgramError: if there is an objective or a risk, but no program for it.
            TwoAimsError: if there are both.
        """
        if (objective is not None or risk is not None) and engine not in {"exact", "auto"}:
            raise NoProgramError(engine)
        if objective is not None and risk is not None:
            raise TwoAimsError
        if risk is not None:
            answer = careful.route(self.graph, job, risk, nodes=self.nodes)
        elif objective is not None:
            answer = own.route(self.graph, job, objective, nodes=self.nodes)
        elif engine == "auto" and budget is not None:
            answer = auto.route(self.graph, job, budget)
        else:
            answer = route(self.graph, job, engine, nodes=self.nodes)
        return self._routed(job, answer)

    def problem(self, job: Job) -> IntentProgram:
        """Return the raw program of an intent, for an optimiser of one's own."""
        return own.intent_program(self.graph, job)

    def route_of(self, problem: IntentProgram, values: Floats) -> RoutedIntent:
        """Return the route that a solution of a raw program comes to."""
        return self._routed(problem.job, problem.route(values))

    def _routed(self, job: Job, answer: Route | NoRoute) -> RoutedIntent:
        self.work.append(answer.work)
        return RoutedIntent(self, job, answer)

    def notional(self, quantity: int) -> int:
        """Return the value of the underlying of `quantity`, in USDC base units."""
        return self.snapshot.ether_price * quantity * USDC_UNIT // (PRICE_UNIT * OPTION_UNIT)

    def fill(self, job: Job, part: Parcel, *, markup_bps: float = 0.0) -> BidFill:
        """Return a fill at the cost of a parcel plus a markup on its notional, capped at the owner's limit."""
        markup = int(self.notional(part.quantity) * markup_bps / BPS)
        debit = min(part.cost.total + markup, job.intent.max_debit(part.quantity))
        return self.fill_at(job, part, debit)

    def fill_at(self, job: Job, part: Parcel, debit: int) -> BidFill:
        """Return a fill of a parcel at a stated debit."""
        return BidFill(
            intent_id=job.intent_id,
            quantity=part.quantity,
            debit=debit,
            chain=part.chain,
            legs=dict(part.legs),
            orders=part.orders,
        )

    def bid(self, fills: Iterable[BidFill]) -> Bid:
        """Return a bid of this solver in this round."""
        return Bid(solver=self.solver, round=self.round, fills=tuple(fills))


class Solver(ABC):
    """Base of all solvers: implement `solve`; the hooks are optional.

    A solver runs in a process of its own. What it prints is captured, an exception costs it the round, and one that
    does not come back is killed.
    """

    software: str = ""
    """Shared software the solver declares to be built on, if its developer wants that known."""

    @abstractmethod
    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return the bids for a round; `None` entries are left out."""

    def on_award(self, award: Award) -> Sequence[int]:
        """Return the positions of the winning bids to settle: all of them, unless a solver breaks its word."""
        return award.won

    def own_settlements(self, award: Award) -> Sequence[OwnSettlement]:  # noqa: ARG002  an optional hook
        """Return what it sends itself for some of the bids that it settles; by default the network sends for it.

        The contracts hold whoever sends to what owners signed. Whether it is what was awarded, the validator sees.
        """
        return ()

    def on_settled(self, notice: Notice) -> None:  # noqa: B027  an optional hook
        """Hear that one of this solver's fills was settled or failed."""

    def on_ban(self, ban: Ban) -> None:  # noqa: B027  an optional hook
        """Hear that this solver's bids are refused for a while, why, and how to contest it."""

    def on_opened(self, opened: OpenedRound) -> None:  # noqa: B027  an optional hook
        """Hear what everybody bid in a round, once its epoch is over, and what became of it."""

    def on_flag(self, notice: Notice) -> None:  # noqa: B027  an optional hook
        """Hear that this solver was flagged, and with what evidence."""


def batch_of(announcement: Announcement, solver: str, secret: bytes) -> Batch:
    """Return the batch of a round for one solver; `secret` is the root of its random streams."""
    fees = announcement.fees
    net = fees.net if fees else lambda intent: intent
    jobs = tuple(
        Job(intent_id=item.intent_id, intent=net(item.intent), remaining=item.remaining)
        for item in announcement.intents
    )
    return Batch(
        solver=solver,
        round=announcement.round,
        time_ms=announcement.time_ms,
        intents=jobs,
        graph=LiquidityGraph(announcement.snapshot),
        nodes=announcement.nodes,
        seed=seed_bytes(secret.hex(), announcement.round).hex(),
        fees=fees,
    )
