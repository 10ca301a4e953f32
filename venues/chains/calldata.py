"""The bytes of a transaction: what a rollup posts to its L1, and is charged for.

Calls are objects here and have no wire format of their own, so they are written the way a contract call is: a
selector, then every field in words of 32 bytes, numbers in two's complement, texts and lists with their length before
them. Around it stands an envelope of the size of an EIP-1559 transaction with a signature. The bytes depend on the
content alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final, TypeVar

from pydantic import BaseModel

from venues.chains.transaction import Ledger, Transaction

S = TypeVar("S", bound=Ledger)

WORD: Final = 32
SELECTOR: Final = 4
ADDRESS: Final = 20
SIGNATURE: Final = 64
TYPE: Final = b"\x02"
"""EIP-2718 type of a transaction with a base fee and a tip."""


def signed_bytes(transaction: Transaction[S]) -> bytes:
    """Return a transaction as it would be posted."""
    numbers = (transaction.nonce or 0, transaction.tip_wei, transaction.max_fee_wei, transaction.gas)
    header = b"".join(number.to_bytes((number.bit_length() + 7) // 8 or 1, "big") for number in numbers)
    contract = _digest(type(transaction.call).__module__)[:ADDRESS]
    signature = _digest(transaction.sender, transaction.id) + _digest(transaction.id, transaction.sender)
    return TYPE + header + contract + call_bytes(transaction.call) + signature[:SIGNATURE]


def call_bytes(call: object) -> bytes:
    """Return a call with its arguments."""
    return _digest(type(call).__name__)[:SELECTOR] + b"".join(_words(value) for _, value in _members(call))


def _digest(*texts: str) -> bytes:
    return hashlib.sha256("\n".join(texts).encode()).digest()


def _members(value: object) -> Iterable[tuple[str, object]]:
    """Return the fields of an object in the order of their definition."""
    if is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, BaseModel):
        return [(name, getattr(value, name)) for name in type(value).model_fields]
    raise TypeError(f"{type(value).__name__} has no form on a chain; give it fields or numbers and texts")


def _words(value: object) -> bytes:
    """Return a value in words."""
    if isinstance(value, Enum):
        value = value.value
    if value is None:
        return bytes(WORD)
    if isinstance(value, int):
        return (value % (1 << 8 * WORD)).to_bytes(WORD, "big")
    if isinstance(value, float):
        return _words(round(value * 10**18))
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        return _words(len(raw)) + raw + bytes(-len(raw) % WORD)
    if isinstance(value, Mapping):
        entries = sorted(value.items())
        return _words(len(entries)) + b"".join(_words(key) + _words(item) for key, item in entries)
    if isinstance(value, tuple | list | frozenset | set):
        items = sorted(value) if isinstance(value, frozenset | set) else value
        return _words(len(items)) + b"".join(_words(item) for item in items)
    return b"".join(_words(item) for _, item in _members(value))
