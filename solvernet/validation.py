"""Settlements checked against awards, for the summary of a run and for `solvernet validate`.

A recorded run is worked out again, so that its chains are there to be looked at; what was awarded is read from the
ledger, and how the auctioneer came to it plays no part.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from auction.errors import LedgerError
from auction.rows import GENESIS, Event, chain_hash
from auction.validator.validator import Validator
from auction.validator.verdict import Verdict
from intents.boundary import Boundary
from solvernet import __version__
from solvernet.breach_table import BreachLine, breach_table
from solvernet.engine import Engine
from solvernet.recording import check_version, parting, read
from solvernet.replay import worked_out

CLASSES: Final = ("valid", "unsettled", "violation", "undecidable", "missing")


class SettlementVerdict(Boundary):
    """What the validator found of one fill."""

    fill: str
    verdict: str
    code: str
    detail: str


class TurnedVerdict(Boundary):
    """A verdict that a reorganisation changed."""

    time_ms: int
    fill: str
    before: str
    after: str


class Validation(Boundary):
    """What the validator found of a run."""

    counts: dict[str, int]
    """Fills by class of verdict."""

    found: tuple[SettlementVerdict, ...] = ()
    """Verdicts on all fills that were not settled as awarded."""

    turned: tuple[TurnedVerdict, ...] = ()
    breaches: tuple[BreachLine, ...] = ()
    """Violations that were punished: final, and by the doing of who sent them."""

    @property
    def is_clean(self) -> bool:
        """Whether there is no violation."""
        return not self.counts["violation"]


def validation_of(validator: Validator, events: Sequence[Event]) -> Validation:
    """Return what a validator has found so far, and what came of it by the events of the run."""
    verdicts = validator.verdicts()
    return Validation(
        counts={kind: sum(each.kind == kind for each in verdicts) for kind in CLASSES},
        found=tuple(
            SettlementVerdict(fill=each.fill_id, verdict=each.kind, code=each.code, detail=each.detail)
            for each in sorted(verdicts, key=lambda each: _order(each.kind))
            if each.kind != "valid"
        ),
        turned=tuple(
            TurnedVerdict(
                time_ms=turn.time_ms, fill=turn.before.fill_id, before=_words(turn.before), after=_words(turn.after)
            )
            for turn in validator.turns
        ),
        breaches=breach_table(events),
    )


def validate(folder: Path, rounds: int | None = None) -> Validation:
    """Return what is to be said of the settlements of a recorded run.

    Args:
        folder: Folder of the run; it need not have ended.
        rounds: How many rounds to look at, all if left out. Verdicts are those at the award of the last.

    Raises:
        LedgerError: if there is no ledger, another version wrote it, or it does not follow from its inputs.
    """
    recording = read(folder)
    check_version(recording.meta)
    engine = Engine(recording.name, recording.software, __version__)
    validator = Validator(recording.name.window.start)
    engine.auctioneer.watch(validator)
    if rounds is None and recording.rows[-1].event.kind != "run.closed":
        rounds = recording.rows[-1].event.round
    recorded, head, heard = iter(recording.rows), GENESIS, list[Event]()
    for event in worked_out(engine, recording, rounds):
        row = next(recorded, None)
        if row is None:
            break
        head = chain_hash(head, event)
        if row.hash != head:
            detail = parting(row.event, event)
            raise LedgerError(f"row {row.seq} {detail}: the chains of this run cannot be shown; see solvernet replay")
        validator.hear((row.event,))
        heard.append(row.event)
    return validation_of(validator, heard)


def _order(kind: str) -> int:
    return ("violation", "missing", "undecidable", "unsettled").index(kind) if kind != "valid" else len(CLASSES)


def _words(verdict: Verdict) -> str:
    return f"{verdict.kind}: {verdict.code}"
