"""Sharing a size among orders in proportion to theirs."""

from collections.abc import Sequence


def pro_rata(sizes: Sequence[int], amount: int) -> list[int]:
    """Return the part of `amount` that each order gets, at most its size.

    Parts are rounded down; what rounding leaves goes to the first orders, so the sequence is in order of time.
    """
    total = sum(sizes)
    if amount >= total:
        return list(sizes)
    parts = [size * amount // total for size in sizes]
    left = amount - sum(parts)
    for index, size in enumerate(sizes):
        if left == 0:
            break
        more = min(left, size - parts[index])
        parts[index] += more
        left -= more
    return parts
