"""What a pool of waiting transactions grants to one sender.

The rules of geth's pool, as far as they concern who is thrown out: an executable transaction is one whose
predecessors all wait or are included. Every sender keeps some executable ones; beyond those, when the pool holds too
many, the senders with the most lose theirs, the latest nonce first, until all of them are level. Others wait in a
queue of limited length and time for what is missing before them.

Source: ethereum/go-ethereum, commit 02b73d4e, `core/txpool/legacypool/legacypool.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """Limits of a pool."""

    account_slots: int
    """Executable transactions that every sender keeps."""

    global_slots: int
    """Executable transactions of all senders beyond which some lose theirs."""

    account_queue: int
    """Transactions of one sender that may wait for a missing one."""

    lifetime_ms: int
    """Time for which they may."""

    least_tip_wei: int
    """Least tip of any transaction."""


GETH: Final = PoolRules(account_slots=16, global_slots=5_120, account_queue=64, lifetime_ms=10_800_000, least_tip_wei=1)
"""The defaults of the commit."""


def kept(counts: Mapping[str, int], others: int, rules: PoolRules) -> dict[str, int]:
    """Return how many executable transactions each sender keeps.

    Args:
        counts: Executable transactions of each sender that may lose some.
        others: Executable transactions of senders that have at most `account_slots`.
        rules: Limits.
    """
    left = dict(counts)
    surplus = sum(counts.values()) + others - rules.global_slots
    levels = sorted({count for count in counts.values() if count > rules.account_slots} | {rules.account_slots})
    while surplus > 0 and len(levels) > 1:
        high, low = levels.pop(), levels[-1]
        offenders = [name for name, count in left.items() if count == high]
        rounds = min(high - low, -(-surplus // len(offenders)))
        left |= dict.fromkeys(offenders, high - rounds)
        surplus -= rounds * len(offenders)
    return left
