"""Calls on the contracts that rollups have on their L1."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from venues.chain_state import ChainState
from venues.chains.calldata import signed_bytes
from venues.chains.fees.l1_fee import calldata_gas
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.rollups.inbox import Advance, Batch, Carrier, Inbox, Message

if TYPE_CHECKING:
    from venues.chains.transaction import Transaction

FORCE_GAS: Final = 90_000
"""A message put into the queue, without its bytes; assumed, of the order of an ERC-20 transfer through a contract."""

PROVE_GAS: Final = 450_000
"""A validity proof checked; assumed: with `EXECUTE_GAS` what a finalising transaction of Scroll takes, 556,000."""

EXECUTE_GAS: Final = 106_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBatch:
    """Post blocks of a rollup."""

    rollup: str
    first: int
    last: int
    carrier: Carrier
    size: int
    """Bytes after compression."""

    gas: int

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the batch, if it follows on the last one."""
        inbox = state.inboxes[self.rollup]
        if self.first != inbox.last + 1:
            return Reverted(f"gap: {self.rollup} is posted up to {inbox.last}, the batch begins at {self.first}")
        batch = Batch(first=self.first, last=self.last, carrier=self.carrier, size=self.size, posted=block)
        fields = (("rollup", self.rollup), ("first", self.first), ("last", self.last), ("size", self.size))
        return _changed(state, self.rollup, inbox.with_batch(batch), Log("BatchPosted", fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceInclude:
    """Send a transaction to a rollup through its queue on the L1, past the sequencer."""

    rollup: str
    transaction: "Transaction[ChainState]"

    @property
    def gas(self) -> int:
        """Gas of the call and of the bytes it carries."""
        return FORCE_GAS + calldata_gas(signed_bytes(self.transaction))

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the transaction at the end of the queue."""
        inbox = state.inboxes.get(self.rollup)
        if inbox is None:
            return Reverted(f"reverted: {self.rollup} has no queue here")
        message = Message(transaction=self.transaction, sent=block)
        fields = (("rollup", self.rollup), ("transaction", self.transaction.id), ("message", len(inbox.messages)))
        return _changed(state, self.rollup, inbox.with_message(message), Log("MessageQueued", fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveBatches:
    """Prove the batches of a rollup that follow on the proved ones."""

    rollup: str
    batches: int
    """How many are proved then."""

    gas: int = PROVE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the proof, if it adds anything and everything it proves is posted."""
        inbox = state.inboxes[self.rollup]
        if not inbox.proved < self.batches <= len(inbox.batches):
            return Reverted(f"reverted: {inbox.proved} of {len(inbox.batches)} batches are proved")
        proofs = (*inbox.proofs, Advance(batches=self.batches, block=block))
        log = Log("BatchesProved", (("rollup", self.rollup), ("batches", self.batches)))
        return _changed(state, self.rollup, replace(inbox, proofs=proofs), log)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteBatches:
    """Let the L1 act on proved batches, once they have been held back for long enough."""

    rollup: str
    batches: int
    """How many are executed then."""

    delay_ms: int
    """Time since the proof that the contract asks for."""

    gas: int = EXECUTE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the batches executed, if the proof of all of them is old enough."""
        inbox = state.inboxes[self.rollup]
        old = [proof.batches for proof in inbox.proofs if proof.block.time_ms + self.delay_ms <= block.time_ms]
        if not inbox.executed < self.batches <= max(old, default=0):
            return Reverted(f"reverted: {max(old, default=0)} batches may be executed, {inbox.executed} are")
        executions = (*inbox.executions, Advance(batches=self.batches, block=block))
        log = Log("BatchesExecuted", (("rollup", self.rollup), ("batches", self.batches)))
        return _changed(state, self.rollup, replace(inbox, executions=executions), log)


def _changed(state: ChainState, rollup: str, inbox: Inbox, log: Log) -> Applied[ChainState]:
    return Applied(replace(state, inboxes=state.inboxes.set(rollup, inbox)), (log,))
