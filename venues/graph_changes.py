"""What differs between two snapshots, as far as the liquidity graph goes.

Nearly all venues are the same objects from one block to the next. A chain where nobody touched any costs one comparison
of tuples, which is one of pointers; on others the same is done for pieces of them. So a venue that did not change costs
a few nanoseconds, and no step of the interpreter.
"""

from collections.abc import Iterator
from itertools import compress
from operator import is_not
from typing import Final

from venues.markets.kinds import AnyVenue
from venues.snapshot import ChainView, Snapshot

PIECE: Final = 64
"""Venues that are compared at once."""

Pair = tuple[AnyVenue, AnyVenue]
"""A venue before and after."""


def changed_venues(before: Snapshot, after: Snapshot) -> list[AnyVenue] | None:
    """Return the venues that are no longer what they were, or `None` if edges or their order changed."""
    if [view.chain for view in before.chains] != [view.chain for view in after.chains]:
        return None
    changed: list[AnyVenue] = []
    for old, new in zip(before.chains, after.chains, strict=True):
        if old is new:
            continue
        if len(old.venues) != len(new.venues) or not _has_same_ports(old, new):
            return None
        for was, venue in _others(old.venues, new.venues):
            if not _has_same_edges(was, venue):
                return None
            changed.append(venue)
    return changed


def _others(old: tuple[AnyVenue, ...], new: tuple[AnyVenue, ...]) -> Iterator[Pair]:
    """Yield the pairs in one place that are not the same object, except in pieces that are equal throughout."""
    if old == new:
        return
    for start in range(0, len(old), PIECE):
        was, now = old[start : start + PIECE], new[start : start + PIECE]
        if was != now:
            flags = list(map(is_not, was, now))
            yield from zip(compress(was, flags), compress(now, flags), strict=True)


def _has_same_ports(old: ChainView, new: ChainView) -> bool:
    """Return whether the edges of a chain's bridges are what they were."""
    if old.bridges == new.bridges:
        return True
    ports = ([(port.id, port.peer, port.gas, port.kind, port.halted) for port in view.bridges] for view in (old, new))
    return next(ports) == next(ports)


def _has_same_edges(was: AnyVenue, venue: AnyVenue) -> bool:
    """Return whether the edges of a venue are what they were."""
    return (
        was.id == venue.id
        and was.kind == venue.kind
        and was.gas == venue.gas
        and was.instruments() == venue.instruments()
    )
