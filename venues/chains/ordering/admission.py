"""What a pool does not even take in."""

from collections.abc import Mapping
from typing import Literal, TypeVar

from venues.chains.background import Pool
from venues.chains.rules import ChainRules
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)

Refusal = Literal["underpriced", "gone", "oversized", "full", "halted"]
"""`gone`: its nonce is used; `oversized`: it takes more gas or blobs than one may; `full`: the line is too
long; `halted`: nobody answers."""


def refusal(
    transaction: Transaction[S], rules: ChainRules, pool: Pool, own: Mapping[str, int], base_fee_wei: int
) -> Refusal | None:
    """Return why a pool refuses a transaction, if it does.

    Args:
        transaction: What is offered.
        rules: The chain's rules.
        pool: Everybody else's waiting transactions.
        own: Next nonce of each sender who counts them.
        base_fee_wei: Of the next block.
    """
    if rules.transaction_gas is not None and transaction.gas > rules.transaction_gas:
        return "oversized"
    if transaction.blobs > (rules.blobs.most_per_transaction if rules.blobs else 0):
        return "oversized"
    if transaction.nonce is not None and transaction.nonce < own.get(transaction.sender, 0):
        return "gone"
    if rules.arrival is not None:
        if transaction.max_fee_wei < base_fee_wei:
            return "underpriced"
        return "full" if len(pool) >= rules.arrival.queue_size else None
    if rules.pool is None:
        return None
    is_beaten = len(pool) >= rules.pool_size and transaction.max_fee_wei <= int(pool.price[-1])
    return "underpriced" if is_beaten or transaction.tip_wei < rules.pool.least_tip_wei else None
