"""A mixed-integer linear program, assembled row by row and solved with cvxpy and HiGHS."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.sparse as sp

from venues.pricing.black76 import Floats

if TYPE_CHECKING:
    import cvxpy as cp

INFINITY: Final = float("inf")

_OPTIONS: Final = {"threads": 1, "random_seed": 0, "mip_heuristic_run_feasibility_jump": False}
"""One thread and one seed, so that answers repeat; the feasibility jump took a third of the time and found nothing."""

_FEASIBLE: Final = 2
"""What HiGHS calls a solution that keeps all rows (`kSolutionStatusFeasible`)."""


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
        import cvxpy as cp

        size = len(self.gain)
        upper = np.array(self.upper)
        upper[self.integer] = 1.0
        whole = [np.array(self.integer)] if self.integer else False
        chosen = cp.Variable(size, bounds=[np.zeros(size), upper], integer=whole)
        problem = cp.Problem(cp.Maximize(np.array(self.gain) @ chosen), self._constraints(chosen))
        try:
            with warnings.catch_warnings():
                # cvxpy warns of every search that its node limit stops; the gap says how good the answer is.
                warnings.simplefilter("ignore", UserWarning)
                problem.solve(solver=cp.HIGHS, mip_max_nodes=nodes, mip_rel_gap=relative_gap, **_OPTIONS)
        except cp.SolverError:
            return None
        if chosen.value is None or problem.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE, cp.USER_LIMIT}:
            return None
        info = problem.solver_stats.extra_stats
        if getattr(info, "primal_solution_status", _FEASIBLE) != _FEASIBLE:
            # The limit came before the first feasible answer: the values are zeros that keep no row.
            return None
        values = np.maximum(chosen.value, 0.0)
        values[self.integer] = np.round(values[self.integer])
        gap = _gap(info) if self.integer else 0.0
        return Optimum(values, float(problem.value), gap, _work(info))

    def _constraints(self, chosen: "cp.Variable") -> list["cp.Constraint"]:
        """Return the rows as one equation and one inequality: cvxpy is slow by the constraint, not by the row."""
        matrix, low, high = self._matrix(), np.array(self.low), np.array(self.high)
        equal = low == high
        under, over = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
        constraints = []
        if equal.any():
            constraints.append(matrix[equal] @ chosen == low[equal])
        if (under | over).any():
            rows = sp.vstack([matrix[under], -matrix[over]], format="csr")
            constraints.append(rows @ chosen <= np.concatenate([high[under], -low[over]]))
        return constraints

    def _matrix(self) -> sp.csr_matrix:
        rows, columns, values = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        return sp.csr_matrix((values, (rows, columns)), shape=(len(self.low), len(self.gain)))


def _gap(info: object) -> float:
    """Return the relative gap that HiGHS reports for a program with integers; one where it has no bound."""
    gap = float(getattr(info, "mip_gap", 1.0))
    return gap if np.isfinite(gap) else 1.0


def _work(info: object) -> int:
    iterations = int(getattr(info, "simplex_iteration_count", 0))
    return max(iterations, 0) + max(int(getattr(info, "mip_node_count", 0)), 0)
