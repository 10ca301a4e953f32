"""What a searcher foresees: the waiting transactions in the order in which a producer would take them.

A pool that is public shows everybody what the next block will do. Where it is not, as on a chain whose sequencer keeps
its queue to itself, there is nothing to see until the block is out.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from venues.calls.upkeep import PostAnswer
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.nonces import in_turn
from venues.chains.ordering.picked import unit_price
from venues.chains.transaction import Block, Reverted, Transaction
from venues.markets.venue import Order


@runtime_checkable
class SendsOrders(Protocol):
    """A call that trades at venues: somebody's own trade, a settlement, a delivery, or whatever else is made so."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """What it sends, in order."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A waiting transaction, and what it would do in its turn."""

    transaction: Transaction[ChainState]
    price_wei: int
    """What it would pay for a unit of gas."""

    before: ChainState
    after: ChainState
    """The state before it, with its gas paid, if it reverts."""


def lookahead(chain: Chain[ChainState], now_ms: int, unseen: Container[str]) -> Iterator[Foreseen]:
    """Yield the waiting transactions in their order in the next block, if it were made now.

    Args:
        chain: Whose pool.
        now_ms: Present.
        unseen: Senders whose transactions are thought away.
    """
    state, block = chain.state, Block(chain.id, chain.number + 1, now_ms)
    seen = [t for t in chain.pending if t.sender not in unseen and t.max_fee_wei >= chain.base_fee_wei]
    for transaction in in_turn(seen, lambda each: price_of(each, chain)):
        price_wei, before = price_of(transaction, chain), state
        paid = state.pay_gas(transaction.sender, price_wei * transaction.gas + chain.data_fee_wei(transaction))
        if paid is None:
            continue
        outcome = transaction.call.apply(paid, block)
        state = paid if isinstance(outcome, Reverted) else outcome.state
        yield Foreseen(transaction, price_wei, before, state)


def price_of(transaction: Transaction[ChainState], chain: Chain[ChainState]) -> int:
    """Return what a transaction would pay for a unit of gas in the next block, in wei."""
    return unit_price(transaction, chain.rules, chain.base_fee_wei)


def orders_of(transaction: Transaction[ChainState], venue_id: str) -> tuple[Order, ...]:
    """Return the orders that a transaction sends to a venue, in their order."""
    call = transaction.call
    orders = call.orders if isinstance(call, SendsOrders) else ()
    return tuple(order for order in orders if order.venue == venue_id)


def answer_of(transaction: Transaction[ChainState]) -> int | None:
    """Return the price that a transaction publishes, if it is an oracle's."""
    return transaction.call.price if isinstance(transaction.call, PostAnswer) else None


def stem(transaction_id: str) -> str:
    """Return the part of a transaction's name that its replacements share."""
    return transaction_id.partition("#")[0]
