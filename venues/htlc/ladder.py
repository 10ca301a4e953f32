"""Timelock ladders: schedules under which neither party of a swap can lose, whatever the other one does.

What a ladder is made of are the times of both chains: how long a transaction takes to get into a block when space is
short, and how long a block can be undone. A transaction is in for good after it was included, undone once by the
deepest reorganisation there is, and included again. The conditions, after those known from practice:

(a) the destination is locked, and the source withdrawn from, only when the source lock is final;
(b) the destination is cancelled, beyond undoing, before the last instant at which the secret may come out;
(c) the secret is shown only when both locks are final;
(d) from the last instant at which the secret may come out, the taker can still withdraw for good;
(e) from the first instant at which the maker may withdraw in public, they can still do so for good.

A contract enforces none of the margins: 1inch's factory refuses a destination that ends after the source, and no more
(1inch/cross-chain-swap, commit 60228e33, `contracts/BaseEscrowFactory.sol`). What a reorganisation beyond finality
does is not covered by any ladder; `venues.htlc.free_option` prices what remains.
"""

from dataclasses import dataclass
from typing import Final, Literal

from venues.htlc.timelocks import Schedule, Timelocks

Condition = Literal["a", "b", "c", "d", "e"]

MEANING: Final[dict[Condition, str]] = {
    "a": "the destination is locked before the source lock is final",
    "b": "the destination can still be withdrawn from when the secret should be out",
    "c": "the secret is shown before the destination lock is final",
    "d": "the taker has too little time to withdraw after the secret is out",
    "e": "the maker has too little time to withdraw in public",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things take on one chain, in milliseconds."""

    inclusion_ms: int
    """From the instant a party could act until its transaction is in a block, in nearly all cases."""

    finality_ms: int
    """Age from which a block is not undone any more."""

    def __post_init__(self) -> None:
        if self.inclusion_ms <= 0 or self.finality_ms < 0:
            raise ValueError(f"inclusion takes {self.inclusion_ms} ms and finality {self.finality_ms} ms: impossible")

    @property
    def settled_ms(self) -> int:
        """Time until a transaction is in for good, though a reorganisation undoes it once."""
        return self.inclusion_ms + self.finality_ms + self.inclusion_ms

    def rounded(self, step_ms: int) -> "Timing":
        """Return the timing in whole steps, rounded up."""
        return Timing(
            inclusion_ms=-(-self.inclusion_ms // step_ms) * step_ms,
            finality_ms=-(-self.finality_ms // step_ms) * step_ms,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """A ladder that does not fit into the time there is."""

    condition: Condition
    """The first condition that cannot hold in that time."""

    needs_ms: int
    """Age of the source lock by which it could hold."""

    longest_ms: int


def ladder(source: Timing, destination: Timing, longest_ms: int | None = None) -> Schedule | TooLong:
    """Return the shortest schedule that is safe on two chains, or why it does not fit into `longest_ms`."""
    lock_from = source.finality_ms
    lock_until = lock_from + destination.inclusion_ms
    withdrawal = destination.finality_ms
    # In private the taker withdraws from the source first, and then from the destination for the maker.
    public = withdrawal + source.inclusion_ms + destination.inclusion_ms
    cancellation = public + destination.settled_ms
    revealed_by = lock_until + cancellation + destination.finality_ms
    source_cancellation = revealed_by + source.settled_ms
    steps: tuple[tuple[Condition, int], ...] = (
        ("a", lock_from),
        ("c", lock_until + withdrawal),
        ("e", lock_until + cancellation),
        ("b", revealed_by),
        ("d", source_cancellation + source.inclusion_ms),
    )
    for condition, needs_ms in steps:
        if longest_ms is not None and needs_ms > longest_ms:
            return TooLong(condition=condition, needs_ms=needs_ms, longest_ms=longest_ms)
    return Schedule(
        source=Timelocks(
            withdrawal_ms=source.finality_ms,
            public_withdrawal_ms=lock_until + public + source.inclusion_ms,
            cancellation_ms=max(source_cancellation, lock_until + public + source.inclusion_ms),
            public_cancellation_ms=max(source_cancellation, lock_until + public + source.inclusion_ms)
            + source.inclusion_ms,
        ),
        destination=Timelocks(withdrawal_ms=withdrawal, public_withdrawal_ms=public, cancellation_ms=cancellation),
        lock_from_ms=lock_from,
        lock_until_ms=lock_until,
        revealed_by_ms=revealed_by,
    )


def broken(schedule: Schedule, source: Timing, destination: Timing) -> tuple[Condition, ...]:
    """Return the conditions that a schedule breaks on two chains; none if it is safe."""
    mine, theirs = schedule.source, schedule.destination
    out_by = max(schedule.revealed_by_ms, mine.withdrawal_ms)
    holds: dict[Condition, bool] = {
        "a": min(schedule.lock_from_ms, mine.withdrawal_ms) >= source.finality_ms,
        "b": schedule.lock_until_ms + theirs.cancellation_ms + destination.finality_ms <= schedule.revealed_by_ms,
        "c": theirs.withdrawal_ms >= destination.finality_ms,
        "d": out_by + source.settled_ms <= mine.cancellation_ms,
        "e": theirs.public_withdrawal_ms + destination.settled_ms <= theirs.cancellation_ms,
    }
    return tuple(condition for condition, kept in holds.items() if not kept)


def accepts(schedule: Schedule, source: Timing, destination: Timing) -> bool:
    """Return whether a schedule is safe on two chains."""
    return not broken(schedule, source, destination)
