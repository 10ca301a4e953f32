"""How far each chain is known elsewhere: what a refund waits for, where it must prove that nothing was delivered.

That a fill was not delivered in time is proved by a block of the other chain that is later than the deadline and as
confirmed as a delivery would have to be. While that chain makes no blocks, or none is confirmed, there is no such
proof, and no refund that a proof of delivery could come too late for.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace

from venues.chains.transaction import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A block of one chain that another one waits for, for the sake of one fill."""

    fill: str
    home: str
    """Chain that waits."""

    away: str
    """Chain whose block it is."""

    after_ms: int
    """The block must be later than this."""

    number: int = 0
    """The block, once there is one."""

    time_ms: int = 0
    height: int = 0
    """Last block of the home chain before it was known there."""


class Heads:
    """All blocks that are waited for, those that are made, and those that are known."""

    def __init__(self) -> None:
        self._waiting: tuple[Head, ...] = ()
        self._made: tuple[Head, ...] = ()
        self._known: tuple[Head, ...] = ()

    def fork(self) -> "Heads":
        """Return an independent copy."""
        return copy(self)

    def note(self, receipt: Receipt) -> None:
        """Wait for a block for each lock that asks for a proof of absence."""
        for log in receipt.logs:
            fields = dict(log.fields)
            if log.name == "Locked" and "away" in fields:
                fill, after_ms = str(fields["fill"]), int(fields["deliver_by"])
                head = Head(fill=fill, home=receipt.block.chain, away=str(fields["away"]), after_ms=after_ms)
                self._waiting = (*(each for each in self._waiting if each.fill != fill), head)

    def passed(self, chain: str, number: int, time_ms: int) -> None:
        """Take note of a block that a chain has made."""
        made = [head for head in self._waiting if head.away == chain and time_ms > head.after_ms]
        if made:
            self._waiting = tuple(head for head in self._waiting if head not in made)
            self._made += tuple(replace(head, number=number, time_ms=time_ms) for head in made)

    def take(self, is_ready: Callable[[Head], bool], heights: Callable[[str], int]) -> tuple[Head, ...]:
        """Return what has become known, and take note of it.

        Args:
            is_ready: Whether a block is confirmed enough to be known elsewhere.
            heights: Last block of a chain.
        """
        ready = tuple(head for head in self._made if is_ready(head))
        if ready:
            self._made = tuple(head for head in self._made if head not in ready)
            self._known += tuple(replace(head, height=heights(head.home)) for head in ready)
        return ready

    def undo(self, chain: str, number: int) -> tuple[Head, ...]:
        """Take note that a chain has taken back all blocks after `number`, and return what is not known after all."""
        void = [head for head in (*self._made, *self._known) if head.away == chain and head.number > number]
        again = [head for head in self._known if head.home == chain and head.height > number and head not in void]
        unknown = tuple(head for head in void if head in self._known)
        self._made = tuple(head for head in self._made if head not in void)
        self._made += tuple(replace(head, height=0) for head in again)
        self._known = tuple(head for head in self._known if head not in void and head not in again)
        self._waiting += tuple(replace(head, number=0, time_ms=0, height=0) for head in void)
        return unknown
