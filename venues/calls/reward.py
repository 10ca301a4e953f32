"""The call that pays solvers their rewards."""

from dataclasses import dataclass, replace

from venues.calls.gas import REWARD_GAS
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Pay a solver out of the fees that a vault holds: all of it or nothing."""

    reward_id: str
    payer: str
    solver: str
    cash: int
    gas: int = REWARD_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the cash moved from the payer's vault to the solver's clearing account."""
        held = state.escrow.vault(self.payer)
        if not 0 < self.cash <= held:
            return Reverted(f"undercollateralised: vault of {self.payer} holds {held}, the reward is {self.cash}")
        escrow = state.escrow.credit(self.payer, -self.cash)
        clearing = state.clearing.change(self.solver, cash=self.cash)
        fields = (("reward", self.reward_id), ("solver", self.solver), ("cash", self.cash))
        return Applied(replace(state, escrow=escrow, clearing=clearing), (Log("Rewarded", fields),))
