"""What solvers can spend, what they have at stake, and how much of it is spoken for.

The stake is on chain, and only a slash takes from it. Where bonds are locked, a solver wins no more than its stake
covers: the bonds of its fills under way are spoken for until these end, and what is to be slashed until it is.
"""

from collections.abc import Callable, Sequence

from auction.aftermath import Aftermath
from auction.bonds import STAKE
from auction.rules import AuctionRules
from solvers.bid import Bid
from venues.world import World


class Stakes:
    """The stakes of a run, beside its rules."""

    def __init__(self, rules: AuctionRules, aftermath: Aftermath) -> None:
        self._rules = rules
        self._aftermath = aftermath

    def free(self, world: World, solvers: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return what each solver has at stake and not spoken for, as cash at a place of its own; none without locks.

        It can be below zero where the market has moved since an award.
        """
        if not self._rules.locks_bonds:
            return {}
        bonds, spoken_for = world.state(self._rules.bond_chain).escrow.bonds, self._aftermath.spoken_for()
        return {(solver, STAKE): bonds.get(solver, 0) - spoken_for.get(solver, 0) for solver in solvers}

    def bond_of(self, world: World) -> Callable[[Bid], int] | None:
        """Return what says how large the bonds of all fills of a bid are together; `None` if bonds are not locked."""
        if not self._rules.locks_bonds:
            return None
        rules, bonds, now_ms = self._rules, self._rules.bonds, world.now_ms
        until_ms = now_ms + rules.award_delay_ms + rules.policy.delivery_window_ms
        return lambda bid: sum(bonds.amount(fill.legs, world.truth, now_ms, until_ms) for fill in bid.fills)
