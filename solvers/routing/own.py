"""Routing for those who know better: an objective of one's own, or an optimiser of one's own.

The rows of the program stay as they are, so an answer keeps what the owner signed; one row more keeps its cost within
the limit. Whatever comes back is rounded, executed and verified like any other route.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from intents.lifecycle import Cause
from solvers.routing import auto
from solvers.routing.exact import DEFAULT_NODES, RELATIVE_GAP, Allocation, Model, build, read
from solvers.routing.executed import executed
from solvers.routing.problem import Job, NoRoute, Route
from solvers.routing.program import Failure, Limits, Optimum
from solvers.routing.verify import verify_route
from venues.graph import Edge, LiquidityGraph
from venues.pricing.black76 import Floats

if TYPE_CHECKING:
    import cvxpy as cp


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an objective may be written over, as expressions of cvxpy."""

    surplus: "cp.Expression"
    """The owner's limit less all costs, in dollars: what is maximised if nobody says otherwise."""

    delivered: "Mapping[str, cp.Expression]"
    """Units delivered on each chain."""

    traded: "Mapping[Edge, cp.Expression]"
    """Options (or ether) traded over each edge of the graph."""

    used: "Mapping[Edge, cp.Expression]"
    """One where an order is sent over an edge, else zero."""

    def by_venue(self) -> "dict[str, cp.Expression]":
        """Return what is traded at each venue, all instruments and both sides together."""
        total: dict[str, cp.Expression] = {}
        for edge, quantity in self.traded.items():
            total[edge.key] = total[edge.key] + quantity if edge.key in total else quantity
        return total


Objective = Callable[[Terms], "cp.Expression"]
"""What to maximise: concave, and made of straight pieces, because the program has integers."""


@dataclass(frozen=True, slots=True)
class IntentProgram:
    """One intent as a mixed-integer program: maximise `gain @ x`, `low <= matrix @ x <= high`, `0 <= x <= upper`.

    Quantities are in options and cash in dollars, so that numbers are of like size.
    """

    graph: LiquidityGraph
    job: Job
    model: Model

    @property
    def gain(self) -> Floats:
        """What a unit of each variable adds to the surplus."""
        return np.array(self.model.program.gain)

    @property
    def upper(self) -> Floats:
        """The largest value of each variable."""
        return self.model.program.bounds()

    @property
    def integer(self) -> Floats:
        """One for each variable that must be whole, else zero."""
        return np.isin(np.arange(len(self.gain)), self.model.program.integer).astype(float)

    @property
    def low(self) -> Floats:
        """The least level of each row."""
        return np.array(self.model.program.low)

    @property
    def high(self) -> Floats:
        """The largest level of each row."""
        return np.array(self.model.program.high)

    @property
    def matrix(self) -> sp.csr_matrix:
        """The coefficients of the rows."""
        return self.model.program.matrix()

    def terms(self, values: "cp.Variable") -> Terms:
        """Return by name what a vector of all variables stands for."""
        model = self.model
        return Terms(
            surplus=self.gain @ values,
            delivered={chain: values[index] for (_, chain), index in model.quantity.items()},
            traded={edge: values[steps].sum() for edge, steps in model.flows.items()},
            used={edge: values[index] for edge, index in model.uses.items()},
        )

    def route(self, values: Floats) -> Route | NoRoute:
        """Return the route that a solution comes to in whole lots, or what is wrong with it."""
        if values.shape != self.gain.shape or not np.isfinite(values).all():
            detail = f"a solution is {self.gain.size} finite numbers, one for each variable"
            return NoRoute(job=self.job, cause=Cause.NO_SOLUTION, detail=detail, work=0)
        found = read(self.model, [self.job], Optimum(np.maximum(values, 0.0), 0.0, 0.0, 0))
        if not found.shares:
            return NoRoute(job=self.job, cause=Cause.NO_SOLUTION, detail="the solution delivers nothing", work=0)
        return self._checked(found)

    def _checked(self, found: Allocation) -> Route | NoRoute:
        answer = executed(self.graph, self.job, found)
        wrong = verify_route(self.graph, self.job, answer) if answer is not None else "lost in rounding to whole lots"
        if answer is None or isinstance(wrong, str):
            return NoRoute(job=self.job, cause=Cause.NO_SOLUTION, detail=str(wrong), work=0)
        return replace(answer, engine="own", gap=None)


def intent_program(graph: LiquidityGraph, job: Job) -> IntentProgram:
    """Return the program of one intent, with a row that keeps its cost within the limit."""
    model = build(graph, [job])
    terms = {index: gain for index, gain in enumerate(model.program.gain) if gain}
    if terms:
        model.program.row(terms, low=0.0)
    return IntentProgram(graph, job, model)


def route(graph: LiquidityGraph, job: Job, objective: Objective, *, nodes: int = DEFAULT_NODES) -> Route | NoRoute:
    """Return the route that maximises an objective of the author's own.

    Where the optimiser fails, or its answer does not survive rounding, the route of `auto` stands, and names the
    failure. An objective that is best off with nothing gets nothing.
    """
    problem = intent_program(graph, job)
    usual = auto.Budget(nodes=nodes)
    if not problem.model.quantity:
        return auto.route(graph, job, usual)
    limits = Limits(nodes=nodes, relative_gap=RELATIVE_GAP)
    outcome = problem.model.program.attempt(limits, lambda values: objective(problem.terms(values)))
    failure = outcome if isinstance(outcome, Failure) else Failure.NOT_EXECUTABLE
    if isinstance(outcome, Optimum):
        answer = problem.route(outcome.values)
        if isinstance(answer, Route):
            return replace(answer, work=answer.work + outcome.work, gap=outcome.gap)
        if not read(problem.model, [job], outcome).shares:
            return replace(answer, work=outcome.work)
    spare = auto.route(graph, job, usual)
    return replace(spare, failures=(failure, *spare.failures)) if isinstance(spare, Route) else spare
