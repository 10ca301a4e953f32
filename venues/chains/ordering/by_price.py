"""Blocks that take the best paying transactions.

Before base fees the order is by gas price, afterwards by what is left for the producer above the base fee. At equal
price everybody else's transactions go before the scenario's own, and those first seen first.
"""

from collections import Counter
from typing import TypeVar

import numpy as np

from venues.chains.background import GAS_SIZES, Pool, Wei, fitting, merged, paid, thinned
from venues.chains.ordering.nonces import executable, in_turn
from venues.chains.ordering.picked import Desk, Picked, unit_price
from venues.chains.ordering.slots import PoolRules, kept
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)


def pick(desk: Desk[S]) -> Picked[S]:
    """Return the dearest transactions that fit into a block."""
    pool = merged(thinned(desk.pool, desk.time_ms), desk.new, desk.rules.pool_size)
    dropped = _pushed_out(desk, pool)
    gone = {transaction.id for transaction in dropped}
    waiting = [transaction for transaction in desk.waiting if transaction.id not in gone]
    prices = pool.price if desk.rules.base_fee is None else paid(pool, desk.base_fee_wei)
    chosen = _choose(desk, executable(waiting, desk.nonces), pool, prices)
    room = desk.rules.block_gas - sum(transaction.gas for transaction in chosen)
    taken = fitting(pool, room, desk.base_fee_wei)
    return Picked(pool=pool, prices=prices, taken=taken, chosen=tuple(chosen), dropped=dropped)


def _pushed_out(desk: Desk[S], pool: Pool) -> tuple[Transaction[S], ...]:
    """Return the transactions that a full pool gives up on: the cheapest, then those of senders with too many."""
    waiting = list(desk.waiting)
    dropped = []
    if len(pool) >= desk.rules.pool_size and waiting:
        floor = int(pool.price[-1])
        dropped = [transaction for transaction in waiting if transaction.max_fee_wei < floor]
        waiting = [transaction for transaction in waiting if transaction.max_fee_wei >= floor]
    if desk.rules.pool is not None and any(transaction.nonce is not None for transaction in waiting):
        dropped += _beyond_limits(desk, waiting, len(pool), desk.rules.pool)
    return tuple(dropped)


def _beyond_limits(desk: Desk[S], waiting: list[Transaction[S]], others: int, rules: PoolRules) -> list[Transaction[S]]:
    """Return the transactions beyond what a sender may keep, executable or not."""
    ready = {transaction.id for transaction in executable(waiting, desk.nonces)}
    counts = Counter(t.sender for t in waiting if t.nonce is not None and t.id in ready)
    limits = kept(counts, others + sum(1 for t in waiting if t.nonce is None), rules)
    held: Counter[tuple[str, bool]] = Counter()
    dropped = []
    for transaction in sorted(waiting, key=lambda t: t.nonce or 0):
        if transaction.nonce is None:
            continue
        is_ready = transaction.id in ready
        held[transaction.sender, is_ready] += 1
        limit = limits[transaction.sender] if is_ready else rules.account_queue
        is_old = not is_ready and desk.time_ms - transaction.submitted_ms > rules.lifetime_ms
        if held[transaction.sender, is_ready] > limit or is_old:
            dropped.append(transaction)
    return dropped


def _choose(desk: Desk[S], waiting: list[Transaction[S]], pool: Pool, prices: Wei) -> list[Transaction[S]]:
    """Return the scenario's own transactions that the block includes, best paying first."""
    if not waiting:
        return []
    limit = desk.rules.block_gas
    head = limit // GAS_SIZES[0] + 1
    gas_above = np.concatenate([[0], np.cumsum(pool.gas[:head])])
    descending = -prices[:head]
    chosen: list[Transaction[S]] = []
    stuck: set[str] = set()
    used = 0
    for transaction in in_turn(waiting, lambda each: unit_price(each, desk.rules, desk.base_fee_wei)):
        price = unit_price(transaction, desk.rules, desk.base_fee_wei)
        ahead = int(gas_above[np.searchsorted(descending, -price, side="right")])
        fits = ahead + used + transaction.gas <= limit and transaction.max_fee_wei >= desk.base_fee_wei
        if fits and (transaction.nonce is None or transaction.sender not in stuck):
            chosen.append(transaction)
            used += transaction.gas
        elif transaction.nonce is not None:
            stuck.add(transaction.sender)
    return chosen
