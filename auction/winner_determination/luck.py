"""Of several choices that are worth the same, the one that the revealed hash prefers.

The search for the worth tells equals apart by less than its tolerance, so that they are told apart here: once no choice
is worth more, a row holds the worth where it is, and the sum of tie weights is maximised. Only those nodes of the first
search are looked into that were left with a bound no lower than that worth. Its duals say what rows and columns cost a
choice there, unit by unit, however large the worth; mostly they leave nothing to choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from auction.errors import UndecidedError
from auction.winner_determination.branch import BranchAndBound, Fixed, Rules, indistinct
from auction.winner_determination.model import Floats, Model, Relaxed

UNIT: Final = 2.0**20
"""Gain of a tie weight of one: as large as the solver takes, so that sums which differ by 1e-13 are told apart."""

MOST_REFUSED: Final = 1_000
"""Choices worth a little too little that are ruled out one by one before the search stops."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A choice that none is worth more than."""

    chosen: list[int]
    worth: Sequence[int]
    """Of each column."""

    scale: float
    """Gain of one unit of worth."""

    level: Sequence[tuple[float, Fixed]]
    """Where the search left choices that may be worth as much: bounds on their gains, and what they hold."""

    @property
    def reached(self) -> int:
        """What the choice is worth."""
        return sum(self.worth[i] for i in self.chosen)

    def places(self) -> list[Fixed]:
        """Return what is held in each place where a choice of the same worth may be that is not part of this one."""
        least = self.reached * self.scale
        others = set(range(len(self.worth))) - set(self.chosen)
        held = [fixed for bound, fixed in self.level if bound >= least - indistinct(least)]
        return [fixed for fixed in held if any(fixed.get(i, 1.0) for i in others)]


def luckiest(model: Model, proven: Proven, weights: Floats, rules: Rules, nodes: int) -> list[int]:
    """Return the choice of the same worth with the largest sum of tie weights.

    Args:
        model: The program, with no column held; it is left without gains of its own.
        proven: The choice at hand.
        weights: Tie weight of each column.
        rules: What the search for the worth kept to.
        nodes: Budget; when it is spent, or the solver does not decide, the best so far is returned.
    """
    places = proven.places()
    if not places:
        return proven.chosen
    basis = model.basis()
    search = _Search(model, proven, weights * UNIT, rules)
    try:
        for fixed in places:
            nodes -= search.look(fixed, nodes)
    except UndecidedError:
        pass
    finally:
        search.let_go()
        model.free(range(len(weights)))
        model.return_to(basis)
    return search.chosen


def _no_cut(_: Floats) -> int:
    """Add no rows: those at hand cut off what is worth more, and equals leave little to cut off."""
    return 0


class _Search:
    """The search for the luckiest choice of a worth, place by place."""

    def __init__(self, model: Model, proven: Proven, gains: Floats, rules: Rules) -> None:
        self.chosen = proven.chosen
        self._model = model
        self._proven = proven
        self._least = proven.reached
        self._gains = gains
        self._is_sound = rules.accept
        self._rules = Rules(accept=self._accept, cut=_no_cut)
        reached = self._least * proven.scale
        self._floor = reached - indistinct(reached)
        self._others = sorted(set(range(len(gains))) - set(proven.chosen))
        largest = max(*map(abs, proven.worth), 1)
        terms = {i: worth / largest for i, worth in enumerate(proven.worth) if worth}
        self._rows = [model.add(terms, np.inf, (self._least - 0.5) / largest)]
        """Rows of this search: the first hides what is less by a ten millionth, which `Model.shortfall` tells."""

    def look(self, fixed: Fixed, nodes: int) -> int:
        """Look into a place, and return how many nodes it took."""
        if nodes <= 0 or len(self._rows) > MOST_REFUSED:
            return 0
        for column, value in fixed.items():
            self._model.fix([column], value)
        spent = 0
        relaxed = self._relaxed()
        if relaxed is not None:
            held = self._held(relaxed, fixed)
            if any(held.get(i, 1.0) for i in self._others):
                spent = self._searched(relaxed, held, nodes)
        self._model.free(range(len(self._gains)))
        return spent

    def _relaxed(self) -> Relaxed | None:
        """Return the relaxation of the worth in a place; `None` if it does not reach what the choice is worth."""
        self._model.set_gains(np.array(self._proven.worth) * self._proven.scale)
        relaxed = self._model.relax()
        return relaxed if relaxed is not None and relaxed.bound >= self._floor else None

    def _held(self, relaxed: Relaxed, fixed: Fixed) -> Fixed:
        """Return what every choice of this worth has or has not in a place, by the reduced costs."""
        slopes = relaxed.slopes[: len(self._gains)]
        away = np.flatnonzero(relaxed.bound - np.abs(slopes) < self._floor)
        return {i: float(slopes[i] > 0) for i in away.tolist()} | fixed

    def _searched(self, relaxed: Relaxed, held: Fixed, nodes: int) -> int:
        """Search a place for the luckiest choice, and return how many nodes it took."""
        model, scale = self._model, self._proven.scale
        short = model.add_row(model.shortfall(relaxed, scale, (relaxed.bound - self._floor) / scale + 0.5))
        for column, value in held.items():
            model.fix([column], value)
        model.set_gains(self._gains)
        root, spent = model.relax(), 0
        if root is not None:
            found = BranchAndBound(model, self._gains, list(held), self._rules).run(root, self.chosen, nodes, 0.0)
            self.chosen, spent = found.chosen, found.nodes
        model.bound_row(short, -np.inf, np.inf)
        return spent

    def let_go(self) -> None:
        """Let the rows say nothing any more."""
        for row in self._rows:
            self._model.bound_row(row, -np.inf, np.inf)

    def _accept(self, chosen: Sequence[int]) -> bool:
        """Return whether a choice holds and is worth enough; one that is not is forbidden by name."""
        if not self._is_sound(chosen):
            return False
        if sum(self._proven.worth[i] for i in chosen) >= self._least:
            return True
        inside = set(chosen)
        terms = {i: 1.0 if i in inside else -1.0 for i in range(len(self._gains))}
        most = len(inside) - 1.0 if len(self._rows) <= MOST_REFUSED else -len(self._gains) - 1.0
        self._rows.append(self._model.add(terms, most))
        return False
