"""What a chain remembers of its last blocks, so that another branch can take their place.

A state is an immutable value, so remembering a block is keeping references. How many blocks are kept follows from the
scenario: as many as its deepest reorganisation undoes, and all that are made while the network is split.
"""

from collections import deque
from collections.abc import Container, Iterable
from copy import copy
from dataclasses import dataclass
from typing import Generic, TypeVar

from venues.chains.background import Pool
from venues.chains.fees.market import Fees
from venues.chains.transaction import Ledger, Receipt, Transaction
from venues.faults import Faults

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True)
class Past(Generic[S]):
    """One block of the chain, and everything that a rival block at the same height starts from."""

    time_ms: int
    """Of the block."""

    since_ms: int
    """Of the block before it."""

    state: S
    """Before the block."""

    fees: Fees
    """In the block."""

    background: Pool
    """Before the block."""

    nonces: dict[str, int]
    """Before the block."""

    included: tuple[Transaction[S], ...]
    """The scenario's own transactions in the block."""

    receipts: tuple[Receipt, ...]


class History(Generic[S]):
    """The last blocks of one chain, and the rivals that are still to be made for those that were given up."""

    def __init__(self) -> None:
        self._past: deque[Past[S]] = deque()
        self._rival_times: tuple[int, ...] = ()
        self._hidden: Container[str] = ()
        self._undone: tuple[Receipt, ...] = ()
        self.least = 0
        """Blocks that are remembered whatever is scheduled: of a rollup, those that are not posted yet."""

    def fork(self) -> "History[S]":
        """Return an independent copy."""
        twin = copy(self)
        twin._past = self._past.copy()  # noqa: SLF001  its own twin
        return twin

    def remember(self, past: Past[S], faults: Faults, chain: str) -> None:
        """Take note of a block, and forget those that no scheduled fault can undo."""
        split = faults.active("partition", chain, past.time_ms)
        depth = max((fault.depth for fault in faults.of("reorg", chain)), default=0)
        depth = max(depth, self.least)
        self._past.append(past)
        while len(self._past) > depth and (split is None or self._past[0].time_ms < split.from_ms):
            self._past.popleft()

    def blocks_since(self, time_ms: int) -> int:
        """Return how many of the remembered blocks were made at an instant or later."""
        return sum(1 for past in self._past if past.time_ms >= time_ms)

    def included(self, depth: int) -> tuple[Transaction[S], ...]:
        """Return the scenario's own transactions in the last `depth` blocks, oldest first."""
        last = list(self._past)[max(len(self._past) - depth, 0) :]
        return tuple(transaction for past in last for transaction in past.included)

    def give_up(self, depth: int, hidden: Container[str], scheduled_ms: int) -> tuple[Past[S], ...]:
        """Forget the last blocks, as far as they are known, and return them, oldest first.

        Args:
            depth: How many.
            hidden: Transactions that their rivals' producers never heard of.
            scheduled_ms: Time of the block that follows the last rival.
        """
        lost = tuple(self._past.pop() for _ in range(min(depth, len(self._past))))[::-1]
        if lost:
            self._rival_times = (*(past.time_ms for past in lost[1:]), scheduled_ms)
            self._hidden = hidden
            self._undone = tuple(receipt for past in lost for receipt in past.receipts)
        return lost

    def heard_of(self, waiting: Iterable[Transaction[S]], time_ms: int) -> tuple[Transaction[S], ...]:
        """Return the waiting transactions that the producer of a block has heard of: a rival's knows not all."""
        if not self._rival_times:
            return tuple(waiting)
        return tuple(each for each in waiting if each.submitted_ms <= time_ms and each.id not in self._hidden)

    @property
    def is_behind(self) -> bool:
        """Whether rivals are still to be made, so that the chain stands at an instant of the past."""
        return bool(self._rival_times)

    def next_ms(self) -> int | None:
        """Return the time of the block after the one just made, if it is a rival's or follows the last rival."""
        if not self._rival_times:
            return None
        time_ms, self._rival_times = self._rival_times[0], self._rival_times[1:]
        return time_ms

    def take_undone(self) -> tuple[Receipt, ...]:
        """Return the receipts of the blocks given up since the last call, oldest first."""
        undone, self._undone = self._undone, ()
        return undone
