"""A ledger read back: what came into a run from outside, in the order in which it came.

A replay and the resumption of a run work the rest out from it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from auction.errors import LedgerError
from auction.rows import Event, Row
from intents.canonical import Json
from intents.intent import SignedIntent
from solvernet import __version__
from solvernet.engine import Engine, RunName
from solvernet.ledger_place import open_reader
from solvernet.scenario import parse_scenario, scenario_hash, with_solvers
from solvers.messages import BidSheet, Decision

Phase = Literal["bidding", "between"]
"""When users were heard: while solvers were thinking, or between two rounds."""

_ARRIVALS: Final = frozenset({"intent.received", "intent.refused", "intent.cancel"})


@dataclass(frozen=True)
class Recording:
    """What a ledger holds."""

    meta: dict[str, str]
    name: RunName
    rows: tuple[Row, ...] = ()
    telemetry: tuple[Row, ...] = ()

    @property
    def software(self) -> dict[str, str]:
        """Shared software that each solver declared; nothing if the run had not been opened."""
        found = field(self.rows[0].event, "software") if self.rows else {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def of_round(self, number: int, kind: str) -> list[Event]:
        """Return the events of one kind in one round."""
        return [event for event in self._rounds.get(number, ()) if event.kind == kind]

    def arrivals(self, number: int, phase: Phase) -> list[Event]:
        """Return what users sent after the announcement of round `number` and before its close, or later."""
        found, now = [], "between"
        for event in self._rounds.get(number, ()):
            if event.kind == "round.opened":
                now = "bidding"
            elif event.kind == "round.benchmark":
                now = "between"
            elif event.kind in _ARRIVALS and now == phase:
                found.append(event)
        return found

    def is_closed(self, number: int) -> bool:
        """Return whether the bidding of a round came to its end."""
        return bool(self.of_round(number, "round.closed"))

    def sheets(self, number: int) -> list[BidSheet]:
        """Return the bids of a round."""
        return [BidSheet.model_validate(e.body, strict=False) for e in self.of_round(number, "bids.opened")]

    def faults(self, number: int) -> dict[str, str]:
        """Return why solvers had no bids in a round."""
        return {str(field(e, "solver")): str(field(e, "fault")) for e in self.of_round(number, "solver.fault")}

    def decisions(self, number: int) -> dict[str, Decision]:
        """Return what the winners of a round decided to settle."""
        found = [Decision.model_validate(e.body, strict=False) for e in self.of_round(number, "decision")]
        return {decision.solver: decision for decision in found}

    def work(self) -> dict[str, int]:
        """Return the work units of each solver."""
        total: dict[str, int] = {}
        for row in self.telemetry:
            found = field(row.event, "work") if row.event.kind == "solvers" else {}
            for solver, units in found.items() if isinstance(found, dict) else ():
                total[solver] = total.get(solver, 0) + (units if isinstance(units, int) else 0)
        return total

    @cached_property
    def _rounds(self) -> Mapping[int, Sequence[Event]]:
        rounds: dict[int, list[Event]] = {}
        for row in self.rows:
            rounds.setdefault(row.event.round, []).append(row.event)
        return rounds


def read(folder: Path) -> Recording:
    """Return the recording in a folder, its chains checked.

    Raises:
        LedgerError: if there is none, it does not name its run, or a row does not hold together.
    """
    recording = read_beginning(folder)
    if not recording.rows:
        raise LedgerError(f"the ledger in {folder} does not begin with the opening of a run")
    return recording


def read_beginning(folder: Path) -> Recording:
    """Return the recording in a folder, its chains checked; it may be of a run that had not been opened yet.

    Raises:
        LedgerError: if there is none, it does not name its run, or a row does not hold together.
    """
    reader = open_reader(folder)
    try:
        rows, telemetry = tuple(reader.rows("events")), tuple(reader.rows("telemetry"))
    finally:
        reader.close()
    if rows and rows[0].event.kind != "run.opened":
        raise LedgerError(f"the ledger in {folder} does not begin with the opening of a run")
    return Recording(reader.meta, name_of(reader.meta, folder), rows, telemetry)


def check_version(meta: Mapping[str, str]) -> None:
    """Do nothing if this version of the code wrote a ledger.

    Raises:
        LedgerError: if another one did: it may decide otherwise.
    """
    version = meta.get("version")
    if version != __version__:
        raise LedgerError(f"the ledger was written by version {version}, this is {__version__}")


def hear(engine: Engine, arrivals: Sequence[Event]) -> None:
    """Let users be heard again, each at the instant at which it was."""
    for event in arrivals:
        engine.advance(event.time_ms)
        if event.kind == "intent.cancel":
            engine.auctioneer.cancel(str(field(event, "intent_id")))
        else:
            engine.auctioneer.receive(SignedIntent.model_validate(field(event, "signed"), strict=False))


def field(event: Event, key: str) -> Json:
    """Return one field of an event's body.

    Raises:
        LedgerError: if the body has no such field.
    """
    if not isinstance(event.body, dict) or key not in event.body:
        raise LedgerError(f"an event {event.kind} of round {event.round} has no field {key!r}")
    found: Json = event.body[key]
    return found


def parting(recorded: Event, found: Event) -> str:
    """Return how an event differs from the recorded one, in one line."""
    if recorded.kind != found.kind:
        return f"is {recorded.kind}, the replay has {found.kind}"
    if recorded.body != found.body and isinstance(recorded.body, dict) and isinstance(found.body, dict):
        keys = sorted({*recorded.body, *found.body})
        key = next(name for name in keys if recorded.body.get(name) != found.body.get(name))
        was, now = recorded.body.get(key), found.body.get(key)
        return f"({recorded.kind}) says {key} = {str(was)[:120]}, the replay finds {str(now)[:120]}"
    return f"({recorded.kind}) has time {recorded.time_ms} and round {recorded.round}, the replay finds {found.time_ms}"


def name_of(meta: Mapping[str, str], folder: Path) -> RunName:
    """Return the name of the run that a ledger is of.

    Raises:
        LedgerError: if it does not say.
    """
    try:
        scenario = parse_scenario(meta["scenario_text"], str(folder))
        scenario = with_solvers(scenario, meta["solvers"].splitlines())
        window = scenario.window_named(meta["window"] or None)
        return RunName(scenario, scenario_hash(meta["scenario_text"]), window, int(meta["seed"]))
    except (KeyError, ValueError) as error:
        raise LedgerError(f"the ledger in {folder} does not name its run: {error}") from None
