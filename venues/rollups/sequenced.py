"""What a rollup's node knows of its own chain: how much data each block holds, and how far the queue on the L1 is read.

It is part of the rollup's state, so that it is undone with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from immutables import Map


@dataclass(frozen=True, slots=True)
class Tally:
    """A block, with everything in it and in those before it."""

    time_ms: int
    own_bytes: int
    """Bytes of the scenario's own transactions, before compression."""

    others: int
    """Everybody else's transactions."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A message from the L1, and the block of the rollup that executed it."""

    transaction_id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequenced:
    """The blocks of a rollup that may still have to be posted."""

    tallies: Map[int, Tally] = field(default_factory=lambda: Map({0: Tally(0, 0, 0)}))
    """By number: all blocks from `oldest` on."""

    oldest: int = 0
    executed: Map[int, Executed] = field(default_factory=Map)
    """Messages from the L1 that have been executed, by their place in the queue."""

    @property
    def messages(self) -> int:
        """How many messages have been executed: the place of the next one."""
        return len(self.executed)

    def after(self, number: int, time_ms: int, own_bytes: int, others: int) -> "Sequenced":
        """Return it with one more block."""
        before = self.tallies[number - 1]
        tally = Tally(time_ms, before.own_bytes + own_bytes, before.others + others)
        return replace(self, tallies=self.tallies.set(number, tally))

    def having_read(self, messages: Iterable[str], number: int) -> "Sequenced":
        """Return it with more messages executed in a block; they are named by their transactions."""
        executed = self.executed
        for name in messages:
            executed = executed.set(len(executed), Executed(name, number))
        return replace(self, executed=executed)

    def before(self, first: int) -> Tally:
        """Return the tally of the block before `first`."""
        return self.tallies[first - 1]

    def forgetting(self, number: int) -> "Sequenced":
        """Return it without the blocks before `number`."""
        tallies = self.tallies
        with tallies.mutate() as left:
            for old in range(self.oldest, number):
                del left[old]
            kept = left.finish()
        return replace(self, tallies=kept, oldest=max(number, self.oldest))
