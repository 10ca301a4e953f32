"""Timings and schedules in ticks, safe ones and ones that lack a margin."""

from dataclasses import replace

from hypothesis import strategies as st

from venues.htlc.ladder import Condition, Timing, accepts, ladder
from venues.htlc.timelocks import Schedule, Timelocks


def timing(inclusion: int, finality: int) -> Timing:
    """Return a timing in ticks of a millisecond."""
    return Timing(inclusion_ms=inclusion, finality_ms=finality)


def timings(inclusion: int, finality: int) -> st.SearchStrategy[Timing]:
    """Return timings up to some number of ticks."""
    return st.builds(timing, st.integers(1, inclusion), st.integers(0, finality))


def made(source: Timing, destination: Timing) -> Schedule:
    """Return the ladder of two chains."""
    found = ladder(source, destination)
    assert isinstance(found, Schedule)
    return found


@st.composite
def loosened(draw: st.DrawFn, source: Timing, destination: Timing) -> Schedule:
    """Return a schedule near the ladder of two chains: every stage begins some ticks earlier or later."""
    base = made(source, destination)
    shift = st.integers(-2, 3)

    def stages(locks: Timelocks) -> Timelocks:
        begins = [locks.withdrawal_ms, locks.public_withdrawal_ms, locks.cancellation_ms]
        if locks.public_cancellation_ms is not None:
            begins.append(locks.public_cancellation_ms)
        moved = sorted(max(0, begin + draw(shift)) for begin in begins)
        return Timelocks(
            withdrawal_ms=moved[0],
            public_withdrawal_ms=moved[1],
            cancellation_ms=moved[2],
            public_cancellation_ms=moved[3] if len(moved) > 3 else None,
        )

    lock_from = max(0, base.lock_from_ms + draw(shift))
    return Schedule(
        source=stages(base.source),
        destination=stages(base.destination),
        lock_from_ms=lock_from,
        lock_until_ms=max(lock_from, base.lock_until_ms + draw(shift)),
        revealed_by_ms=max(0, base.revealed_by_ms + draw(shift)),
    )


@st.composite
def slackened(draw: st.DrawFn, source: Timing, destination: Timing) -> Schedule:
    """Return any schedule that keeps every condition, with up to three ticks to spare at each."""
    slack = st.integers(0, 3)
    lock_from = source.finality_ms + draw(slack)
    lock_until = lock_from + draw(slack)
    withdrawal = destination.finality_ms + draw(slack)
    public = withdrawal + draw(slack)
    cancellation = public + destination.settled_ms + draw(slack)
    revealed_by = lock_until + cancellation + destination.finality_ms + draw(slack)
    opens = source.finality_ms + draw(slack)
    ends = max(revealed_by, opens) + source.settled_ms + draw(slack)
    schedule = Schedule(
        source=Timelocks(
            withdrawal_ms=opens,
            public_withdrawal_ms=draw(st.integers(opens, ends)),
            cancellation_ms=ends,
            public_cancellation_ms=ends + draw(slack),
        ),
        destination=Timelocks(withdrawal_ms=withdrawal, public_withdrawal_ms=public, cancellation_ms=cancellation),
        lock_from_ms=lock_from,
        lock_until_ms=lock_until,
        revealed_by_ms=revealed_by,
    )
    assert accepts(schedule, source, destination)
    return schedule


def without(condition: Condition, source: Timing, destination: Timing) -> Schedule:
    """Return the ladder of two chains with the time that one condition asks for left out."""
    base = made(source, destination)
    mine, theirs = base.source, base.destination
    if condition == "a":
        return replace(base, lock_from_ms=0)
    if condition == "b":
        earlier = replace(mine, cancellation_ms=mine.cancellation_ms - destination.finality_ms)
        return replace(base, source=earlier, revealed_by_ms=base.revealed_by_ms - destination.finality_ms)
    if condition == "c":
        return replace(base, destination=replace(theirs, withdrawal_ms=0))
    if condition == "d":
        return replace(base, source=replace(mine, cancellation_ms=base.revealed_by_ms))
    return replace(base, destination=replace(theirs, cancellation_ms=theirs.public_withdrawal_ms + 1))
