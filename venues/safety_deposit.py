"""Safety deposits: ether that a solver leaves with a lock for whoever has to finish what it began.

It goes back to the solver when the solver claims, or when the lock goes back in the ordinary way. Once a step is
overdue by a grace, anybody may carry it out, and gets the deposit for it.

Source of the idea: 1inch/cross-chain-swap, commit 60228e33, `contracts/BaseEscrow.sol`, where the deposit goes to
whoever ends an escrow, and public stages open it to third parties.
"""

from dataclasses import replace

from venues.chain_state import ChainState
from venues.chains.transaction import Reverted
from venues.escrow import Deposit, Lock


def post(state: ChainState, fill_id: str, deposit: Deposit) -> ChainState | Reverted:
    """Return the state with a deposit taken from its solver's wallet, or the refusal if the wallet is short of it."""
    left = state.wallets.get(deposit.solver, 0) - deposit.wei
    if deposit.wei <= 0 or left < 0:
        return Reverted(f"undercollateralised: {deposit.solver} lacks {deposit.wei} wei for the safety deposit")
    escrow = replace(state.escrow, deposits=state.escrow.deposits.set(fill_id, deposit))
    return replace(state, escrow=escrow, wallets=state.wallets.set(deposit.solver, left))


def pay_out(state: ChainState, fill_id: str, account: str = "") -> ChainState:
    """Return the state with the deposit of a fill in somebody's wallet, its solver's by default; the same if none."""
    deposit = state.escrow.deposits.get(fill_id)
    if deposit is None:
        return state
    payee = account or deposit.solver
    escrow = replace(state.escrow, deposits=state.escrow.deposits.delete(fill_id))
    return replace(state, escrow=escrow, wallets=state.wallets.set(payee, state.wallets.get(payee, 0) + deposit.wei))


def claimable_from_ms(state: ChainState, lock: Lock, deposit: Deposit) -> int | None:
    """Return the instant from which anybody may claim a lock for its solver; `None` without a proof of delivery."""
    proved_ms = state.proofs.get(lock.fill_id)
    return None if proved_ms is None else proved_ms + deposit.grace_ms


def refundable_from_ms(state: ChainState, lock: Lock, deposit: Deposit) -> int | None:
    """Return the instant from which anybody may give a lock back to its owner; `None` while it may not go back."""
    absent_ms = state.absences.get(lock.fill_id) if lock.proves_absence else 0
    if absent_ms is None or lock.fill_id in state.proofs:
        return None
    return max(lock.refund_at_ms, absent_ms) + deposit.grace_ms
