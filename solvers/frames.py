"""Frames on a pipe between a solver process and its host: one letter, a length, and a payload."""

import struct
from typing import Final, Protocol

HELLO: Final = b"H"
ANNOUNCEMENT: Final = b"A"
SHEET: Final = b"S"
AWARD: Final = b"W"
DECISION: Final = b"D"
NOTICE: Final = b"N"

HEADER: Final = struct.Struct(">cI")
MAX_FRAME: Final = 16 << 20
"""Largest payload of a frame, in bytes."""


def pack(kind: bytes, payload: bytes) -> bytes:
    """Return a frame."""
    return HEADER.pack(kind, len(payload)) + payload


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, fewer at the end of the stream."""


def read_frame(stream: Readable) -> tuple[bytes, bytes] | None:
    """Return kind and payload of the next frame, or `None` at the end of the stream.

    Raises:
        ValueError: if a frame is larger than `MAX_FRAME`.
    """
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    if length > MAX_FRAME:
        raise ValueError(f"frame of {length} bytes, {MAX_FRAME} are allowed")
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None
