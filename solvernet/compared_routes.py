"""One intent routed by every engine over a scenario's venues at an instant, to see what each makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.bounds import Measured, measured
from intents.intent import LOT, Intent
from intents.wants import AnyWant, Exposure
from solvers.routing import careful
from solvers.routing.board_sales import most_sold
from solvers.routing.certificate import Certificate, surplus_bound
from solvers.routing.failures import chances
from solvers.routing.layers import Schedule
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.risk import Margin, Risk, Tail
from solvers.routing.router import ENGINES, route
from venues.graph import LiquidityGraph

OWNER: Final = "0x" + "0" * 40
INCLUSION_MS: Final = 15_000
"""What is allowed for a transaction to get into a chain."""

INTENT_ID: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What the careful route is to mind, as the command line says it."""

    least_success: float = 0.0
    margin_rate: float = 0.0
    tail_weight: float = 0.0
    within_s: float | None = None
    cash: float = 0.0
    """Dollars at hand at home, and nowhere else, if there is a deadline."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one engine makes of the intent."""

    engine: str
    answer: Route | NoRoute

    def risks(self) -> list[Measured]:
        """Return what each parcel leaves of the risk that the owner bounds."""
        want = self.answer.job.intent.want
        if not isinstance(want, Exposure) or not isinstance(self.answer, Route):
            return []
        return [measured(want, part.legs, part.quantity) for part in self.answer.parcels]


def job_of(want: AnyWant, home: str, quantity: float, limit: float, now_ms: int) -> Job:
    """Return an intent of nobody in particular as a routing job; `limit` is in dollars a unit.

    Raises:
        ValueError: if its terms make no sense.
    """
    intent = Intent(
        owner=OWNER,
        nonce=0,
        home=home,
        want=want,
        quantity=round(quantity * OPTION_UNIT / LOT) * LOT,
        limit=round(limit * USDC_UNIT),
        valid_from_ms=now_ms,
        valid_until_ms=now_ms + 1,
    )
    return Job(intent_id=INTENT_ID, intent=intent, remaining=intent.quantity)


def compared(graph: LiquidityGraph, job: Job, care: Care) -> list[Found]:
    """Return what every engine makes of a job, and last what the careful one does."""
    answers = [Found(engine, route(graph, job, engine)) for engine in ENGINES]
    return [*answers, Found("careful", careful.route(graph, job, risk_of(graph, job, care)))]


def bound_line(graph: LiquidityGraph, found: Sequence[Found]) -> str:
    """Return in one line what no route of the intent gains more than, and how near to it the best one is."""
    routes = [each.answer for each in found if isinstance(each.answer, Route)]
    if not routes:
        return "no engine has a route, so there is nothing to hold against a bound"
    best = max(routes, key=lambda answer: answer.surplus)
    bound = surplus_bound(graph, best.job, most_sold=max(most_sold(graph, each) for each in routes))
    if bound is None:
        return "nothing is proven of what a route can gain at real prices"
    proof = Certificate(bound, best.surplus)
    return f"at real prices no route gains more than {bound / USDC_UNIT:,.2f}: the best is within {proof.gap:.2%} of it"


def risk_of(graph: LiquidityGraph, job: Job, care: Care) -> Risk:
    """Return the risk that the command line describes; venues fail as often as one that nobody has tried."""
    schedule = None
    if care.within_s is not None:
        schedule = Schedule(
            within_ms=round(care.within_s * 1000),
            inclusion_ms=dict.fromkeys(graph.snapshot.by_chain, INCLUSION_MS),
            cash={job.intent.home: round(care.cash * USDC_UNIT)},
        )
    return Risk(
        margin=Margin(rate=care.margin_rate) if care.margin_rate else None,
        chances=chances(graph.snapshot, {}),
        least_success=care.least_success,
        tail=Tail(weight=care.tail_weight) if care.tail_weight else None,
        schedule=schedule,
    )
