"""Replay: the whole run worked out again from what the ledger recorded as coming from outside.

Intents, cancellations, bid sheets and decisions are taken from the ledger; admission, scores, winners, settlement,
causes and conduct are computed anew and compared event by event. A ledger whose hashes were forged after a change
fails like one whose hashes were not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auction.errors import BrokenChainError, LedgerError
from auction.ledger import GENESIS, Event, chain_hash
from solvernet import __version__
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine
from solvernet.recording import Recording, check_version, hear, parting, read


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the ledger and the replay part."""

    row: int
    detail: str


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay found."""

    events: int
    fingerprint: str
    difference: Difference | None
    engine: Engine | None
    """The run, worked out again; `None` if the chain itself is broken."""


def replay(folder: Path) -> ReplayResult:
    """Work a recorded run out again and compare.

    Raises:
        LedgerError: if there is no ledger, or it is not one.
    """
    try:
        recording = read(folder)
    except BrokenChainError as error:
        return ReplayResult(0, "", Difference(error.row, f"of {error.table} {error.what}"), None)
    check_version(recording.meta)
    engine = Engine(recording.name, recording.software, __version__)
    recorded = iter(recording.rows)
    count, head = 0, GENESIS
    for event in worked_out(engine, recording):
        row = next(recorded, None)
        count += 1
        head = chain_hash(head, event)
        if row is None:
            return ReplayResult(count, head, Difference(count, f"is missing; the replay has {event.kind}"), engine)
        if row.hash != head:
            return ReplayResult(count, head, Difference(row.seq, parting(row.event, event)), engine)
    left = next(recorded, None)
    gap = Difference(left.seq, f"({left.event.kind}) does not follow from the inputs") if left else None
    return ReplayResult(count, head, gap, engine)


def worked_out(engine: Engine, recording: Recording, most: int | None = None) -> Iterator[Event]:
    """Yield the events of the run, worked out from the recorded inputs; those of the first `most` rounds, if given."""
    window = engine.name.window
    rounds = (window.end - window.start) // engine.every_ms
    for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
        if most is not None and number > most:
            return
        hear(engine, recording.arrivals(engine.rounds, "between"))
        engine.advance(window.start + number * engine.every_ms)
        if number > rounds and engine.is_over():
            break
        if engine.skips_round():
            yield from engine.drain()
            continue
        engine.open_round()
        hear(engine, recording.arrivals(number, "bidding"))
        engine.close_round(recording.sheets(number), recording.faults(number))
        engine.settle(recording.decisions(number))
        yield from engine.drain()
    engine.finish()
    yield from engine.drain()


def reopened(recording: Recording, number: int) -> Engine:
    """Return a run worked out again up to the opening of a round.

    Raises:
        LedgerError: if the run never came to that round.
    """
    engine = Engine(recording.name, recording.software, __version__)
    while engine.rounds < number and recording.rows and engine.rounds < recording.rows[-1].event.round:
        hear(engine, recording.arrivals(engine.rounds, "between"))
        engine.advance(engine.name.window.start + (engine.rounds + 1) * engine.every_ms)
        if engine.skips_round():
            continue
        engine.open_round()
        if engine.rounds == number:
            return engine
        hear(engine, recording.arrivals(engine.rounds, "bidding"))
        engine.close_round(recording.sheets(engine.rounds), recording.faults(engine.rounds))
        engine.settle(recording.decisions(engine.rounds))
        engine.drain()
    raise LedgerError(f"the run in the ledger has no round {number}")
