"""Blocks that take transactions in the order in which they came: Arbitrum's sequencer.

Everybody pays the base fee and nothing more, so that paying more buys no place. A transaction that cannot pay the
base fee any more, or has waited too long, is returned. Who does not hold the express lane is held back for a moment.

Source: OffchainLabs/nitro, commit 6dce8d13, `execution/gethexec/sequencer.go`.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from venues.chains.background import Pool, thinned
from venues.chains.ordering.picked import Desk, Picked
from venues.chains.rules import Arrival
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)


def pick(desk: Desk[S], arrival: Arrival) -> Picked[S]:
    """Return the transactions at the head of the line that fit into a block."""
    pool = _able(_line_up(desk, arrival), desk.base_fee_wei)
    dropped = tuple(t for t in desk.waiting if _is_hopeless(t, desk, arrival))
    gone = {transaction.id for transaction in dropped}
    waiting = [t for t in desk.waiting if t.id not in gone and _turn_ms(t, desk, arrival) <= desk.time_ms]
    chosen, ahead = _choose(desk, waiting, pool, arrival)
    room = desk.rules.block_gas - sum(transaction.gas for transaction in chosen)
    within = int(np.searchsorted(np.cumsum(pool.gas), room, side="right"))
    due = int(np.searchsorted(pool.until_ms - arrival.timeout_ms, desk.time_ms, side="right"))
    return Picked(
        pool=pool,
        prices=np.full(len(pool), desk.base_fee_wei, np.int64),
        taken=min(within, due, ahead),
        chosen=tuple(chosen),
        dropped=dropped,
    )


def _line_up(desk: Desk[S], arrival: Arrival) -> Pool:
    """Return the line with the new transactions at its end, evenly spread over the time since the last block."""
    old, new = thinned(desk.pool, desk.time_ms), desk.new
    count = min(max(arrival.queue_size - len(old) - len(desk.waiting), 0), len(new))
    came = desk.since_ms + np.arange(1, count + 1, dtype=np.int64) * (desk.time_ms - desk.since_ms) // max(len(new), 1)
    return Pool(
        np.concatenate([old.price, new.price[:count]]),
        np.concatenate([old.gas, new.gas[:count]]),
        np.concatenate([old.until_ms, came + arrival.express_delay_ms + arrival.timeout_ms]),
    )


def _able(pool: Pool, base_fee_wei: int) -> Pool:
    """Return the pool without what cannot pay the base fee."""
    stays = pool.price >= base_fee_wei
    return Pool(pool.price[stays], pool.gas[stays], pool.until_ms[stays])


def _turn_ms(transaction: Transaction[S], desk: Desk[S], arrival: Arrival) -> int:
    """Return the instant from which a transaction stands in line."""
    is_express = desk.express is not None and transaction.sender == desk.express
    return transaction.submitted_ms + (0 if is_express else arrival.express_delay_ms)


def _is_hopeless(transaction: Transaction[S], desk: Desk[S], arrival: Arrival) -> bool:
    """Return whether the sequencer returns a transaction."""
    waited_ms = desk.time_ms - _turn_ms(transaction, desk, arrival)
    return waited_ms >= arrival.timeout_ms or transaction.max_fee_wei < desk.base_fee_wei


def _choose(
    desk: Desk[S], waiting: Sequence[Transaction[S]], pool: Pool, arrival: Arrival
) -> tuple[list[Transaction[S]], int]:
    """Return the scenario's own transactions of the block, and how many of everybody else may go before the rest."""
    gas_before = np.concatenate([[0], np.cumsum(pool.gas)])
    turns = pool.until_ms - arrival.timeout_ms
    chosen: list[Transaction[S]] = []
    used = 0
    for transaction in sorted(waiting, key=lambda each: _turn_ms(each, desk, arrival)):
        ahead = int(np.searchsorted(turns, _turn_ms(transaction, desk, arrival), side="right"))
        if int(gas_before[ahead]) + used + transaction.gas > desk.rules.block_gas:
            return chosen, ahead
        chosen.append(transaction)
        used += transaction.gas
    return chosen, len(pool)
