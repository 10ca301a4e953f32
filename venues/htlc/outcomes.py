"""What became of swaps: who has what, who ended it, and how long it took."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from venues.htlc.lock import HashLock
from venues.htlc.swap import Sight

Outcome = Literal["unopened", "unanswered", "exchanged", "called off", "open", "maker lost", "taker lost"]
"""`unopened`: never begun; `unanswered`: the taker never locked; `called off`: both got theirs back."""


def outcome(sight: Sight) -> Outcome:
    """Return what became of a swap."""
    source, destination = sight.source, sight.destination
    if source is None:
        return "unopened"
    if destination is None:
        return "open" if source.state == "locked" else "unanswered"
    ends = (source.state, destination.state)
    if "locked" in ends:
        return "open"
    if ends == ("withdrawn", "withdrawn"):
        return "exchanged"
    if ends == ("cancelled", "cancelled"):
        return "called off"
    return "maker lost" if source.state == "withdrawn" else "taker lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of some swaps."""

    outcomes: dict[Outcome, int]
    public_withdrawals: int
    """Locks that were withdrawn from in a public stage."""

    public_cancellations: int
    by_third_parties: int
    """Locks that somebody ended who is no party of the swap."""

    longest_ms: int
    """Longest time from the opening of a source lock until both locks had ended."""

    ladder_ms: int
    """Mean length of the ladders they were opened on; zero without any."""


def tally(sights: Iterable[Sight]) -> Tally:
    """Return what became of swaps."""
    seen = tuple(sights)
    ended = [lock for sight in seen for lock in _ended(sight)]
    ladders = [sight.source.terms.schedule.length_ms for sight in seen if sight.source is not None]
    return Tally(
        outcomes=dict(sorted(Counter(outcome(sight) for sight in seen).items())),
        public_withdrawals=sum(lock.is_public for lock in ended if lock.state == "withdrawn"),
        public_cancellations=sum(lock.is_public for lock in ended if lock.state == "cancelled"),
        by_third_parties=sum(lock.ended_by not in {lock.terms.maker, lock.terms.taker} for lock in ended),
        longest_ms=max((_lasted_ms(sight) for sight in seen), default=0),
        ladder_ms=sum(ladders) // len(ladders) if ladders else 0,
    )


def _ended(sight: Sight) -> tuple[HashLock, ...]:
    """Return the locks of a swap that have ended."""
    locks = (sight.source, sight.destination)
    return tuple(lock for lock in locks if lock is not None and lock.state != "locked")


def _lasted_ms(sight: Sight) -> int:
    """Return the time from the opening of the source lock until the last end of a lock; zero without any."""
    ended = _ended(sight)
    return max(lock.ended_ms for lock in ended) - sight.source.opened_ms if sight.source and ended else 0
