"""Transactions that are handed to builders instead of the public pool, and what a builder makes of them.

Nobody but the builders named sees such a transaction, so that nothing can be put around it, and it waits for a block of
one of them. A builder tries those it was handed at the head of its block, the best paying first, and leaves out any
that would revert: its sender pays nothing for it. A block that is full takes one only if it pays at least as much for
its gas as the cheapest that has to make room. Where nobody is served, a transaction is forgotten after its last block.

Once a block is taken back, what was private in it is known to everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from immutables import Map

from venues.chains.ordering.picked import Desk, Picked, Private, unit_price
from venues.chains.ordering.producer import Turn
from venues.chains.transaction import Applied, Ledger, Transaction

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True)
class PrivateBuilder(Generic[S]):
    """An honest builder who takes transactions that it alone was handed."""

    name: str

    def build(self, turn: Turn[S]) -> Picked[S]:
        """Return the block with what it was handed at its head, and in the room left what the chain's rule takes."""
        ours = tuple(self._holding(turn)) if not turn.is_closed else ()
        if not ours:
            return turn.honest
        head = len(turn.forced)
        rest = turn.without(frozenset(), sum(transaction.gas for transaction in ours))
        return replace(rest, chosen=(*rest.chosen[:head], *ours, *rest.chosen[head:]))

    def _holding(self, turn: Turn[S]) -> Iterator[Transaction[S]]:
        """Yield the transactions handed to it that go through one after the other, and that pay for their place."""
        desk, state = turn.desk, turn.state
        room, floor_wei = desk.rules.block_gas - sum(each.gas for each in turn.forced), _floor_wei(turn)
        for transaction in turn.forced:
            outcome = transaction.call.apply(state, turn.block)
            state = outcome.state if isinstance(outcome, Applied) else state
        for transaction in self._handed(desk, turn.block.number):
            price = unit_price(transaction, desk.rules, desk.base_fee_wei)
            if transaction.gas > room or price < floor_wei or transaction.max_fee_wei < desk.base_fee_wei:
                continue
            outcome = transaction.call.apply(state, turn.block)
            if isinstance(outcome, Applied):
                state, room = outcome.state, room - transaction.gas
                yield transaction

    def _handed(self, desk: Desk[S], number: int) -> list[Transaction[S]]:
        """Return what it was handed and may still be included, the best paying first."""
        mine = [p for p in desk.private.values() if self.name in p.builders and number <= p.last_block]
        ordered = sorted(
            mine, key=lambda p: (-unit_price(p.transaction, desk.rules, desk.base_fee_wei), p.transaction.id)
        )
        return [private.transaction for private in ordered]


def handed(known: Map[str, Private[S]], private: Private[S], number: int) -> Map[str, Private[S]]:
    """Return what builders hold after they were handed one more; what is past its last block is forgotten."""
    gone = [name for name, each in known.items() if each.last_block < number]
    return without(known, *gone).set(private.transaction.id, private)


def without(known: Map[str, Private[S]], *names: str) -> Map[str, Private[S]]:
    """Return what builders hold without some transactions."""
    for name in names:
        if name in known:
            known = known.delete(name)
    return known


def _floor_wei(turn: Turn[S]) -> int:
    """Return what the cheapest transaction pays that a full block takes; zero while there is room for everybody."""
    honest = turn.honest
    is_full = honest.taken < len(honest.prices)
    return int(honest.prices[honest.taken - 1]) if is_full and honest.taken else 0
