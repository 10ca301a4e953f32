"""Calls that lock with a safety deposit, and that let a third party finish what others left undone."""

from dataclasses import dataclass
from typing import Final, Literal

from venues import safety_deposit
from venues.calls.gas import CLAIM_GAS, LOCK_GAS, REFUND_GAS
from venues.calls.settlement import Lock, claimed, refunded
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.escrow import Deposit
from venues.escrow import Lock as EscrowLock

DEPOSIT_GAS: Final = 25_000
"""A deposit that is stored, or paid out: one slot of storage and a transfer."""

Ending = Literal["claim", "refund"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredLock(Lock):
    """Set the owner's cash aside, with a safety deposit of the solver's."""

    deposit_wei: int
    grace_ms: int
    """Time for which a step that has become possible is its own party's to carry out."""

    gas: int = LOCK_GAS + DEPOSIT_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the cash locked and the deposit posted."""
        locked = Lock.apply(self, state, block)
        if isinstance(locked, Reverted):
            return locked
        deposit = Deposit(solver=self.terms.solver, wei=self.deposit_wei, grace_ms=self.grace_ms)
        posted = safety_deposit.post(locked.state, self.terms.fill_id, deposit)
        return posted if isinstance(posted, Reverted) else Applied(posted, locked.logs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Claim a lock for its solver, or give it back to its owner, for the deposit: whoever asks, the cash goes home."""

    fill_id: str
    ending: Ending
    caller: str

    @property
    def gas(self) -> int:
        """Gas of the step, and of the deposit that is paid out."""
        return (CLAIM_GAS if self.ending == "claim" else REFUND_GAS) + DEPOSIT_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the lock ended and the caller paid."""
        lock, deposit = state.escrow.locks.get(self.fill_id), state.escrow.deposits.get(self.fill_id)
        if lock is None or lock.state != "locked" or deposit is None:
            return Reverted(f"reverted: fill {self.fill_id} is {lock.state if lock else 'not locked'}")
        opens_ms = opens_from_ms(state, lock, deposit, self.ending)
        if opens_ms is None:
            return Reverted(f"reverted: fill {self.fill_id} has no {self.ending} to complete")
        if block.time_ms < opens_ms:
            return Reverted(f"early: the {self.ending} of fill {self.fill_id} is open to all from {opens_ms}")
        ended = claimed(state, lock) if self.ending == "claim" else refunded(state, lock)
        return Applied(safety_deposit.pay_out(ended, self.fill_id, self.caller), (self._log(lock, deposit),))

    def _log(self, lock: EscrowLock, deposit: Deposit) -> Log:
        fee = lock.fee if self.ending == "claim" else 0
        cash = lock.cash - fee
        fields = (("fill", self.fill_id), ("intent", lock.intent_id), ("cash", cash), ("what", self.ending))
        paid = (("solver", lock.solver), ("by", self.caller), ("wei", deposit.wei))
        return Log("Completed", (*fields, *paid, *((("fee", fee),) if fee else ())))


def opens_from_ms(state: ChainState, lock: EscrowLock, deposit: Deposit, ending: Ending) -> int | None:
    """Return the instant from which anybody may end a lock in a way; `None` if it may not end so as things stand."""
    rule = safety_deposit.claimable_from_ms if ending == "claim" else safety_deposit.refundable_from_ms
    return rule(state, lock, deposit)
