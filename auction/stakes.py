"""What solvers can spend, what they have at stake, and how much of it is spoken for.

The stake is on chain, and only a slash takes from it. Where bonds are locked, a solver wins no more than its stake
covers: the bonds of its fills under way are spoken for until these end, and what is to be slashed until it is.
"""

from collections.abc import Callable, Mapping, Sequence

from auction.aftermath import Aftermath
from auction.bonds import STAKE
from auction.rules import AuctionRules
from solvers.bid import Bid
from venues.chain_state import ChainState
from venues.clearing import FULL_COLLATERAL
from venues.world import World


class Stakes:
    """The stakes of a run, beside its rules."""

    def __init__(self, rules: AuctionRules, aftermath: Aftermath) -> None:
        self._rules = rules
        self._aftermath = aftermath

    def free(
        self, world: World, states: Mapping[str, ChainState], solvers: Sequence[str]
    ) -> dict[tuple[str, str], int]:
        """Return what each solver can spend on each chain: its cash less what backs its positions.

        Where bonds are locked, what it has at stake and not spoken for is told as cash at a place of its own; it can be
        below zero where the market has moved since an award.
        """
        free = {}
        for chain, state in states.items():
            for solver in solvers:
                account = state.clearing.account(solver)
                free[solver, chain] = account.cash - FULL_COLLATERAL.requirement(account).cash
        if self._rules.locks_bonds:
            bonds, spoken_for = world.state(self._rules.bond_chain).escrow.bonds, self._aftermath.spoken_for()
            free |= {(solver, STAKE): bonds.get(solver, 0) - spoken_for.get(solver, 0) for solver in solvers}
        return free

    def bond_of(self, world: World) -> Callable[[Bid], int] | None:
        """Return what says how large the bonds of all fills of a bid are together; `None` if bonds are not locked."""
        if not self._rules.locks_bonds:
            return None
        rules, bonds, now_ms = self._rules, self._rules.bonds, world.now_ms
        until_ms = now_ms + rules.award_delay_ms + rules.policy.delivery_window_ms
        return lambda bid: sum(bonds.amount(fill.legs, world.truth, now_ms, until_ms) for fill in bid.fills)
