"""The engine that always answers: path, then greedy, then prices, then the program, as far as the budget goes.

What it returns is the best of what it found, executed a second time in whole numbers. An optimiser that fails costs
nothing but its work: the failure is named in the route, the relaxation is tried in its place, and the best of all
engines stands. Prices serve intents of one instrument. They find nearly what the program finds, sooner, so they come
before it where a deadline may leave no time for it; where work is counted, the program finds all that they would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from intents.assets import USDC_UNIT
from intents.lifecycle import Cause
from intents.wants import Package
from solvers.routing import convex, greedy, path
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
    if prices_pay(job, budget):
        simple.append(_by_prices(graph, job))
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


def prices_pay(job: Job, budget: Budget) -> bool:
    """Return whether the dual engine is asked before the program: with a deadline that leaves time, and one leg.

    Its machine code takes seconds to load. Until `warm_up` has done that, it is left out.
    """
    want, left = job.intent.want, budget.seconds
    single = isinstance(want, Package) and len(want.legs) == 1
    return single and left is not None and left > 0 and bool(warm_up.cache_info().currsize)


@cache
def warm_up() -> None:
    """Load what the engines of a live process need, so that the first intent does not pay for it."""
    import cvxpy as cp
    import numpy as np

    from solvers.routing.network.dual import solve_dual
    from solvers.routing.network.markets import Offers, Pairs
    from solvers.routing.network.network import Network, swap

    one, two = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    unit = np.ones(1)
    offers, pairs = Offers(one, two, unit, unit), Pairs(one, two, unit, unit, unit / 2, unit)
    for network in (Network(tokens=2, offers=offers), Network(tokens=2, offers=offers, pairs=pairs)):
        solve_dual(network, swap(2, 0, 1.0, 1))
    choice = cp.Variable(bounds=[0, 1], integer=True)
    cp.Problem(cp.Maximize(choice), [choice <= 0.5]).solve(solver=cp.HIGHS)


def _by_prices(graph: LiquidityGraph, job: Job) -> Route | NoRoute:
    # Compiled code takes a second to load, which solvers that do without it should not spend.
    from solvers.routing import dual

    return dual.route(graph, job)


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
    if outcome is Failure.NUMERICAL:
        spare = convex.route(graph, job)
        return _Attempt(spare if isinstance(spare, Route) else None, nodes + spare.work, failure=outcome)
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
    """Return how far a route is below the bound of the program, as a part of the bound; else what it says itself."""
    if attempt.bound is None:
        return answer.gap
    return max(attempt.bound - answer.surplus, 0.0) / max(abs(attempt.bound), 1.0)


def _refusal(simple: Sequence[Route | NoRoute], work: int) -> NoRoute:
    refusals = [answer for answer in simple if isinstance(answer, NoRoute)]
    return replace(min(refusals, key=lambda answer: (answer.unit_cost is None, answer.unit_cost or 0)), work=work)
