"""Length of data after FastLZ compression: how a Fjord chain estimates what a transaction adds to its batch.

Only the length is computed. The compressor walks through the data with a hash table of 8,192 recent positions; three
equal bytes at most 8 KiB apart begin a match, everything else is copied in runs of up to 32. A match is compared up
to and including its first different byte, as in the reference, which therefore counts one byte more than is equal.

Source of the rule: ethereum-optimism/op-geth, commit 7b56c731, `core/types/rollup_cost.go`.
"""

from typing import Final

TABLE_BITS: Final = 13
MULTIPLIER: Final = 2_654_435_769
"""Of the hash: 2**32 over the golden ratio."""

FARTHEST: Final = 8_191
"""Largest distance back to a match, in bytes."""

TAIL: Final = 13
"""Bytes at the end in which no match begins."""

LAST_COMPARED: Final = 4
"""Bytes at the end that no match reaches."""

LONGEST_RUN: Final = 32
"""Bytes copied behind one control byte."""

LONGEST_MATCH: Final = 262
"""Bytes that one match instruction of three bytes stands for."""

SHORT_MATCH: Final = 6
"""A match below this takes two bytes."""


def compressed_length(data: bytes) -> int:
    """Return the length of `data` after compression, in bytes."""
    size = len(data)
    limit = max(size - TAIL, 0)
    table = [0] * (1 << TABLE_BITS)
    total, anchor, at = 0, 0, 2
    while at < limit:
        found = _next_match(data, table, at, limit)
        if found is None:
            break
        at, back = found
        total += _copied(at - anchor)
        length = _matching(data, back + 3, at + 3, size - LAST_COMPARED)
        total += _matched(length)
        at += length
        for position in (at, at + 1):
            table[_slot(data, position)] = position
        at += 2
        anchor = at
    return total + _copied(size - anchor)


def _next_match(data: bytes, table: list[int], start: int, limit: int) -> tuple[int, int] | None:
    """Return where the next match begins and where it repeats from, entering positions into the table on the way."""
    for at in range(start, limit):
        slot = _slot(data, at)
        back, table[slot] = table[slot], at
        if at - back <= FARTHEST and data[at : at + 3] == data[back : back + 3]:
            return (at, back) if at + 1 < limit else None
    return None


def _slot(data: bytes, at: int) -> int:
    """Return the place in the table of the three bytes at a position."""
    word = int.from_bytes(data[at : at + 3], "little")
    return (MULTIPLIER * word & 0xFFFFFFFF) >> (32 - TABLE_BITS)


def _matching(data: bytes, back: int, at: int, end: int) -> int:
    """Return how many bytes from `at` to `end` are compared: the equal ones and the first that differs."""
    for length in range(max(end - at, 0)):
        if data[back + length] != data[at + length]:
            return length + 1
    return max(end - at, 0)


def _copied(length: int) -> int:
    """Return the bytes that a run of literal bytes takes."""
    runs, rest = divmod(length, LONGEST_RUN)
    return runs * (LONGEST_RUN + 1) + (rest + 1 if rest else 0)


def _matched(length: int) -> int:
    """Return the bytes that a match takes, `length` bytes beyond its first three."""
    instructions, rest = divmod(length - 1, LONGEST_MATCH)
    return 3 * instructions + (3 if rest >= SHORT_MATCH else 2)
