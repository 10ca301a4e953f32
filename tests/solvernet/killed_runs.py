"""Runs whose auctioneer is killed: real processes, a real SIGKILL, and then the same run taken up again.

A run dies at an instant of the wall clock, killed from outside with all its solvers, or at a chosen place: before,
inside or after one of its commits, before or after one of its receipts goes out.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, Literal

from auction.ledger import Event, Ledger
from intents.bus.memory import MemoryBus
from solvernet import ledger_place, simulate, telemetry
from solvernet.accounts import escrow_flows, money
from solvernet.scenario import scenario_text
from solvernet.simulate import RunConfig, RunResult, prepare, prepare_again

CONTEXT: Final = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.solvernet.killed_runs", "solvernet.simulate"])
PATIENCE_S: Final = 300.0

How = Literal["clock", "commit", "receipt"]
Place = Literal["before", "inside", "after"]

_BLOCK: Final = r"^\[{}\].*?(?=^\[)"
_LEAN: Final = {
    "end": r'^end = "2020-03-11T16:00:00Z"',
    "strikes": r"^strikes = .*$",
    "expiries": r"^expiries = .*$",
    "every_s": r"^every_s = .*$",
    "specs": r"^specs = .*$",
    "count": r"^count = 48",
    "per_round": r"^per_round = 3.6",
    "cancel": r"^cancel = 0.03",
}
_VALUES: Final = {
    "end": 'end = "2020-03-11T12:05:00Z"',
    "strikes": "strikes = [170, 180, 190, 200, 210]",
    "expiries": 'expiries = ["27MAR20"]',
    "every_s": "every_s = 75.0",
    "specs": 'specs = ["single-path"]',
    "count": "count = 6",
    "per_round": "per_round = 2.5",
    "cancel": "cancel = 0.3",
}
_STRESS: Final = """
[[faults]]
kind = "gas_spike"
chain = "ethereum"
at = 60.0
lasts_s = 240.0
factor = 15.0

[[faults]]
kind = "reorg"
chain = "rollup"
at = 250.0
depth = 10
share = 1.0

[[faults]]
kind = "bridge_halt"
bridge = "main"
at = 120.0
lasts_s = 180.0
""" + "".join(
    f'\n[[faults]]\nkind = "venue_halt"\nvenue = "{venue}"\nat = 240.0\nlasts_s = 600.0\n'
    for venue in ("book.rollup", "amm.rollup", "amm.ethereum")
)
_REORG: Final = """
[[faults]]
kind = "reorg"
chain = "ethereum"
at = 260.0
depth = 6
share = 0.5
"""
FAULTS: Final = {"calm-v1": "", "cross-chain-stress-v1": _STRESS, "reorg-v1": _REORG}
"""Scenarios that runs are cut from, and what goes wrong in the cut."""


def cut_text(scenario: str) -> str:
    """Return the text of a scenario's first five minutes: four rounds, six users, one maker and one cheap solver.

    In the stress a second solver wins and walks away.
    """
    text = scenario_text(scenario).split("[[faults]]")[0]
    for part in (r"arbitrageurs\.\w+", r"makers\.beta", r"windows\.\w+"):
        text = re.sub(_BLOCK.format(part), "", text, flags=re.MULTILINE | re.DOTALL)
    for key, pattern in _LEAN.items():
        text, found = re.subn(pattern, _VALUES[key], text, count=1, flags=re.MULTILINE)
        assert found, key
    if scenario == "cross-chain-stress-v1":
        text = text.replace('["single-path"]', '["single-path", "no-settle"]')
    return text + FAULTS[scenario]


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """When and where a run is killed."""

    how: How
    at: float
    """Seconds since the ledger was made, or the number of the commit or receipt."""

    place: Place = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What an undisturbed run is like."""

    fingerprint: str
    commits: int
    receipts: int
    seconds: float
    """From its ledger to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found after a death and a resumption; all counts but the first two should be zero."""

    events: int
    """In the ledger when the run was dead."""

    receipts: int
    """That had gone out."""

    fingerprint: str
    lost: int
    """Intents and cancellations that had a receipt and are not in the ledger."""

    doubled: int
    """Intents that were received or cancelled more than once, or delivered beyond their quantity."""

    open_locks: int
    unbalanced: int
    """USDC and wei by which money at the end differs from that at the beginning, and escrow out from escrow in."""


class _Doomed:
    """Part of a ledger that kills its process at one of its commits, and tells when it has been named."""

    death: Death | None
    told: Connection
    commits = 0

    def name(self, meta: dict[str, str]) -> None:
        super().name(meta)  # type: ignore[misc]
        self.told.send("begun")

    def commit(self, events: Iterable[Event], telemetry: Iterable[Event] = ()) -> None:
        _Doomed.commits += 1
        place = self.death.place if self.death and self.death.how == "commit" and self.death.at == self.commits else ""
        if place == "before":
            _die()
        super().commit(events, _dying() if place == "inside" else telemetry)  # type: ignore[misc]
        if place == "after":
            _die()


class _DoomedFile(_Doomed, Ledger):
    """A ledger in a file."""


class _Overheard(MemoryBus):
    """A bus that writes down each receipt that goes out, and kills its process at one of them."""

    death: Death | None
    log: int
    receipts = 0

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        body = json.loads(payload) if "receipts" in topic else {}
        if not body.get("intent_id"):
            await super().publish(topic, payload, retain=retain)
            return
        _Overheard.receipts += 1
        is_last = self.death and self.death.how == "receipt" and self.death.at == self.receipts
        if self.death and is_last and self.death.place == "before":
            _die()
        os.write(self.log, f"{body['code']} {body['intent_id']}\n".encode())
        await super().publish(topic, payload, retain=retain)
        if is_last:
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying() -> Iterator[Event]:
    """Yield no telemetry, and die while the events are in a transaction that has not ended."""
    _die()
    yield Event(0, 0, "never", {})


def whole(text: Path, folder: Path) -> Whole:
    """Return what the undisturbed run is like."""
    return Whole(**_in_a_process(_play, text, folder))


def died(text: Path, folder: Path, death: Death, ledger: str | None = None) -> bool:
    """Begin a run, or go on with a dead one, and kill it; return whether death came before its end.

    A run that begins has its ledger in the database `ledger`, or in its folder.
    """
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_play, args=(text, folder, theirs, death, ledger))
    process.start()
    theirs.close()
    assert ours.poll(PATIENCE_S)
    assert ours.recv() == "begun"
    if death.how == "clock":
        wait((process.sentinel,), timeout=death.at)
        if process.is_alive():
            _kill_with_children(process.pid or 0)
    process.join(PATIENCE_S)
    return process.exitcode == -signal.SIGKILL


def resumed(folder: Path) -> Found:
    """Go on with a run that is dead, to its end, and return what came of it."""
    return Found(**_in_a_process(_resume, folder))


def _kill_with_children(pid: int) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for each in (pid, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def _in_a_process(work: Any, *arguments: Path) -> dict[str, Any]:
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=work, args=(*arguments, theirs))
    process.start()
    theirs.close()
    found: Any = "begun"
    while found == "begun":
        assert ours.poll(PATIENCE_S)
        found = ours.recv()
    process.join(PATIENCE_S)
    assert isinstance(found, dict), found
    return found


def _play(text: Path, folder: Path, told: Connection, death: Death | None = None, ledger: str | None = None) -> None:
    """Run to the end, or to death, or go on with a run that is dead; what it was like is told."""
    goes_on = folder.exists()
    folder.mkdir(exist_ok=True)
    log = os.open(folder / "receipts.txt", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    _Doomed.death = _Overheard.death = death
    _Doomed.told, _Overheard.log = told, log
    ledger_place.Ledger, simulate.MemoryBus = _DoomedFile, _Overheard  # type: ignore[misc]
    if ledger or ledger_place.is_elsewhere(folder):
        from auction import postgres_ledger

        postgres_ledger.PostgresLedger = type("_DoomedTables", (_Doomed, postgres_ledger.PostgresLedger), {})  # type: ignore[misc]
    config = RunConfig(scenario=str(text), out=folder, ledger=ledger, ideal=False)
    prepared = prepare_again(folder) if goes_on else prepare(config)
    if goes_on:
        told.send("begun")
    started = telemetry.seconds()
    result = asyncio.run(simulate.run(config, prepared))
    found = Whole(
        fingerprint=result.outcome.fingerprint,
        commits=_Doomed.commits,
        receipts=_Overheard.receipts,
        seconds=telemetry.seconds() - started,
    )
    told.send(asdict(found))


def _resume(folder: Path, told: Connection) -> None:
    receipts = (folder / "receipts.txt").read_text(encoding="ascii").split("\n")[:-1]
    prepared = prepare_again(folder)
    before = _arrivals(folder)
    config = RunConfig(scenario="", out=folder, ideal=False)
    result = asyncio.run(simulate.run(config, prepared))
    after = _arrivals(folder)
    world = result.outcome.engine.auctioneer.world
    flows, now = escrow_flows(world), money(world)
    was = result.outcome.engine.money_in
    apart = sum(abs(now[unit] - was[unit]) for unit in now)
    found = Found(
        events=_events(folder),
        receipts=len(receipts),
        fingerprint=result.outcome.fingerprint,
        lost=sum(line not in before or line not in after for line in receipts),
        doubled=len(after) - len(set(after)) + _beyond(result),
        open_locks=flows["open"],
        unbalanced=apart + abs(flows["locked"] - flows["claimed"] - flows["refunded"]),
    )
    told.send(asdict(found))


def _events(folder: Path) -> int:
    """Return how many events the ledger held when the run went on."""
    reader = ledger_place.open_reader(folder)
    bodies = [row.event.body for row in reader.rows("telemetry") if row.event.kind == "resumed"]
    reader.close()
    return sum(int(str(body["events"])) for body in bodies if isinstance(body, dict))


def _arrivals(folder: Path) -> list[str]:
    """Return all intents and cancellations of a ledger, as their receipts name them."""
    reader = ledger_place.open_reader(folder)
    found = [(row.event.kind, row.event.body) for row in reader.rows()]
    reader.close()
    return list(filter(None, (_line(kind, body) for kind, body in found if isinstance(body, dict))))


def _line(kind: str, body: dict[str, Any]) -> str:
    if kind in {"intent.received", "intent.refused"}:
        return f"{body['code']} {body['intent_id']}"
    if kind == "intent.cancel":
        return f"{'cancelled' if body['done'] else 'not_open'} {body['intent_id']}"
    return ""


def _beyond(result: RunResult) -> int:
    entries = result.outcome.engine.auctioneer.book.entries()
    return sum(entry.filled > entry.intent.quantity for entry in entries)
