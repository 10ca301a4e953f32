"""An appeal: one punished fill judged anew, from nothing but what the ledger recorded as coming from outside.

The run is worked out again up to the verdict: the world, the chains, the transactions, the first breach of the policy,
and the but-for world in which the policy was followed. The penalty stands if all of it comes out as it was written.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auction.bonds import slash
from auction.errors import BrokenChainError, LedgerError
from auction.ledger import GENESIS, Event, Row, chain_hash
from solvernet import __version__
from solvernet.engine import Engine
from solvernet.recording import Recording, check_version, parting, read
from solvernet.replay import worked_out


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that an appeal checks."""

    what: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Appeal:
    """What an appeal came to."""

    fill: str
    solver: str
    points: tuple[Point, ...]

    @property
    def stands(self) -> bool:
        """Whether the penalty stands: every point of it holds."""
        return all(point.holds for point in self.points)


def appeal(folder: Path, prefix: str) -> Appeal:
    """Return what comes of judging anew the punished fill whose id begins with `prefix`.

    Raises:
        LedgerError: if there is no ledger, or no punished fill, or several, begin like that.
    """
    try:
        recording = read(folder)
    except BrokenChainError as error:
        raise LedgerError(f"row {error.row} of {error.table} {error.what}: nothing can be judged by it") from None
    check_version(recording.meta)
    row = _punished(recording, prefix)
    body = _body(row.event)
    engine = Engine(recording.name, recording.software, __version__)
    gap, again = _relive(engine, recording, row)
    points = _breach_points(body, again) if row.event.kind == "fill.breached" else _points(engine, body)
    return Appeal(body["fill_id"], body["solver"], (Point(_history(gap, row), gap is None), *points))


def _punished(recording: Recording, prefix: str) -> Row:
    """Return the verdict on a fill that a solver was held responsible for."""
    failed = [row for row in recording.rows if row.event.kind in {"fill.failed", "fill.breached"}]
    found = [row for row in failed if str(_body(row.event)["fill_id"]).startswith(prefix)]
    if not found:
        raise LedgerError(f"no fill that failed in this run begins with {prefix!r}")
    if len({_body(row.event)["fill_id"] for row in found}) > 1:
        raise LedgerError(f"{len(found)} fills that failed begin with {prefix!r}; give more of the id")
    if _body(found[-1].event).get("responsible", "solver") != "solver":
        raise LedgerError(f"nobody was punished for {_body(found[-1].event)['fill_id']}: it was the environment")
    return found[-1]


def _relive(engine: Engine, recording: Recording, last: Row) -> tuple[str | None, Event | None]:
    """Work the run out again up to a row.

    Returns where it parts from the ledger, if it does before that, and what happens then in place of the row.
    """
    head = GENESIS
    for row, event in zip(recording.rows, worked_out(engine, recording), strict=False):
        head = chain_hash(head, event)
        if row.seq < last.seq and row.hash != head:
            return f"row {row.seq} {parting(row.event, event)}", None
        if row.seq >= last.seq:
            return None, event
    return None, None


def _history(gap: str | None, row: Row) -> str:
    return gap or f"all {row.seq - 1} events before the verdict follow from what came in from outside"


def _points(engine: Engine, body: dict[str, Any]) -> list[Point]:
    """Return what the recorded verdict says, each part beside what was found now."""
    fill = body["fill_id"]
    found = next((verdict for verdict in engine.auctioneer.verdicts() if verdict.fill_id == fill), None)
    if found is None:
        return [Point("the fill does not fail", holds=False)]
    run = engine.auctioneer.executor.run(fill)
    sent = [sending for sending in run.sendings.values() if sending.transaction_id]
    staked = engine.auctioneer.staked(fill)
    due = slash(staked, but_for=found.but_for) if found.responsible == "solver" else 0
    landed = "would have landed" if found.but_for else "would have failed all the same"
    decided = "decided to settle it" if run.settles else "decided not to settle it"
    return [
        Point(f"{body['solver']} {decided} and sent {len(sent)} transactions", found.responsible == "solver"),
        Point(f"first breach: {found.detail}", found.detail == body["detail"]),
        Point(f"with the policy followed it {landed}", found.but_for == body["but_for"]),
        Point(f"{due} of a bond of {staked} is forfeit, in USDC base units", due == int(body["slashed"])),
    ]


def _breach_points(body: dict[str, Any], again: Event | None) -> list[Point]:
    """Return what the recorded breach says, each part beside what was found now."""
    found = _body(again) if again is not None and again.kind == "fill.breached" else {}
    if found.get("fill_id") != body["fill_id"]:
        return [Point("the fill is settled as awarded", holds=False)]
    said = {
        "{transaction} of {solver} is in block {block} of {chain}": ("transaction", "solver", "block", "chain"),
        "it is not what was awarded: {code}, {detail}": ("code", "detail"),
        "its owner lost {damage} by it, in USDC base units": ("damage",),
        "{slashed} of that is paid out of the stake": ("slashed",),
    }
    return [Point(words.format(**found), all(found[key] == body[key] for key in keys)) for words, keys in said.items()]


def _body(event: Event) -> dict[str, Any]:
    return event.body if isinstance(event.body, dict) else {}
