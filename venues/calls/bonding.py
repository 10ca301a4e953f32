"""Calls on the bonds that solvers have at stake."""

from dataclasses import dataclass, replace

from venues.calls.gas import SLASH_GAS
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted


@dataclass(frozen=True, slots=True, kw_only=True)
class Slash:
    """Hand a part of a solver's bond to the owner it wronged."""

    fill_id: str
    solver: str
    owner: str
    cash: int
    gas: int = SLASH_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the bond reduced and the owner's vault increased by the same amount."""
        escrow, taken = state.escrow.slash(self.solver, self.cash)
        fields = (("fill", self.fill_id), ("solver", self.solver), ("owner", self.owner), ("cash", taken))
        return Applied(replace(state, escrow=escrow.credit(self.owner, taken)), (Log("Slashed", fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """Take a part of a solver's bond for the house: what a round lost by fills that the solver won and let fail."""

    fine_id: str
    solver: str
    cash: int
    gas: int = SLASH_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the bond reduced and the collector's vault increased by the same amount."""
        escrow, taken = state.escrow.slash(self.solver, self.cash)
        fields = (("fine", self.fine_id), ("solver", self.solver), ("cash", taken))
        return Applied(replace(state, escrow=escrow.collect(taken)), (Log("Fined", fields),))
