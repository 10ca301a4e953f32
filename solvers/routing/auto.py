"""The engine that always answers: path, then greedy, then the program, as far as the budget goes.

What it returns is the best of what it found, executed a second time in whole numbers. An optimiser that fails costs
nothing but its work: the failure is named in the route, and the best of the other engines stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from intents.assets import USDC_UNIT
from intents.lifecycle import Cause
from solvers.routing import greedy, path
from solvers.routing.exact import DEFAULT_NODES, RELATIVE_GAP, Allocation, build, read
from solvers.routing.executed import executed
from solvers.routing.least_cost import least_cost
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Limits, Optimum
from solvers.routing.verify import verify_route
from venues.graph import LiquidityGraph

DEFAULT_WORK: Final = 2_000
"""Work units of one route, which are about 500 ms: see the row on `auto` of the routing benchmark."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of a clock, for live use."""

    clock: Callable[[], float]
    """Returns the present instant, in seconds."""

    at: float

    @property
    def left(self) -> float:
        """Seconds until it, negative once it has passed."""
        return self.at - self.clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one route may take. Path and greedy take what they need; the program starts with what they leave."""

    work: int = DEFAULT_WORK
    """Orders simulated, simplex iterations and nodes, together."""

    nodes: int = DEFAULT_NODES
    """Branch-and-bound nodes, at most."""

    deadline: Deadline | None = None
    """With it an answer depends on the machine; without it, on the market and the intent alone."""

    @property
    def seconds(self) -> float | None:
        """Seconds left until the deadline; `None` without one."""
        return self.deadline.left if self.deadline is not None else None

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and self.deadline.left <= 0


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What came of the program."""

    route: Route | None
    work: int
    bound: float | None = None
    """Largest surplus in its model, in USDC base units, where it proved one."""

    failure: Failure | None = None


def route(graph: LiquidityGraph, job: Job, budget: Budget) -> Route | NoRoute:
    """Return the best route found within a budget, verified, or why there is none.

    Never worse than the better of `path` and `greedy`, unless the deadline passes before greedy has started.
    """
    simple: list[Route | NoRoute] = [path.route(graph, job)]
    if not budget.late:
        simple.append(greedy.route(graph, job))
    spent = sum(answer.work for answer in simple)
    attempt = _attempt(graph, job, replace(budget, work=budget.work - spent))
    found = [answer for answer in (attempt.route, *simple) if isinstance(answer, Route)]
    failures = [attempt.failure] if attempt.failure is not None else []
    wrong = ""
    for answer in sorted(found, key=lambda answer: -answer.surplus):
        checked = verify_route(graph, job, answer)
        if not isinstance(checked, str):
            work, gap = spent + attempt.work, _gap(answer, attempt)
            return replace(answer, work=work, gap=gap, failures=tuple(failures))
        wrong = checked
        failures.append(Failure.NOT_EXECUTABLE)
    if found:
        return NoRoute(job=job, cause=Cause.NO_SOLUTION, detail=wrong, work=spent + attempt.work)
    return _refusal(simple, spent + attempt.work)


def _attempt(graph: LiquidityGraph, job: Job, budget: Budget) -> _Attempt:
    """Return what the program makes of what is left of a budget.

    Its first relaxation takes about an iteration for each row, so with less work than that it is not begun.
    """
    if budget.late:
        return _Attempt(None, 0, failure=Failure.TIMED_OUT)
    if least_cost(graph, job) > job.intent.limit:
        return _Attempt(None, 0)
    model = build(graph, [job])
    if not model.quantity:
        return _Attempt(None, 0)
    nodes = min(budget.nodes, budget.work - len(model.program.low))
    if nodes <= 0:
        return _Attempt(None, 0, failure=Failure.OUT_OF_WORK)
    seconds = budget.seconds
    if seconds is not None and seconds <= 0:
        return _Attempt(None, 0, failure=Failure.TIMED_OUT)
    outcome = model.program.attempt(Limits(nodes=nodes, relative_gap=RELATIVE_GAP, seconds=seconds))
    if isinstance(outcome, Failure):
        return _Attempt(None, nodes, failure=outcome)
    return _rounded(graph, job, outcome, read(model, [job], outcome))


def _rounded(graph: LiquidityGraph, job: Job, optimum: Optimum, allocation: Allocation) -> _Attempt:
    answer = executed(graph, job, allocation)
    work = answer.work if answer is not None else optimum.work
    lost = Failure.NOT_EXECUTABLE if answer is None and allocation.shares else None
    bound = (optimum.objective + optimum.gap * abs(optimum.objective)) * USDC_UNIT
    return _Attempt(answer, work, bound, lost)


def _gap(answer: Route, attempt: _Attempt) -> float | None:
    """Return how far a route is below the bound of the program, as a part of the bound."""
    if attempt.bound is None:
        return None
    return max(attempt.bound - answer.surplus, 0.0) / max(abs(attempt.bound), 1.0)


def _refusal(simple: Sequence[Route | NoRoute], work: int) -> NoRoute:
    refusals = [answer for answer in simple if isinstance(answer, NoRoute)]
    return replace(min(refusals, key=lambda answer: (answer.unit_cost is None, answer.unit_cost or 0)), work=work)
