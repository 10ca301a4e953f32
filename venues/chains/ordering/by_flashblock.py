"""Blocks that are filled in slices, each promised as soon as it is full: flashblocks.

Inside a slice the best paying go first, as in any block. A slice, once promised, stays: whoever comes later goes after
it, whatever they pay. Each slice adds an equal part of the block's gas, and leaves what it does not use to the next.

Source: ethereum-optimism/specs, commit fd72cf79, `protocol/flashblocks.md`.
"""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from venues.chains.background import EMPTY_POOL, Pool, Wei, paid
from venues.chains.ordering import by_price
from venues.chains.ordering.picked import Desk, Picked
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)


def pick(desk: Desk[S], slice_ms: int) -> Picked[S]:
    """Return what a block takes that is filled in slices of `slice_ms`."""
    count = desk.rules.interval_ms // slice_ms
    pool, full, used, seen = desk.pool, EMPTY_POOL, 0, 0
    nonces, promised = dict(desk.nonces), dict[str, int]()
    chosen: list[Transaction[S]] = []
    dropped: list[Transaction[S]] = []
    for number in range(1, count + 1):
        end_ms = desk.time_ms - (count - number) * slice_ms
        arrived = _arrived(desk, end_ms)
        here = [t for t in desk.waiting if t.submitted_ms <= end_ms and t.id not in promised and t not in dropped]
        rules = replace(desk.rules, block_gas=desk.rules.block_gas * number // count - used)
        new = _part(desk.new, seen, arrived)
        part = by_price.pick(
            replace(desk, rules=rules, time_ms=end_ms, pool=pool, new=new, waiting=here, nonces=nonces)
        )
        full = _joined(full, _part(part.pool, 0, part.taken))
        pool, seen = part.pool.after(part.taken), arrived
        used += int(part.pool.gas[: part.taken].sum()) + sum(each.gas for each in part.chosen)
        chosen += part.chosen
        dropped += part.dropped
        promised |= dict.fromkeys((each.id for each in part.chosen), end_ms)
        nonces |= {each.sender: each.nonce + 1 for each in part.chosen if each.nonce is not None}
    taken, prices = _dearest_first(full, desk)
    rest = np.zeros(len(pool), np.int64)
    return Picked(
        pool=_joined(taken, pool),
        prices=np.concatenate([prices, rest]),
        taken=len(taken),
        chosen=tuple(chosen),
        dropped=tuple(dropped),
        promised=promised,
    )


def _arrived(desk: Desk[S], time_ms: int) -> int:
    """Return how many of the new transactions came by an instant, if they came evenly since the last block."""
    return len(desk.new) * max(time_ms - desk.since_ms, 0) // max(desk.time_ms - desk.since_ms, 1)


def _part(pool: Pool, start: int, end: int) -> Pool:
    return Pool(pool.price[start:end], pool.gas[start:end], pool.until_ms[start:end])


def _joined(one: Pool, other: Pool) -> Pool:
    return Pool(
        np.concatenate([one.price, other.price]),
        np.concatenate([one.gas, other.gas]),
        np.concatenate([one.until_ms, other.until_ms]),
    )


def _dearest_first(pool: Pool, desk: Desk[S]) -> tuple[Pool, Wei]:
    """Return what everybody else got in, and what each of them pays, dearest first."""
    order = np.argsort(-pool.price, kind="stable")
    pool = Pool(pool.price[order], pool.gas[order], pool.until_ms[order])
    return pool, pool.price if desk.rules.base_fee is None else paid(pool, desk.base_fee_wei)
