"""The contracts of one rollup on its L1: the batches posted to it, the proofs of them, and the queue of its users.

A batch holds a run of blocks and follows on the one before. What users send through the queue the rollup must execute
in order, whoever orders its other transactions. Being part of the L1's state, all of it is undone when the L1 is.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from immutables import Map

from venues.chains.transaction import Block, Transaction

if TYPE_CHECKING:
    from venues.chain_state import ChainState

Carrier = Literal["blobs", "calldata"]
"""What holds the data of a transaction of the L1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Blocks of the rollup that were posted together."""

    first: int
    last: int
    carrier: Carrier | Literal["derived"]
    """`derived`: nothing was posted in time, and the blocks are those that follow from the L1 alone."""

    size: int
    """Bytes after compression."""

    posted: Block
    """The block of the L1 that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A transaction for the rollup that its sender sent through the L1."""

    transaction: "Transaction[ChainState]"
    sent: Block
    """The block of the L1 that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Batches up to and including one, proved or executed by a transaction of the L1."""

    batches: int
    """How many have got so far."""

    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Everything about one rollup on its L1."""

    batches: Map[int, Batch] = field(default_factory=Map)
    """Counted from zero."""

    messages: Map[int, Message] = field(default_factory=Map)
    """Counted from zero."""

    proofs: tuple[Advance, ...] = ()
    """Oldest first; empty for a rollup without validity proofs."""

    executions: tuple[Advance, ...] = ()
    """Oldest first."""

    @property
    def last(self) -> int:
        """Last block of the rollup that was posted; zero if none was."""
        return self.batches[len(self.batches) - 1].last if self.batches else 0

    @property
    def proved(self) -> int:
        """How many batches have been proved."""
        return self.proofs[-1].batches if self.proofs else 0

    @property
    def executed(self) -> int:
        """How many batches have been executed."""
        return self.executions[-1].batches if self.executions else 0

    def with_batch(self, batch: Batch) -> "Inbox":
        """Return the inbox with one more batch."""
        return replace(self, batches=self.batches.set(len(self.batches), batch))

    def with_message(self, message: Message) -> "Inbox":
        """Return the inbox with one more message at the end of the queue."""
        return replace(self, messages=self.messages.set(len(self.messages), message))

    def index_of(self, number: int) -> int | None:
        """Return the place of the batch that holds a block, if it was posted."""
        if not 0 < number <= self.last:
            return None
        low, high = 0, len(self.batches) - 1
        while low < high:
            middle = (low + high) // 2
            if self.batches[middle].last < number:
                low = middle + 1
            else:
                high = middle
        return low

    def executed_in(self, index: int) -> Block | None:
        """Return the block of the L1 that executed a batch, if one did."""
        return next((each.block for each in self.executions if each.batches > index), None)
