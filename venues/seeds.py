"""The one place where randomness is made.

A stream is named by a path such as `(7, "solver", "greedy", 12)`. Equal paths give equal streams, different paths
independent ones, so that a new entity never shifts the draws of another.
"""

import hashlib
from functools import lru_cache

import numpy as np

Generator = np.random.Generator  # noqa: TID251  the type, for annotations elsewhere

SeedPath = tuple[int | str, ...]


def seed_bytes(*path: int | str) -> bytes:
    """Return 32 bytes that depend on the whole path and on nothing else."""
    digest = _hashed(*path[:-1]).copy()
    digest.update(b"".join(map(_part, path[-1:])))
    return digest.digest()


def generator(*path: int | str) -> Generator:
    """Return the random stream that the path names."""
    seed = int.from_bytes(seed_bytes(*path)[:16], "big")
    return np.random.Generator(np.random.PCG64(seed))  # noqa: TID251  the only place that makes one


# Streams of one entity differ in the last part of their path only; most of them are made block after block.
@lru_cache(maxsize=1024, typed=True)
def _hashed(*path: int | str) -> "hashlib._Hash":
    return hashlib.sha256(b"".join(map(_part, path)))


def _part(part: int | str) -> bytes:
    text = str(part).encode()
    return (b"i" if isinstance(part, int) else b"s") + len(text).to_bytes(4, "big") + text
