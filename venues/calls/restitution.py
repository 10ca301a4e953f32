"""The call that makes an owner whole whose delivery was taken back after their escrow had paid for it."""

from dataclasses import dataclass, replace
from typing import Final

from venues.calls.gas import REFUND_GAS
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.clearing import FULL_COLLATERAL
from venues.escrow import COLLECTOR

RESERVE: Final = "reserve"
"""Owner of the vault that bears the loss of a reorganisation deeper than the level at which a proof was believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restitute:
    """Give the owner back what was claimed from their lock with a proof that has turned out wrong.

    The fee goes back first. The solver, who holds the cash and has its delivery back as well, pays what is free in its
    account; the reserve pays the rest, as far as it can.
    """

    fill_id: str
    gas: int = REFUND_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the owner's vault filled up."""
        lock = state.escrow.locks.get(self.fill_id)
        if lock is None or lock.state != "claimed":
            return Reverted(f"reverted: fill {self.fill_id} is {lock.state if lock else 'not locked'}")
        is_due = state.escrow.is_refundable(self.fill_id, block.time_ms, state.absences)
        if self.fill_id in state.proofs or not is_due:
            return Reverted(f"reverted: the delivery of fill {self.fill_id} is not disproved")
        account = state.clearing.account(lock.solver)
        free = max(0, account.cash - FULL_COLLATERAL.requirement(account).cash)
        fee = min(lock.fee, state.escrow.vault(COLLECTOR))
        own = min(lock.cash - fee, free)
        reserve = min(lock.cash - fee - own, state.escrow.vault(RESERVE))
        clearing = state.clearing.change(lock.solver, cash=-own)
        escrow = state.escrow.collect(-fee).credit(RESERVE, -reserve).credit(lock.owner, fee + own + reserve)
        escrow = escrow.with_lock(replace(lock, state="refunded")).with_filled(lock.intent_id, -lock.quantity)
        fields: tuple[tuple[str, str | int], ...] = (
            ("fill", self.fill_id),
            ("solver", lock.solver),
            ("solver_cash", own),
            ("reserve_cash", reserve),
            ("missing_cash", lock.cash - fee - own - reserve),
        )
        fields = (*fields, ("fee_cash", fee)) if fee else fields
        return Applied(replace(state, clearing=clearing, escrow=escrow), (Log("Restituted", fields),))
