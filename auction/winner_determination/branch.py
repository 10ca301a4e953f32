"""Branch and bound on a relaxation that is kept warm.

After cuts and a dive little is open, and a node costs a few pivots where a new search would pay for its own start. It
plunges: the branch that wins is looked at next, the other one waits with its basis; of those that wait, the one with
the highest bound comes first. What it cannot finish within its nodes it leaves, with the bound that it has proved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Final

import highspy
import numpy as np

from auction.winner_determination.model import TOLERANCE, Floats, Model, Relaxed

Fixed = dict[int, float]

Accept = Callable[[Sequence[int]], bool]
Cut = Callable[[Floats], int]

INDISTINCT: Final = 2.0**-48
"""Relative difference of sums that floating point does not tell apart."""

LEAST: Final = 1e-9
"""Absolute one, of sums near zero."""


def indistinct(gain: float) -> float:
    """Return the difference from a gain that is none."""
    return max(LEAST, INDISTINCT * abs(gain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a search keeps to."""

    accept: Accept
    """Checks a whole choice, and adds a row that forbids it where it does not hold."""

    cut: Cut
    """Adds rows that cut off values which no mix of choices has, and returns how many."""

    window: float = 0.0
    """Nodes that fall short of the best by no more than this are remembered; none if zero."""

    maps: bool = False
    """Whether every node that is left is kept as a leaf, for searches that leave columns out.

    Then no column is held because its reduced cost says that it cannot be in a better choice: what is better differs.
    """


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node that a search has left: no choice that holds `fixed` gains more than its bound."""

    bound: float
    fixed: Fixed
    basis: highspy.HighsBasis
    """Where its relaxation ended, or that of the node above it."""


@dataclass(frozen=True, slots=True)
class Branched:
    """Where a branch and bound ended."""

    chosen: list[int]
    bound: float
    nodes: int
    level: tuple[tuple[float, Fixed], ...] = ()
    """Nodes that were left although they may gain as much but for the window: each its bound and what it holds."""

    leaves: tuple[Leaf, ...] = ()
    """All that was left, where the rules ask for it: every choice is in one of them."""


class BranchAndBound:
    """One search; the model is left as it was found."""

    def __init__(self, model: Model, gains: Floats, banned: Sequence[int], rules: Rules) -> None:
        """Take a model with its gains set and its `banned` columns held at zero."""
        self._model = model
        self._gains = gains
        self._free = np.ones(len(gains), bool)
        self._free[list(banned)] = False
        self._accept, self._cut = rules.accept, rules.cut
        self._proved = -np.inf
        """Highest bound of what was left unexplored."""

        self._window, self._maps = rules.window, rules.maps
        self._level: list[tuple[float, Fixed]] = []
        self._leaves: list[Leaf] = []
        self._held: Fixed = {}
        self._open: list[tuple[float, int, Leaf]] = []
        """Nodes that wait, best bound first."""

        self._numbers = count()

    def run(self, root: Relaxed, chosen: list[int], nodes: int, relative_gap: float) -> Branched:
        """Search from the relaxation at hand for a choice better than `chosen`."""
        return self.resume([Leaf(root.bound, {}, self._model.basis())], chosen, nodes, relative_gap)

    def resume(self, leaves: Sequence[Leaf], chosen: list[int], nodes: int, relative_gap: float) -> Branched:
        """Search from nodes that hold every choice that there is for one better than `chosen`."""
        self._chosen, self._reached = chosen, float(self._gains[chosen].sum())
        self._slack = relative_gap
        basis = self._model.basis()
        for leaf in leaves:
            self._wait(leaf)
        spent = 0
        while self._open and spent < nodes and -self._open[0][0] > self._cutoff():
            node = heappop(self._open)[2]
            self._model.return_to(node.basis)
            plunge: Fixed | None = node.fixed
            # What a plunge leaves when its nodes are spent has no higher bound than its last sibling, which waits.
            while plunge is not None and spent < nodes:
                spent += 1
                plunge = self._visit(plunge)
            if plunge is not None and self._maps:
                self._leave(-self._open[0][0], plunge)
        self._model.free(list(self._held))
        self._model.return_to(basis)
        return self._ended(spent)

    def _ended(self, spent: int) -> Branched:
        waiting = [leaf for *_, leaf in self._open]
        bound = max([self._reached, self._proved, *(leaf.bound for leaf in waiting)])
        level = (*self._level, *((leaf.bound, leaf.fixed) for leaf in waiting))
        near = tuple(left for left in level if left[0] >= self._least())
        return Branched(self._chosen, bound, spent, near, (*self._leaves, *waiting) if self._maps else ())

    def _wait(self, leaf: Leaf) -> None:
        heappush(self._open, (-leaf.bound, next(self._numbers), leaf))

    def _cutoff(self) -> float:
        return self._reached + max(indistinct(self._reached), self._slack * abs(self._reached))

    def _visit(self, fixed: Fixed) -> Fixed | None:
        """Look at a node; return the branch to look at next, with the other one left waiting."""
        self._hold(fixed)
        tightened = False
        while True:
            relaxed = self._model.relax()
            if relaxed is None:
                return None
            if relaxed.bound <= self._cutoff():
                self._leave(relaxed.bound, fixed)
                return None
            values = relaxed.values[: len(self._gains)]
            away = np.minimum(values, 1 - values)
            if away.max(initial=0.0) > TOLERANCE:
                if tightened or not self._cut(relaxed.values):
                    break
                tightened = True
                continue
            found = np.flatnonzero(values > 0.5).tolist()
            if self._accept(found):
                if self._gains[found].sum() > self._reached:
                    self._chosen, self._reached = found, float(self._gains[found].sum())
                self._leave(relaxed.bound, fixed)
                return None
        ceiling = relaxed.bound + relaxed.slopes[: len(values)]
        most = -np.inf if self._maps else self._cutoff()
        useless = np.flatnonzero((values < TOLERANCE) & (ceiling < most) & self._free)
        for column in useless.tolist():
            self._leave(float(ceiling[column]), fixed | {column: 1.0})
        below = fixed | {column: 0.0 for column in useless.tolist() if column not in fixed}
        column = int(np.argmax(away * self._gains))
        rest = below | {column: 0.0}
        self._wait(Leaf(relaxed.bound, rest, self._model.basis()))
        return below | {column: 1.0}

    def _least(self) -> float:
        """Return the lower end of the window."""
        return self._reached - self._window - indistinct(self._reached)

    def _leave(self, bound: float, fixed: Fixed) -> None:
        """Leave what a node holds unexplored: it gains no more than is reached, but it may gain as much."""
        self._proved = max(self._proved, bound)
        if self._window and bound >= self._least():
            self._level.append((bound, fixed))
        if self._maps:
            self._leaves.append(Leaf(bound, fixed, self._model.basis()))

    def _hold(self, fixed: Fixed) -> None:
        """Hold the columns of a node, and let go of those of the one before."""
        self._model.free([column for column in self._held if column not in fixed])
        for value in (0.0, 1.0):
            self._model.fix([column for column, at in fixed.items() if at == value != self._held.get(column)], value)
        self._held = dict(fixed)
