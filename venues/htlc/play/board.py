"""What the game is played on: two locks, what waits for their chains, and what the contracts allow."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from venues.htlc.ladder import Timing
from venues.htlc.timelocks import Schedule, Timelocks

Party = Literal["maker", "taker"]
Act = Literal["open", "withdraw", "withdraw in public", "cancel", "cancel in public"]
"""What can be asked of a lock; what is not said to be in public is the taker's, as the opening is its owner's."""

LONG_AGO: Final = -(10**6)
"""Time of what cannot be undone any more."""

FOREVER: Final = 10**6


class Lock(NamedTuple):
    """A lock, on one chain; times are ticks."""

    state: Literal["absent", "locked", "withdrawn", "cancelled"]
    opened: int
    ended: int


ABSENT: Final = Lock("absent", 0, 0)


class Sent(NamedTuple):
    """A transaction of the honest party that waits."""

    act: Act
    due: int
    """Block that takes it at the latest."""

    until: int
    """Block after which it is not valid any more."""


class Side(NamedTuple):
    """One chain, after a block."""

    lock: Lock
    sent: Sent | None
    reorgs: int
    """Reorganisations still to come, at most."""

    shows: bool = False
    """Whether this block, or one that was undone for it, showed the secret."""


class Moment(NamedTuple):
    """Everything that matters, after a block on both chains."""

    tick: int
    source: Side
    destination: Side
    is_out: bool
    """Whether everybody knows the secret."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds on one chain, in ticks."""

    is_source: bool
    locks: Timelocks
    inclusion: int
    finality: int


@dataclass(frozen=True, slots=True)
class Game:
    """One honest party against everybody else."""

    honest: Party
    source: Rules
    destination: Rules
    lock_from: int
    lock_until: int


def game(schedule: Schedule, source: Timing, destination: Timing, honest: Party, tick_ms: int) -> Game:
    """Return the game of a schedule on two chains.

    Raises:
        ValueError: if a time is not a multiple of `tick_ms`.
    """
    return Game(
        honest,
        _rules(schedule.source, source, tick_ms, is_source=True),
        _rules(schedule.destination, destination, tick_ms, is_source=False),
        _ticks(schedule.lock_from_ms, tick_ms),
        _ticks(schedule.lock_until_ms, tick_ms),
    )


def may(rules: Rules, act: Act, age: int) -> bool:
    """Return whether the contract allows an act on a lock of some age."""
    locks = rules.locks
    if act == "cancel in public":
        return locks.public_cancellation_ms is not None and age >= locks.public_cancellation_ms
    if act == "cancel":
        return age >= locks.cancellation_ms
    opens = locks.withdrawal_ms if act == "withdraw" else locks.public_withdrawal_ms
    return opens <= age < locks.cancellation_ms


def applied(rules: Rules, side: Side, act: Act, tick: int) -> Side | None:
    """Return a chain after an act in a block, or nothing if the contract refuses it."""
    lock, sent = side.lock, side.sent
    left = None if sent is not None and sent.act == act else sent
    if act == "open":
        is_valid = lock.state == "absent" and (sent is None or sent.act != "open" or tick <= sent.until)
        return Side(Lock("locked", tick, 0), left, side.reorgs, side.shows) if is_valid else None
    if lock.state != "locked" or not may(rules, act, tick - lock.opened):
        return None
    if act in {"cancel", "cancel in public"}:
        return Side(Lock("cancelled", lock.opened, tick), left, side.reorgs, side.shows)
    return Side(Lock("withdrawn", lock.opened, tick), left, side.reorgs, shows=True)


def _rules(locks: Timelocks, timing: Timing, tick_ms: int, *, is_source: bool) -> Rules:
    public = locks.public_cancellation_ms
    in_ticks = Timelocks(
        withdrawal_ms=_ticks(locks.withdrawal_ms, tick_ms),
        public_withdrawal_ms=_ticks(locks.public_withdrawal_ms, tick_ms),
        cancellation_ms=_ticks(locks.cancellation_ms, tick_ms),
        public_cancellation_ms=None if public is None else _ticks(public, tick_ms),
    )
    return Rules(is_source, in_ticks, _ticks(timing.inclusion_ms, tick_ms), _ticks(timing.finality_ms, tick_ms))


def _ticks(time_ms: int, tick_ms: int) -> int:
    if time_ms % tick_ms:
        raise ValueError(f"{time_ms} ms are not whole ticks of {tick_ms} ms; round the timing first")
    return time_ms // tick_ms
