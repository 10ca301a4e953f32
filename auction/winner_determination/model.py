"""A packing program kept in HiGHS between solves.

The only module here that knows the solver. One thread, a fixed seed and limits on nodes instead of time make every
answer reproducible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from auction.errors import UndecidedError
from auction.winner_determination.rows import Formulation
from auction.winner_determination.scarcity import Row

Floats = NDArray[np.float64]

TOLERANCE: Final = 1e-6
"""Values closer than this to a whole number are whole."""

MOST_UNITS: Final = 1e4
"""Terms of a shortfall above are left out: beside them the solver's tolerance would hide a unit."""

LEAST_TERM: Final = 1e-6
"""Units below which a term of a shortfall is rounding."""

_DECIDED: Final = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)

_DUAL: Final = 1
_PRIMAL: Final = 4
"""Strategies of the simplex method, as HiGHS numbers them."""

EXACT: Final = 1e-10
"""Tolerance on reduced costs. Bounds are sums of these: the tightest one makes them exact, and costs no time."""

_ATTEMPTS: Final = ((_DUAL, EXACT), (_PRIMAL, EXACT), (_DUAL, 1e-7))
"""Strategies and tolerances that are tried in turn where a warm start does not decide."""

_OPTIONS: Final[Mapping[str, object]] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "parallel": "off",
    "dual_feasibility_tolerance": EXACT,
}


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Optimum of the relaxation."""

    values: Floats
    slopes: Floats
    """Change of the optimum per unit of a column: negative for columns that had better stay out."""

    bound: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    values: Floats | None
    """One value for each column, or `None` if it found nothing."""

    bound: float


class Model:
    """Columns in [0, 1], the first `binaries` of them binary; the gain is maximised."""

    def __init__(self, formulation: Formulation, binaries: int) -> None:
        self.columns = formulation.columns
        self.binaries = binaries
        self._highs = _highs({})
        zeros = np.zeros(self.columns)
        self._highs.addVars(self.columns, zeros, np.ones(self.columns))
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        _add(self._highs, formulation.rows)

    def add(self, terms: Mapping[int, float], high: float, low: float = -np.inf) -> int:
        """Add a row, and return its number."""
        _add(self._highs, [Row(terms, high, low)])
        return int(self._highs.getNumRow()) - 1

    def add_row(self, row: Row) -> int:
        """Add a row, and return its number."""
        return self.add(row.terms, row.high, row.low)

    def bound_row(self, row: int, low: float, high: float) -> None:
        """Change what a row allows."""
        self._highs.changeRowBounds(row, low, high)

    def set_gains(self, gains: Floats) -> None:
        """Set the gain of each binary column; the others have none."""
        costs = np.zeros(self.columns)
        costs[: self.binaries] = gains
        self._highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), costs)

    def fix(self, columns: Sequence[int], value: float) -> None:
        """Hold columns at a value."""
        self._bound(columns, value, value)

    def free(self, columns: Sequence[int]) -> None:
        """Let columns move again."""
        self._bound(columns, 0.0, 1.0)

    def _bound(self, columns: Sequence[int], low: float, high: float) -> None:
        if columns:
            size = len(columns)
            self._highs.changeColsBounds(size, np.array(columns, np.int32), np.full(size, low), np.full(size, high))

    def relax(self) -> Relaxed | None:
        """Return the optimum of the relaxation, starting from the last one; `None` if nothing is feasible.

        Raises:
            UndecidedError: if the solver does not decide.
        """
        self._decide()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        bound = float(self._highs.getInfo().objective_function_value)
        return Relaxed(np.array(solution.col_value), np.array(solution.col_dual), bound)

    def shortfall(self, relaxed: Relaxed, unit: float, most: float) -> Row:
        """Return a row that bounds by how many units a choice falls short of the relaxed optimum, which it must be at.

        A choice gains the optimum, less what it leaves of each row times the row's dual, less what it has of columns
        times their reduced costs. Terms of many units are left out: what takes of them a fraction only is left to
        others.

        Args:
            relaxed: The optimum.
            unit: Gain of one unit.
            most: Most units that a choice may fall short.
        """
        program, solution = self._highs.getLp(), self._highs.getSolution()
        duals = np.array(solution.row_dual) / unit
        slopes = np.where(np.abs(relaxed.slopes) > MOST_UNITS * unit, 0.0, relaxed.slopes / unit)
        small = np.where(np.abs(duals) > MOST_UNITS, 0.0, duals)
        terms = slopes + _matrix(program).T @ small
        at = float(slopes @ relaxed.values + small @ np.array(solution.row_value))
        columns = np.flatnonzero(np.abs(terms) > LEAST_TERM)
        return Row({int(i): float(terms[i]) for i in columns}, np.inf, at - most)

    def _decide(self) -> None:
        """Solve the relaxation; a warm start can leave it undecided, then it starts afresh, at last less exactly."""
        self._highs.run()
        for strategy, tolerance in _ATTEMPTS:
            if self._highs.getModelStatus() in _DECIDED:
                break
            self._highs.setOptionValue("simplex_strategy", strategy)
            self._highs.setOptionValue("dual_feasibility_tolerance", tolerance)
            self._highs.clearSolver()
            self._highs.run()
        self._highs.setOptionValue("simplex_strategy", _DUAL)
        self._highs.setOptionValue("dual_feasibility_tolerance", EXACT)
        status = self._highs.getModelStatus()
        if status not in _DECIDED:
            raise UndecidedError(self._highs.modelStatusToString(status))

    def basis(self) -> highspy.HighsBasis:
        """Return where the last relaxation ended."""
        basis: highspy.HighsBasis = self._highs.getBasis()
        return basis

    def return_to(self, basis: highspy.HighsBasis) -> None:
        """Start the next relaxation where an earlier one ended; rows that it does not know start slack."""
        missing = int(self._highs.getNumRow()) - len(basis.row_status)
        if missing:
            basis.row_status = [*basis.row_status, *[highspy.HighsBasisStatus.kBasic] * missing]
        self._highs.setBasis(basis)

    def search(self, nodes: int) -> Found:
        """Return the best choice of binary columns, by the solver's own search."""
        search = _highs({"mip_max_nodes": nodes, "mip_rel_gap": 0.0})
        search.passModel(self._highs.getModel())
        whole = np.arange(self.binaries, dtype=np.int32)
        search.changeColsIntegrality(len(whole), whole, np.full(len(whole), highspy.HighsVarType.kInteger))
        search.run()
        info = search.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Found(None, float(info.mip_dual_bound))
        return Found(np.array(search.getSolution().col_value), float(info.mip_dual_bound))


def _packed(rows: Sequence[Row]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Return where each row starts, and the columns and values of all."""
    sizes = [len(row.terms) for row in rows]
    starts = np.cumsum([0, *sizes], dtype=np.int32)[:-1]
    index = np.array([column for row in rows for column in row.terms], np.int32)
    return starts, index, np.array([value for row in rows for value in row.terms.values()], np.float64)


def _matrix(program: highspy.HighsLp) -> sp.csr_matrix:
    """Return the coefficients of a program, a row for each row."""
    found, shape = program.a_matrix_, (program.num_row_, program.num_col_)
    parts = (np.array(found.value_), np.array(found.index_), np.array(found.start_))
    by_column = found.format_ == highspy.MatrixFormat.kColwise
    return sp.csc_matrix(parts, shape).tocsr() if by_column else sp.csr_matrix(parts, shape)


def _add(highs: highspy.Highs, rows: Sequence[Row]) -> None:
    if rows:
        starts, index, values = _packed(rows)
        low, high = np.array([row.low for row in rows]), np.array([row.high for row in rows])
        highs.addRows(len(rows), low, high, len(index), starts, index, values)


def _highs(options: Mapping[str, object]) -> highspy.Highs:
    highs = highspy.Highs()
    for name, value in {**_OPTIONS, **options}.items():
        highs.setOptionValue(name, value)
    return highs
