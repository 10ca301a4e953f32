"""Producers who abuse their place: they leave transactions out, or put their own searcher's first.

Honest builders who take private transactions stand beside them. Each makes a share of a chain's blocks. Whose turn a
block is, is drawn by its number, so that every copy of the world has the same producers. A fault of kind `censorship`
makes its share of blocks censored, whoever makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from venues.chain_state import ChainState
from venues.chains.ordering.picked import Desk, Picked
from venues.chains.ordering.private import PrivateBuilder
from venues.chains.ordering.producer import CENSORED, Turn
from venues.chains.transaction import Applied, Block, Transaction
from venues.faults import NO_FAULTS, Faults
from venues.seeds import SeedPath, generator

MILLION: Final = 1_000_000


class Builder(Protocol):
    """How an adversary makes a block."""

    @property
    def name(self) -> str:
        """Who it is."""

    def build(self, turn: Turn[ChainState]) -> Picked[ChainState]:
        """Return the block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Censor:
    """Leaves out the transactions of some senders, or some kinds of calls, whatever they pay."""

    name: str
    senders: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    """Names of calls, such as `PostAnswer`; with neither senders nor calls, everybody's are left out."""

    def build(self, turn: Turn[ChainState]) -> Picked[ChainState]:
        """Return the block without them; what else waits moves up."""
        kept_out = frozenset(t.id for t in turn.desk.waiting if self._dislikes(t))
        return _with_dropped(turn.without(kept_out), turn)

    def _dislikes(self, transaction: Transaction[ChainState]) -> bool:
        if not self.senders and not self.calls:
            return True
        return transaction.sender in self.senders or type(transaction.call).__name__ in self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Favour:
    """Puts the transactions of its own searchers first, whatever they pay, but for those that would fail there.

    What follows somebody else's transaction, or another leg, would: it keeps the place that its price gives it.
    """

    name: str
    own: frozenset[str]

    def build(self, turn: Turn[ChainState]) -> Picked[ChainState]:
        """Return the block with its own transactions before all that is not forced, others in what room is left."""
        desk, head = turn.desk, len(turn.forced)
        room = desk.rules.block_gas - sum(transaction.gas for transaction in turn.forced)
        ours: list[Transaction[ChainState]] = []
        state = turn.state
        for transaction in turn.forced:
            outcome = transaction.call.apply(state, turn.block)
            state = outcome.state if isinstance(outcome, Applied) else state
        for transaction in () if turn.is_closed else desk.waiting:
            if not _may_enter(transaction, self.own, desk) or transaction.gas > room:
                continue
            outcome = transaction.call.apply(state, turn.block)
            if isinstance(outcome, Applied):
                ours.append(transaction)
                state = outcome.state
                room -= transaction.gas
        if not ours:
            return turn.honest
        used = sum(transaction.gas for transaction in ours)
        rest = turn.without(frozenset(transaction.id for transaction in ours), used)
        chosen = (*rest.chosen[:head], *ours, *rest.chosen[head:])
        return _with_dropped(replace(rest, chosen=chosen), turn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A builder, and how many of a million blocks are its own."""

    builder: Builder
    share_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All producers of a chain; who is not named here is honest and takes what is public."""

    chain: str
    shifts: Sequence[Shift]
    seed: SeedPath
    faults: Faults = field(default=NO_FAULTS)

    def who(self, block: Block) -> str:
        """Return the name of the adversary who makes a block; empty if nobody does."""
        builder = self._builder(block)
        return builder.name if builder is not None and not isinstance(builder, PrivateBuilder) else ""

    def produce(self, turn: Turn[ChainState]) -> Picked[ChainState]:
        """Return the block."""
        builder = self._builder(turn.block)
        return builder.build(turn) if builder is not None else turn.honest

    def _builder(self, block: Block) -> Builder | None:
        fault = self.faults.active("censorship", self.chain, block.time_ms)
        if fault is not None and self._lot("fault", block.number) < fault.share_ppm:
            return Censor(name=CENSORED, senders=frozenset(fault.senders))
        lot = self._lot("builder", block.number) if self.shifts else MILLION
        for shift in self.shifts:
            if lot < shift.share_ppm:
                return shift.builder
            lot -= shift.share_ppm
        return None

    def _lot(self, what: str, number: int) -> int:
        """Return a number below a million that belongs to a block."""
        return int(generator(*self.seed, what, number).integers(MILLION))


def _may_enter(transaction: Transaction[ChainState], own: frozenset[str], desk: Desk[ChainState]) -> bool:
    """Return whether a block may hold a transaction at its top: the base fee has to be paid even there."""
    return transaction.sender in own and transaction.max_fee_wei >= desk.base_fee_wei


def _with_dropped(picked: Picked[ChainState], turn: Turn[ChainState]) -> Picked[ChainState]:
    """Return a block that gives up on the transactions that the chain's rule gives up on, but for those it took."""
    known = {transaction.id for transaction in (*picked.chosen, *picked.dropped)}
    more = tuple(t for t in turn.honest.dropped if t.id not in known)
    return replace(picked, dropped=(*picked.dropped, *more))
