"""The order in which a producer tries transactions: dearest first, but those of one sender by their nonces.

Transactions without a nonce stand alone. At equal price, the first seen comes first.

Source: ethereum/go-ethereum, commit 02b73d4e, `core/txpool/txorder/ordering.go`, `core/txpool/blobpool/blobpool.go`.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from venues.chains.fees import replacement
from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)


def in_turn(transactions: Sequence[Transaction[S]], price: Callable[[Transaction[S]], int]) -> list[Transaction[S]]:
    """Return executable transactions in the order in which they are tried; they come in the order of arrival."""
    if all(transaction.nonce is None for transaction in transactions):
        return sorted(transactions, key=lambda transaction: -price(transaction))
    lanes: dict[tuple[str, str], list[tuple[int, Transaction[S]]]] = {}
    for seen, transaction in enumerate(transactions):
        key = ("", transaction.id) if transaction.nonce is None else ("sender", transaction.sender)
        lanes.setdefault(key, []).append((seen, transaction))
    for lane in lanes.values():
        lane.sort(key=lambda entry: entry[1].nonce or 0, reverse=True)
    heads = [(-price(lane[-1][1]), lane[-1][0], key) for key, lane in lanes.items()]
    heapq.heapify(heads)
    order = []
    while heads:
        *_, key = heapq.heappop(heads)
        order.append(lanes[key].pop()[1])
        if lanes[key]:
            seen, head = lanes[key][-1]
            heapq.heappush(heads, (-price(head), seen, key))
    return order


def rival(transaction: Transaction[S], waiting: Iterable[Transaction[S]]) -> str | None:
    """Return the name of the waiting transaction that has the same sender and nonce."""
    if transaction.nonce is None:
        return None
    sender, nonce = transaction.sender, transaction.nonce
    return next((other.id for other in waiting if other.nonce == nonce and other.sender == sender), None)


def replaceable(old: Transaction[S], new: Transaction[S], *, tip_counts: bool) -> bool:
    """Return whether a transaction pays enough more than a waiting one to take its place.

    One that carries blobs pays twice as much in every respect, and only another of its kind takes its place.
    """
    before, after = (old.max_fee_wei, old.tip_wei), (new.max_fee_wei, new.tip_wei)
    if not old.blobs:
        return not new.blobs and replacement.may_replace(before, after, tip_counts=tip_counts)
    percent = replacement.BLOB_BUMP_PERCENT
    is_dearer = replacement.may_replace(before, after, tip_counts=tip_counts, bump_percent=percent)
    blob_fees = old.max_blob_fee_wei, new.max_blob_fee_wei
    return new.blobs > 0 and is_dearer and replacement.is_raised(*blob_fees, percent)


def executable(transactions: Sequence[Transaction[S]], nonces: Mapping[str, int]) -> list[Transaction[S]]:
    """Return the transactions with no gap before them, in their order; `nonces` are the next of each sender."""
    waiting = {(transaction.sender, transaction.nonce) for transaction in transactions}
    ends: dict[str, int] = {}
    for sender in sorted({transaction.sender for transaction in transactions if transaction.nonce is not None}):
        end = nonces.get(sender, 0)
        while (sender, end) in waiting:
            end += 1
        ends[sender] = end
    return [t for t in transactions if t.nonce is None or t.nonce < ends[t.sender]]
