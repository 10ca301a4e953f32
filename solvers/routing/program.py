"""A mixed-integer linear program, assembled row by row and solved with cvxpy and HiGHS."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.sparse as sp

from venues.pricing.black76 import Floats

if TYPE_CHECKING:
    import cvxpy as cp

INFINITY: Final = float("inf")

Objective = Callable[["cp.Variable"], "cp.Expression"]
"""What to maximise, of the vector of all variables; concave and made of straight pieces."""

_OPTIONS: Final = {"threads": 1, "random_seed": 0, "mip_heuristic_run_feasibility_jump": False}
"""One thread and one seed, so that answers repeat; the feasibility jump took a third of the time and found nothing."""

_FEASIBLE: Final = 2
"""What HiGHS calls a solution that keeps all rows (`kSolutionStatusFeasible`)."""


class Failure(StrEnum):
    """Why an optimiser has no answer that can be used."""

    INFEASIBLE = "infeasible"
    """Nothing keeps all rows, or nothing bounds the objective."""

    OUT_OF_WORK = "out of work"
    """The budget ended before the first answer."""

    TIMED_OUT = "timed out"
    """The deadline came before the first answer."""

    NUMERICAL = "numerical trouble"
    """The optimiser gave up, or its data are not finite."""

    UNSUITABLE = "unsuitable objective"
    """The objective is not concave, or not made of straight pieces, which is all that the optimiser takes."""

    NOT_EXECUTABLE = "not executable"
    """In whole lots the answer breaks the owner's terms, does not fill or costs more than the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a search ends."""

    nodes: int
    """Branch-and-bound nodes."""

    relative_gap: float
    seconds: float | None = None
    """Of the wall clock, for live use: with it an answer depends on the machine."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """What the solver found."""

    values: Floats
    """One value for each variable."""

    objective: float
    gap: float
    """Relative distance between the objective and its proven bound; one where nothing is proven."""

    work: int
    """Simplex iterations and nodes."""


@dataclass(slots=True)
class Program:
    """Variables and rows; the objective is to be maximised."""

    gain: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def variable(self, *, gain: float = 0.0, upper: float = INFINITY, integer: bool = False) -> int:
        """Add a variable that is at least zero, and return its index."""
        index = len(self.gain)
        self.gain.append(gain)
        self.upper.append(upper)
        if integer:
            self.integer.append(index)
        return index

    def row(self, terms: Mapping[int, float], *, low: float = -INFINITY, high: float = INFINITY) -> None:
        """Add a row `low <= sum of terms <= high`."""
        index = len(self.low)
        self.entries.extend((index, variable, value) for variable, value in terms.items())
        self.low.append(low)
        self.high.append(high)

    def solve(self, *, nodes: int, relative_gap: float) -> Optimum | None:
        """Return the optimum, or `None` if there is none within `nodes` branch-and-bound nodes."""
        outcome = self.attempt(Limits(nodes=nodes, relative_gap=relative_gap))
        return outcome if isinstance(outcome, Optimum) else None

    def attempt(self, limits: Limits, objective: "Objective | None" = None) -> Optimum | Failure:
        """Return the optimum, or what kept the optimiser from it.

        Args:
            limits: Where the search ends.
            objective: What to maximise instead of the gains, as an expression of the vector of all variables.
        """
        import cvxpy as cp

        size, upper = len(self.gain), self.bounds()
        whole = [np.array(self.integer)] if self.integer else False
        chosen = cp.Variable(size, bounds=[np.zeros(size), upper], integer=whole)
        aim = np.array(self.gain) @ chosen if objective is None else objective(chosen)
        if objective is not None and not _is_suitable(aim):
            return Failure.UNSUITABLE
        problem = cp.Problem(cp.Maximize(aim), self.constraints(chosen))
        failure = _solved(problem, limits)
        if failure is not None:
            return failure
        info = problem.solver_stats.extra_stats
        feasible = getattr(info, "primal_solution_status", _FEASIBLE) == _FEASIBLE
        if chosen.value is None or not feasible:
            # The limit came before the first feasible answer: the values are zeros that keep no row.
            return _stopped(problem, limits)
        values = np.maximum(chosen.value, 0.0)
        values[self.integer] = np.round(values[self.integer])
        gap = _gap(info) if self.integer else 0.0
        return Optimum(values, float(problem.value), gap, _work(info))

    def relaxed(self) -> "Program":
        """Return the program with fractions where it has whole numbers, on the same rows."""
        return replace(self, upper=self.bounds().tolist(), integer=[])

    def constraints(self, chosen: "cp.Variable") -> list["cp.Constraint"]:
        """Return the rows as one equation and one inequality: cvxpy is slow by the constraint, not by the row."""
        matrix, low, high = self.matrix(), np.array(self.low), np.array(self.high)
        equal = low == high
        under, over = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
        constraints = []
        if equal.any():
            constraints.append(matrix[equal] @ chosen == low[equal])
        if (under | over).any():
            rows = sp.vstack([matrix[under], -matrix[over]], format="csr")
            constraints.append(rows @ chosen <= np.concatenate([high[under], -low[over]]))
        return constraints

    def bounds(self) -> Floats:
        """Return the largest value of each variable."""
        upper = np.array(self.upper)
        upper[self.integer] = 1.0
        return upper

    def matrix(self) -> sp.csr_matrix:
        """Return the coefficients, a row for each row."""
        rows, columns, values = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        return sp.csr_matrix((values, (rows, columns)), shape=(len(self.low), len(self.gain)))


def _is_suitable(aim: object) -> bool:
    """Return whether something is one number to be maximised, concave and made of straight pieces."""
    import cvxpy as cp

    return isinstance(aim, cp.Expression) and aim.is_scalar() and bool(aim.is_concave() and aim.is_pwl())


def _solved(problem: "cp.Problem", limits: Limits) -> Failure | None:
    """Solve a problem; return what went wrong, unless values or the end of the budget came of it."""
    import cvxpy as cp

    options = _OPTIONS if limits.seconds is None else _OPTIONS | {"time_limit": limits.seconds}
    try:
        with warnings.catch_warnings():
            # cvxpy warns of every search that its node limit stops; the gap says how good the answer is.
            warnings.simplefilter("ignore", UserWarning)
            problem.solve(solver=cp.HIGHS, mip_max_nodes=limits.nodes, mip_rel_gap=limits.relative_gap, **options)
    except (cp.SolverError, ArithmeticError, ValueError):
        # cvxpy finds data that are not finite by a `ValueError`.
        return Failure.NUMERICAL
    if problem.status in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE, cp.USER_LIMIT}:
        return None
    hopeless = {cp.INFEASIBLE, cp.UNBOUNDED, cp.settings.INFEASIBLE_OR_UNBOUNDED}
    return Failure.INFEASIBLE if problem.status in hopeless else Failure.NUMERICAL


def _stopped(problem: "cp.Problem", limits: Limits) -> Failure:
    """Return which limit ended a search that has no answer yet."""
    seconds = problem.solver_stats.solve_time
    late = limits.seconds is not None and seconds is not None and seconds >= limits.seconds
    return Failure.TIMED_OUT if late else Failure.OUT_OF_WORK


def _gap(info: object) -> float:
    """Return the relative gap that HiGHS reports for a program with integers; one where it has no bound."""
    gap = float(getattr(info, "mip_gap", 1.0))
    return gap if np.isfinite(gap) else 1.0


def _work(info: object) -> int:
    iterations = int(getattr(info, "simplex_iteration_count", 0))
    return max(iterations, 0) + max(int(getattr(info, "mip_node_count", 0)), 0)
