"""The best an adversary can do against one party of a swap, by searching every play.

Time passes in ticks; each makes a block on both chains. The adversary is the other party and everybody else together,
and rules the chains within what they allow: a transaction of the honest party gets into a block within the inclusion
time and no later, everybody else's at once or never, and once on each chain blocks that are not final are undone and
made anew. The honest party follows the protocol (`venues.htlc.play.protocol`).

It loses if the other one got what it locked and it can no longer get what it was promised. What the search proves
holds for this model: whole ticks, one reorganisation on each chain, no transaction later than the bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.htlc.ladder import Timing
from venues.htlc.play.board import ABSENT, LONG_AGO, Game, Lock, Moment, Party, Side, game
from venues.htlc.play.chances import chances
from venues.htlc.play.protocol import answered
from venues.htlc.timelocks import Schedule


@dataclass(frozen=True, slots=True)
class Play:
    """A play that costs the honest party what it locked."""

    loser: Party
    moments: tuple[Moment, ...]

    def __str__(self) -> str:
        """Return one line for each moment at which something changed."""
        lines = [f"the {self.loser} loses:"]
        before = None
        for moment in self.moments:
            now = (moment.source.lock.state, moment.destination.lock.state, "out" if moment.is_out else "kept")
            if now != before:
                lines.append("  {:3d}: source {}, destination {}, secret {}".format(moment.tick, *now))
            before = now
        return "\n".join(lines)


def losing_play(schedule: Schedule, source: Timing, destination: Timing, honest: Party, tick_ms: int) -> Play | None:
    """Return a play in which the honest party loses, or `None` if there is none.

    Args:
        schedule: What the parties have agreed on.
        source: Timing of the source chain.
        destination: Timing of the destination chain.
        honest: Who follows the protocol.
        tick_ms: Time between two blocks of the model; all times must be multiples of it.

    Raises:
        ValueError: if a time is not a multiple of `tick_ms`.
    """
    played = game(schedule, source, destination, honest, tick_ms)
    first = answered(played, Moment(0, Side(Lock("locked", 0, 0), None, 1), Side(ABSENT, None, 1), is_out=False))
    seen = {first}
    path = [(first, _nexts(played, first))]
    while path:
        moment = next(path[-1][1], None)
        if moment is None:
            path.pop()
        elif moment not in seen:
            seen.add(moment)
            if _is_lost(played, moment):
                return Play(honest, (*(step for step, _ in path), moment))
            if not _is_safe(played, moment):
                path.append((moment, _nexts(played, moment)))
    return None


def _nexts(game: Game, moment: Moment) -> Iterator[Moment]:
    """Yield every moment that the adversary can bring about with the next block of each chain."""
    tick = moment.tick + 1
    knows = moment.is_out or game.honest == "taker"
    sources = chances(game, game.source, moment.source, tick, knows=knows)
    destinations = chances(game, game.destination, moment.destination, tick, knows=knows)
    tells = (False, True) if game.honest == "taker" and not moment.is_out else (False,)
    for mine in sources:
        for theirs in destinations:
            for told in tells:
                is_out = moment.is_out or told or mine.shows or theirs.shows
                quiet, still = mine._replace(shows=False), theirs._replace(shows=False)
                yield answered(game, Moment(tick, quiet, still, is_out))


def _is_lost(game: Game, moment: Moment) -> bool:
    """Return whether the honest party has lost, if the adversary does nothing more."""
    source, destination = moment.source.lock, moment.destination.lock
    if game.honest == "maker":
        return source.state == "withdrawn" and destination.state in {"cancelled", "absent"}
    age = moment.tick + 1 - source.opened
    too_late = source.state == "locked" and age >= game.source.locks.cancellation_ms
    return destination.state == "withdrawn" and (too_late or source.state in {"cancelled", "absent"})


def _is_safe(game: Game, moment: Moment) -> bool:
    """Return whether the honest party cannot lose any more."""
    source, destination = moment.source.lock, moment.destination.lock
    if game.honest == "maker":
        last = source.opened + game.source.locks.cancellation_ms + game.source.finality
        untouched = source.state == "absent" or (source.state == "locked" and last <= moment.tick)
        return untouched or _is_for_good(source, "cancelled") or _is_for_good(destination, "withdrawn")
    last = source.opened + game.lock_until + game.destination.finality
    untouched = destination.state == "absent" and (source.state == "absent" or last < moment.tick)
    return untouched or _is_for_good(destination, "cancelled") or _is_for_good(source, "withdrawn")


def _is_for_good(lock: Lock, state: str) -> bool:
    return lock.state == state and lock.ended == LONG_AGO
