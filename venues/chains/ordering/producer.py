"""Who makes a block, and what they make of it.

An honest producer takes what the chain's rule of order picks. Another one may leave transactions out, put them in
another order, or add its own; what the rule would have picked is kept beside it, so that the two can be compared.
"""

from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from venues.chains.ordering.picked import Desk, Picked
from venues.chains.ordering.picking import pick
from venues.chains.transaction import Block, Ledger, Transaction

S = TypeVar("S", bound=Ledger)

CENSORED: Final = "fault.censorship"
"""Who makes a block that a fault keeps transactions out of."""


@dataclass(frozen=True, slots=True)
class Turn(Generic[S]):
    """The turn of a producer: the block to be made, the state it builds on, and what lies on the desk."""

    block: Block
    state: S
    desk: Desk[S]
    honest: Picked[S]
    """What the chain's rule of order takes."""

    @property
    def forced(self) -> tuple[Transaction[S], ...]:
        """Transactions that stand at the head of the block whoever makes it."""
        return self.desk.mandate.first if self.desk.mandate is not None else ()

    @property
    def is_closed(self) -> bool:
        """Whether nothing but those may get in."""
        return self.desk.mandate is not None and self.desk.mandate.is_closed

    def without(self, kept_out: frozenset[str], reserved_gas: int = 0) -> Picked[S]:
        """Return what the rule takes if some transactions were not there and part of the block's gas was spent."""
        desk = self.desk
        waiting = tuple(transaction for transaction in desk.waiting if transaction.id not in kept_out)
        rules = replace(desk.rules, block_gas=desk.rules.block_gas - reserved_gas)
        return pick(replace(desk, waiting=waiting, rules=rules))


class Producer(Protocol[S]):
    """Whoever makes the blocks of a chain, if not everybody is honest."""

    def who(self, block: Block) -> str:
        """Return the name of the adversary who makes a block; empty if an honest producer does."""

    def produce(self, turn: Turn[S]) -> Picked[S]:
        """Return the block; transactions of its own need not have waited in the pool."""


@dataclass(frozen=True, slots=True)
class Making(Generic[S]):
    """How a block was made."""

    parent: S
    """State that it builds on."""

    chosen: tuple[Transaction[S], ...]
    """The scenario's transactions in it, in order."""

    honest: tuple[Transaction[S], ...]
    """What an honest producer would have taken instead, in order."""

    by: str = ""
    """The adversary who made it, if one did."""


def make(block: Block, state: S, desk: Desk[S], producer: Producer[S] | None) -> tuple[Picked[S], Making[S]]:
    """Return what a producer takes, an honest one if there is no other, and how that compares."""
    ruled = pick(desk)
    barred = desk.mandate is not None and bool(desk.mandate.barred)
    honest = _unbarred(desk) if barred else ruled
    by = CENSORED if barred else ""
    if producer is None:
        return ruled, Making(state, ruled.chosen, honest.chosen, by)
    picked = producer.produce(Turn(block, state, desk, ruled))
    by = producer.who(block) or by
    return picked, Making(state, picked.chosen, honest.chosen if by else picked.chosen, by)


def _unbarred(desk: Desk[S]) -> Picked[S]:
    """Return what the rule of order takes where nobody is kept out."""
    mandate = replace(desk.mandate, barred=frozenset()) if desk.mandate is not None else None
    return pick(replace(desk, mandate=mandate))
