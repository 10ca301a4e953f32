"""What the search over all offers knows about searches without some of them.

To leave offers out makes no choice gain more, so that every bound that is proved once holds for all of them: that of
the whole round, and that of each leaf which a search of it left. Where a choice is proven well enough by the first, no
relaxation is solved; else the search starts from the leaves instead of from the root.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import floor
from typing import Final, Self

from auction.winner_determination.branch import BranchAndBound, Leaf, Rules, indistinct
from auction.winner_determination.model import Floats, Model

MAP_NODES: Final = 48
"""Nodes of the search whose leaves others start from; it is done once, and only where bounds do not suffice."""

CLOSER: Final = 0.1
"""Share of the gap that is good enough for one choice to which the leaves are searched, which are for many."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is proved about a group of offers where nobody is left out."""

    gains: Floats
    scale: float
    """Gain of one unit of worth."""

    chosen: list[int]
    bound: float
    """No choice gains more."""

    leaves: tuple[Leaf, ...] = ()
    """Nodes that hold every choice between them; none before they are asked for."""

    def proves(self, reached: float, gap: float) -> bool:
        """Return whether a gain is as near to the bound as a relative gap allows, in whole units: ties are less."""
        most, worth = (floor((gain + indistinct(gain)) / self.scale) for gain in (self.bound, reached))
        return most <= worth + gap * abs(worth)

    def mapped(self, model: Model, rules: Rules, gap: float) -> Self:
        """Return the same with leaves, and with the better choice and bound that came with them.

        Args:
            model: The model with no column held, where its gains are set to these.
            rules: What the search keeps to.
            gap: Relative gap that later searches stop at.

        Raises:
            UndecidedError: if the solver does not decide.
        """
        model.set_gains(self.gains)
        root = model.relax()
        if root is None:
            return self
        search = BranchAndBound(model, self.gains, (), replace(rules, maps=True))
        found = search.run(root, self.chosen, MAP_NODES, CLOSER * gap)
        return replace(self, chosen=found.chosen, bound=min(found.bound, self.bound), leaves=found.leaves)

    def without(self, banned: Collection[int]) -> list[Leaf]:
        """Return leaves that hold every choice without some columns, and say nothing about those."""
        out = set(banned)
        return [
            Leaf(min(leaf.bound, self.bound), {i: at for i, at in leaf.fixed.items() if i not in out}, leaf.basis)
            for leaf in self.leaves
            if not any(at for i, at in leaf.fixed.items() if i in out)
        ]
