"""Calls on hashed timelocks: open, withdraw, cancel.

Reverts are coded: `early` and `late` for a stage that has not begun or is over, `secret` for the wrong one,
`forbidden` for somebody whose turn never comes, `unsafe` for a destination that could be withdrawn from after the
source is cancelled, `undercollateralised` for somebody who lacks what they want to lock.

Gas is assumed, in proportion to the calls in `venues.calls.gas`.
"""

from dataclasses import dataclass, replace
from typing import Final

from intents.assets import ETH
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.htlc.lock import Ending, HashLock, LockTerms, hash_of

OPEN_GAS: Final = 150_000
WITHDRAW_GAS: Final = 95_000
CANCEL_GAS: Final = 75_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLock:
    """Lock what the terms say, with the safety deposit on top."""

    terms: LockTerms
    deadline_ms: int
    """Last block time at which it may be opened."""

    source_cancellation_ms: int | None = None
    """Instant from which the source can be cancelled, told when the destination is opened."""

    gas: int = OPEN_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the lock."""
        terms = self.terms
        refusal = self._refusal(state, block)
        if refusal is not None:
            return refusal
        after = _paid(_tipped(state, terms.owner, -terms.deposit_wei), terms.owner, terms.asset, -terms.amount)
        if after.wallets[terms.owner] < 0:
            return Reverted(f"undercollateralised: {terms.owner} lacks {terms.deposit_wei} wei for the deposit")
        account = after.clearing.account(terms.owner)
        if min(account.cash, account.ether) < 0 or after.clearing.uncovered([terms.owner]):
            return Reverted(f"undercollateralised: {terms.owner} cannot lock {terms.amount} of {terms.asset}")
        return _with(after, HashLock(terms=terms, opened_ms=block.time_ms), "HashLocked")

    def _refusal(self, state: ChainState, block: Block) -> Reverted | None:
        """Return why the lock may not be opened in a block."""
        terms = self.terms
        if block.time_ms > self.deadline_ms:
            return Reverted(f"late: block {block.number} is past the deadline")
        if terms.id in state.hashlocks:
            return Reverted(f"reverted: lock {terms.id} was opened before")
        if terms.amount <= 0 or terms.deposit_wei < 0:
            return Reverted(f"reverted: {terms.amount} with a deposit of {terms.deposit_wei} cannot be locked")
        if terms.side == "destination":
            cancellation_ms = block.time_ms + terms.timelocks.cancellation_ms
            if self.source_cancellation_ms is None or cancellation_ms > self.source_cancellation_ms:
                return Reverted(f"unsafe: lock {terms.id} would end after the source can be cancelled")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Hand what is locked to its recipient, by showing the secret."""

    lock_id: str
    caller: str
    secret: str
    """In hex."""

    gas: int = WITHDRAW_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the recipient paid."""
        lock = _live(state, self.lock_id)
        if isinstance(lock, Reverted):
            return lock
        age_ms, cancellation_ms = block.time_ms - lock.opened_ms, lock.terms.timelocks.cancellation_ms
        if age_ms >= cancellation_ms:
            return Reverted(f"late: lock {self.lock_id} is {age_ms} ms old, and withdrawn before {cancellation_ms}")
        if not lock.withdrawable(self.caller, block.time_ms):
            return Reverted(f"early: {self.caller} may not yet withdraw from lock {self.lock_id}")
        if hash_of(self.secret) != lock.terms.hash:
            return Reverted(f"secret: it does not open lock {self.lock_id}")
        return _ended(state, lock, "withdrawn", self.caller, block, self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Hand what is locked back to its owner."""

    lock_id: str
    caller: str
    gas: int = CANCEL_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the owner paid back."""
        lock = _live(state, self.lock_id)
        if isinstance(lock, Reverted):
            return lock
        if self.caller != lock.terms.taker and lock.terms.timelocks.public_cancellation_ms is None:
            return Reverted(f"forbidden: only {lock.terms.taker} may cancel lock {self.lock_id}")
        if not lock.cancellable(self.caller, block.time_ms):
            return Reverted(f"early: {self.caller} may not yet cancel lock {self.lock_id}")
        return _ended(state, lock, "cancelled", self.caller, block)


def _live(state: ChainState, lock_id: str) -> HashLock | Reverted:
    """Return a lock that has not ended."""
    lock = state.hashlocks.get(lock_id)
    if lock is None or lock.state != "locked":
        return Reverted(f"reverted: lock {lock_id} is {lock.state if lock else 'unknown'}")
    return lock


def _ended(
    state: ChainState, lock: HashLock, ending: Ending, caller: str, block: Block, secret: str = ""
) -> Applied[ChainState]:
    """Return the state with a lock ended: the amount to whom it belongs, the deposit to whom it is due."""
    terms = lock.terms
    pays_caller = lock.pays_caller(ending, block.time_ms)
    after = _paid(state, terms.recipient if ending == "withdrawn" else terms.owner, terms.asset, terms.amount)
    after = _tipped(after, caller if pays_caller else terms.owner, terms.deposit_wei)
    ended = replace(lock, state=ending, secret=secret, ended_by=caller, ended_ms=block.time_ms, is_public=pays_caller)
    return _with(after, ended, "HashWithdrawn" if ending == "withdrawn" else "HashCancelled")


def _paid(state: ChainState, account: str, asset: str, amount: int) -> ChainState:
    """Return the state with a clearing account changed by a signed amount."""
    ether, cash = (amount, 0) if asset == ETH else (0, amount)
    return replace(state, clearing=state.clearing.change(account, ether=ether, cash=cash))


def _tipped(state: ChainState, account: str, wei: int) -> ChainState:
    """Return the state with a wallet changed by a signed amount; the caller sees to it that it is there."""
    return replace(state, wallets=state.wallets.set(account, state.wallets.get(account, 0) + wei))


def _with(state: ChainState, lock: HashLock, name: str) -> Applied[ChainState]:
    """Return the state with a lock added or replaced, and what is announced of it."""
    fields = (("lock", lock.terms.id), ("hash", lock.terms.hash), ("secret", lock.secret), ("by", lock.ended_by))
    return Applied(replace(state, hashlocks=state.hashlocks.set(lock.terms.id, lock)), (Log(name, fields),))
