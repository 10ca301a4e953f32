"""Replay: the whole run worked out again from what the ledger recorded as coming from outside.

Intents, cancellations, bid sheets and decisions are taken from the ledger; admission, scores, winners, settlement,
causes and conduct are computed anew and compared event by event. A ledger whose hashes were forged after a change
fails like one whose hashes were not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auction.errors import BrokenChainError, LedgerError
from auction.ledger import Event, LedgerReader, Row, chain_hash
from intents.canonical import Json
from intents.intent import SignedIntent
from solvernet import __version__
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine, RunName
from solvernet.scenario import parse_scenario, scenario_hash
from solvernet.simulate import with_solvers
from solvers.messages import BidSheet, Decision


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


@dataclass(frozen=True, slots=True)
class Recording:
    """A ledger read back."""

    meta: dict[str, str]
    rows: tuple[Row, ...]
    name: RunName
    software: dict[str, str]

    def of_round(self, number: int, kind: str) -> list[Event]:
        """Return the events of one kind in one round."""
        return [row.event for row in self.rows if row.event.round == number and row.event.kind == kind]


def read(folder: Path) -> Recording:
    """Return the recording in a folder, its chains checked.

    Raises:
        LedgerError: if there is none, it was written by another version, or a row does not hold together.
    """
    reader = LedgerReader(folder)
    try:
        rows = tuple(reader.rows("events"))
        for _ in reader.rows("telemetry"):
            pass
    finally:
        reader.close()
    if not rows or rows[0].event.kind != "run.opened":
        raise LedgerError(f"the ledger in {folder} does not begin with the opening of a run")
    return Recording(reader.meta, rows, _name(reader.meta, folder), _software(rows[0].event))


def replay(folder: Path) -> ReplayResult:
    """Work a recorded run out again and compare.

    Raises:
        LedgerError: if there is no ledger, or it is not one.
    """
    try:
        recording = read(folder)
    except BrokenChainError as error:
        return ReplayResult(0, "", Difference(error.row, f"of {error.table} {error.what}"), None)
    if recording.meta.get("version") != __version__:
        raise LedgerError(f"the ledger was written by version {recording.meta.get('version')}, this is {__version__}")
    engine = Engine(recording.name, recording.software, __version__)
    recorded = iter(recording.rows)
    count, head = 0, "0" * 64
    for event in _events(engine, recording):
        row = next(recorded, None)
        count += 1
        head = chain_hash(head, event)
        if row is None:
            return ReplayResult(count, head, Difference(count, f"is missing; the replay has {event.kind}"), engine)
        if row.hash != head:
            return ReplayResult(count, head, Difference(row.seq, _parting(row.event, event)), engine)
    left = next(recorded, None)
    gap = Difference(left.seq, f"({left.event.kind}) does not follow from the inputs") if left else None
    return ReplayResult(count, head, gap, engine)


def _events(engine: Engine, recording: Recording) -> Iterator[Event]:
    """Yield the events of the run, worked out from the recorded inputs."""
    window = engine.name.window
    rounds = (window.end - window.start) // engine.every_ms
    for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
        _feed(engine, recording, window.start + number * engine.every_ms)
        if number > rounds and engine.is_over():
            break
        if engine.skips_round():
            yield from engine.drain()
            continue
        engine.open_round()
        sheets = [BidSheet.model_validate(e.body, strict=False) for e in recording.of_round(number, "bids.opened")]
        faulty = recording.of_round(number, "solver.fault")
        faults = {str(field(e, "solver")): str(field(e, "fault")) for e in faulty}
        engine.close_round(sheets, faults)
        decided = [Decision.model_validate(e.body, strict=False) for e in recording.of_round(number, "decision")]
        engine.settle({decision.solver: decision for decision in decided})
        yield from engine.drain()
    engine.finish()
    yield from engine.drain()


def _feed(engine: Engine, recording: Recording, round_ms: int) -> None:
    """Let the world live until the next round, with what users posted meanwhile."""
    for event in _postings(recording, engine.rounds):
        engine.advance(event.time_ms)
        if event.kind == "intent.cancel":
            engine.auctioneer.cancel(str(field(event, "intent_id")))
        else:
            engine.auctioneer.receive(SignedIntent.model_validate(field(event, "signed"), strict=False))
    engine.advance(round_ms)


def _postings(recording: Recording, number: int) -> Sequence[Event]:
    kinds = {"intent.received", "intent.refused", "intent.cancel"}
    return [row.event for row in recording.rows if row.event.round == number and row.event.kind in kinds]


def field(event: Event, key: str) -> Json:
    """Return one field of an event's body.

    Raises:
        LedgerError: if the body has no such field.
    """
    if not isinstance(event.body, dict) or key not in event.body:
        raise LedgerError(f"an event {event.kind} of round {event.round} has no field {key!r}")
    found: Json = event.body[key]
    return found


def _parting(recorded: Event, found: Event) -> str:
    """Return how an event differs from the recorded one, in one line."""
    if recorded.kind != found.kind:
        return f"is {recorded.kind}, the replay has {found.kind}"
    if recorded.body != found.body and isinstance(recorded.body, dict) and isinstance(found.body, dict):
        keys = sorted({*recorded.body, *found.body})
        key = next(name for name in keys if recorded.body.get(name) != found.body.get(name))
        was, now = recorded.body.get(key), found.body.get(key)
        return f"({recorded.kind}) says {key} = {str(was)[:120]}, the replay finds {str(now)[:120]}"
    return f"({recorded.kind}) has time {recorded.time_ms} and round {recorded.round}, the replay finds {found.time_ms}"


def _name(meta: dict[str, str], folder: Path) -> RunName:
    try:
        scenario = parse_scenario(meta["scenario_text"], str(folder))
        scenario = with_solvers(scenario, meta["solvers"].splitlines())
        window = scenario.window_named(meta["window"] or None)
        return RunName(scenario, scenario_hash(meta["scenario_text"]), window, int(meta["seed"]))
    except (KeyError, ValueError) as error:
        raise LedgerError(f"the ledger in {folder} does not name its run: {error}") from None


def _software(opened: Event) -> dict[str, str]:
    found = field(opened, "software")
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
