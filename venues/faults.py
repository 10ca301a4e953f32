"""What goes wrong in a run, and when: the schedule of a scenario, as data.

A fault says what happens to which part of the world and for how long. Whoever it concerns asks the schedule at the
instant that matters, so a schedule needs no state and a copy of the world needs no copy of it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from venues.markets.venue import Admission
from venues.seeds import SeedPath, generator

FaultKind = Literal[
    "gas_spike",
    "demand_surge",
    "outage",
    "partition",
    "reorg",
    "finality_stall",
    "censorship",
    "oracle_halt",
    "oracle_manipulation",
    "depeg",
    "bridge_halt",
    "venue_halt",
    "broker_outage",
    "message_delay",
    "message_loss",
]
"""What can go wrong. Each kind says below which of a fault's figures it uses."""

EVERYWHERE: Final = ""
"""Target of a fault that concerns everything of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong from one instant until another."""

    id: str
    """Unique name in the schedule."""

    kind: FaultKind
    target: str
    """CAIP-2 id of a chain, name of an oracle, id of a venue or a bridge; `EVERYWHERE` for the broker."""

    from_ms: int
    until_ms: int
    """First instant at which it is over; a reorganisation happens at `from_ms`, and is over then."""

    depth: int = 0
    """Blocks that a reorganisation undoes."""

    factor_percent: int = 100
    """`gas_spike`: price others offer; `demand_surge`: rate at which their transactions come. Of the usual."""

    nodes: int = 0
    """Oracle nodes that lie or are bribed."""

    shift_ppm: int = 0
    """How far a manipulated price is from the market, or a coin from a dollar, in millionths."""

    share_ppm: int = 0
    """Share of what it hits, in millionths: messages that are lost, blocks whose builder censors, transactions that the
    makers of the branch which wins a reorganisation, or the end of a split, have never heard of."""

    delay_ms: int = 0
    """Time for which messages are held up."""

    senders: tuple[str, ...] = ()
    """Whose transactions are censored; everybody's of the scenario if empty."""

    admission: Admission = "unavailable"
    """What a halted venue still lets its users do."""

    def covers(self, time_ms: int) -> bool:
        """Return whether an instant lies in it."""
        return self.from_ms <= time_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class Faults:
    """All faults of a run, in order of their beginning."""

    schedule: tuple[Fault, ...] = ()
    seed: SeedPath = ()
    """Root of the lots that decide whom a fault hits."""

    def hits(self, fault: Fault, *names: int | str) -> bool:
        """Return whether the lot of something with these names falls into the share that a fault hits."""
        return float(generator(*self.seed, fault.id, *names).random()) * 1e6 < fault.share_ppm

    def of(self, kind: FaultKind, target: str) -> Iterator[Fault]:
        """Yield the faults of a kind that concern a target, in order of their beginning."""
        for fault in self.schedule:
            if fault.kind == kind and fault.target in {target, EVERYWHERE}:
                yield fault

    def active(self, kind: FaultKind, target: str, time_ms: int) -> Fault | None:
        """Return the first fault of a kind that concerns a target at an instant."""
        return next((fault for fault in self.of(kind, target) if fault.covers(time_ms)), None)

    def over_ms(self, kinds: Collection[FaultKind], target: str, time_ms: int) -> int:
        """Return the first instant from `time_ms` on at which no fault of any of these kinds concerns a target."""
        while True:
            ends = [fault.until_ms for kind in kinds if (fault := self.active(kind, target, time_ms)) is not None]
            if not ends:
                return time_ms
            time_ms = max(ends)

    def touches(self, kinds: Collection[FaultKind], target: str, from_ms: int, until_ms: int) -> bool:
        """Return whether a fault of any of these kinds concerns a target at any instant from one until another."""
        found = (fault for kind in kinds for fault in self.of(kind, target))
        return any(fault.from_ms < until_ms and fault.until_ms > from_ms for fault in found)

    def lasting_ms(self, kinds: Collection[FaultKind], target: str, from_ms: int, until_ms: int) -> int:
        """Return for how long, from one instant until another, faults of any of these kinds concern a target."""
        found = sorted((fault.from_ms, fault.until_ms) for kind in kinds for fault in self.of(kind, target))
        total = 0
        for start_ms, end_ms in found:
            total += max(0, min(end_ms, until_ms) - max(start_ms, from_ms))
            from_ms = max(from_ms, min(end_ms, until_ms))
        return total


NO_FAULTS: Final = Faults()
