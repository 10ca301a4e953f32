"""The convex relaxation: the program without whole numbers, pools as cones; a bound, and an engine.

Gas and fixed fees then count in proportion to how much of a venue is used. So no allocation of the program is worth
more than the relaxation, and where nothing costs a fixed amount it is the program itself. Constant-product pools
enter with their exact curve, `(1 - q/x)(1 + g c/y) >= 1` for `q` ether bought at a cost of `c`, which is one
second-order cone.
"""

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from intents.assets import ETH_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from solvers.routing.exact import Allocation, Model, build, read
from solvers.routing.executed import executed
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Optimum
from venues.graph import Edge, LiquidityGraph
from venues.markets.cpmm import FEE_DENOMINATOR, FEE_NUMERATOR, SpotPool
from venues.pricing.black76 import Floats

if TYPE_CHECKING:
    import cvxpy as cp

KEPT = FEE_NUMERATOR / FEE_DENOMINATOR
"""Part of an input that a pool trades."""


SMALL_PART = 0.02
"""Part of all that is delivered below which a chain delivers nothing."""

HALF_A_LOT = 0.005
"""In options."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a relaxation."""

    model: Model
    values: Floats
    worth: float
    """Surplus in dollars, which no allocation of the program exceeds."""

    work: int
    """Iterations of the solver."""

    with_cones: bool
    """Whether pools are their exact curves, not chords."""


def relaxation(graph: LiquidityGraph, job: Job) -> Relaxed | Failure:
    """Return the relaxation of the program of one intent; infeasible where it can be delivered nowhere.

    Where the conic solver stalls, which it may on rows of very different sizes, pools are taken by the chords of the
    program and a simplex method solves what is then linear. That bounds the program as well, and real prices less well.
    """
    model = build(graph, [job])
    if not model.quantity:
        return Failure.INFEASIBLE
    found = _solved(graph, model, with_cones=True)
    return _solved(graph, model, with_cones=False) if found is Failure.NUMERICAL else found


def _solved(graph: LiquidityGraph, model: Model, *, with_cones: bool) -> Relaxed | Failure:
    import cvxpy as cp

    program = model.program
    chosen = cp.Variable(len(program.gain), bounds=[np.zeros(len(program.gain)), program.bounds()])
    gain, worth, cones = np.array(program.gain), [], []
    for edge, steps in model.flows.items():
        pool = graph.snapshot.by_venue[edge.key]
        if with_cones and isinstance(pool, SpotPool):
            gain[steps] = 0.0
            paid, cone = _cone(pool, edge, cp.sum(chosen[steps]))
            worth.append(-paid if edge.side == "buy" else paid)
            cones.append(cone)
    problem = cp.Problem(cp.Maximize(gain @ chosen + sum(worth)), [*program.constraints(chosen), *cones])
    failure = _failure(problem, cp.CLARABEL if with_cones else cp.HIGHS)
    if failure is not None:
        return failure
    work = int(problem.solver_stats.num_iters or 0)
    return Relaxed(model, np.maximum(chosen.value, 0.0), float(problem.value), work, with_cones)


def route(graph: LiquidityGraph, job: Job) -> Route | NoRoute:
    """Return the relaxation's route in whole lots, with its distance from the relaxation, or why there is none."""
    found = relaxation(graph, job)
    if isinstance(found, Failure):
        cause = Cause.NO_LIQUIDITY if found is Failure.INFEASIBLE else Cause.NO_SOLUTION
        return NoRoute(job=job, cause=cause, detail=f"no relaxation: {found}", work=0)
    values = _without_specks(found)
    allocation = _gathered(read(found.model, [job], Optimum(values, found.worth, 0.0, found.work)))
    answer = executed(graph, job, allocation) if allocation.shares else None
    if answer is None:
        detail = "lost in rounding to whole lots" if allocation.shares else "nothing is worth its cost"
        cause = Cause.NO_SOLUTION if found.model.flows else Cause.NO_LIQUIDITY
        return NoRoute(job=job, cause=cause, detail=detail, work=found.work)
    bound = found.worth * USDC_UNIT
    return replace(answer, engine="convex", gap=max(bound - answer.surplus, 0.0) / max(abs(bound), 1.0))


def _gathered(allocation: Allocation) -> Allocation:
    """Return an allocation without small parts of an intent: what they deliver, the chains with large parts deliver.

    An inner point of equally good answers delivers a little everywhere, and all-or-none intents allow one chain only.
    """
    shares = sorted(allocation.shares, key=lambda share: -share.quantity)
    total = sum(share.quantity for share in shares)
    whole = bool(shares) and shares[0].job.intent.fill == "all_or_none"
    kept = shares[:1] if whole else [share for share in shares if share.quantity >= SMALL_PART * total]
    if len(kept) == len(shares):
        return allocation
    more = total / sum(share.quantity for share in kept)
    grown = [
        replace(s, quantity=s.quantity * more, legs={name: held * more for name, held in s.legs.items()}) for s in kept
    ]
    return replace(allocation, shares=tuple(sorted(grown, key=lambda share: share.chain)))


def _cone(pool: SpotPool, edge: Edge, quantity: "cp.Expression") -> "tuple[cp.Expression, cp.Constraint]":
    """Return what a pool is paid or pays for a quantity of ether, in dollars, and the cone that says so."""
    import cvxpy as cp

    ether, cash = pool.ether / ETH_UNIT, pool.cash / USDC_UNIT
    paid: Any = cp.Variable(nonneg=True)
    if edge.side == "buy":
        one, two = 1 - quantity / ether, 1 + KEPT * paid / cash
    else:
        one, two = 1 + KEPT * quantity / ether, 1 - paid / cash
    return paid, cp.SOC(one + two, cp.hstack([2.0, one - two]))


def _failure(problem: "cp.Problem", solver: str) -> Failure | None:
    """Solve a problem and return what went wrong, if anything did."""
    import cvxpy as cp

    threads = {"max_threads": 1} if solver == cp.CLARABEL else {"threads": 1}
    try:
        with warnings.catch_warnings():
            # An answer that is less exact than asked for is an answer here: it is executed in whole numbers.
            warnings.simplefilter("ignore", UserWarning)
            problem.solve(solver=solver, **threads)
    except (cp.SolverError, ArithmeticError, ValueError):
        return Failure.NUMERICAL
    if problem.status in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
        return None
    return Failure.INFEASIBLE if problem.status in {cp.INFEASIBLE, cp.UNBOUNDED} else Failure.NUMERICAL


def _without_specks(found: Relaxed) -> Floats:
    """Return the values with what is traded of less than half a lot set to nothing: an inner point uses all venues."""
    values = found.values.copy()
    for steps in found.model.flows.values():
        if values[steps].sum() < HALF_A_LOT:
            values[steps] = 0.0
    return values
