"""A run with a cheat in it, and what stands against it, shown once more to somebody who enforces awards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auction.damages import Damages
from auction.enforcement import Enforcement
from auction.journal import Journal
from auction.ledger import Event
from auction.sanctions.by_table import TableRules, TableSanctions
from auction.settlement.executor import Executor
from auction.validator.evidence import Inclusion
from solvernet.inline import InlineRun, open_inline
from tests.auction.settlement.course import POLICY, world
from tests.solvernet.conftest import name_of
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.world import World

Change = Callable[[Event], Event | None]


@dataclass
class Scribe:
    """Remembers the transactions of a run."""

    sent: dict[str, Inclusion] = field(default_factory=dict)

    def on_block(self, _: World, __: str, produced: Produced[ChainState]) -> None:
        """Remember receipts and calls of a block."""
        calls = {transaction.id: transaction.call for transaction in produced.included}
        for receipt in produced.receipts:
            self.sent[receipt.transaction_id] = Inclusion(receipt, calls.get(receipt.transaction_id))


@dataclass(frozen=True)
class Told:
    """A run with a cheat in it."""

    run: InlineRun
    scribe: Scribe
    stake: int
    """Of the cheat, at the beginning."""

    @property
    def events(self) -> list[Event]:
        """All that was written down."""
        return self.run.events

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of all events of a kind."""
        return [event.body for event in self.events if event.kind == kind and isinstance(event.body, dict)]

    def bond(self) -> int:
        """Return what the cheat has at stake in the end."""
        here = self.run.engine.auctioneer
        return here.world.state(here.rules.bond_chain).escrow.bonds["cheat"]


Resent = Callable[[Told, Inclusion], Inclusion]


def told_of(text: str) -> Told:
    """Return the run of a scenario with a cheat."""
    run, scribe = open_inline(name_of(text)), Scribe()
    here = run.engine.auctioneer
    here.watch(scribe)
    stake = here.world.state(here.rules.bond_chain).escrow.bonds["cheat"]
    run.drive()
    return Told(run, scribe, stake)


class Sky:
    """A world in which every block counts at once, or none does."""

    def __init__(self, *, proves: bool = True) -> None:
        self._inner = world()
        self.proves = proves

    def is_proved(self, _: object) -> bool:
        """Return whether a block counts elsewhere."""
        return self.proves

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@dataclass(frozen=True)
class _Summary:
    number: int
    time_ms: int


@dataclass(frozen=True)
class _Sent:
    id: str
    call: Any


class Retold:
    """The same run, shown to an enforcement of its own."""

    def __init__(self, told: Told, sky: Sky, change: Change = lambda event: event) -> None:
        """Show it all events, each as `change` has it, and all transactions."""
        self.journal, self._sky, self._told = Journal(), sky, told
        damages = Damages(Executor(POLICY), sky.chain_ids[1], "auctioneer")
        sanctions = TableSanctions(TableRules(), ("cheat", "single-path"), 0)
        self.enforcement = Enforcement(damages, self.journal, sanctions)
        for event in filter(None, map(change, told.events)):
            if event.kind not in {"fill.breached", "solver.banned"}:
                self.journal.round = event.round
                self.journal.note(event.time_ms, event.kind, event.body)
        self.journal.drain()
        self.show()

    def show(self, *, undone: bool = False) -> None:
        """Show it all transactions, each in a block of its own, or that these blocks are taken back."""
        for inclusion in self._told.scribe.sent.values():
            block, receipts = inclusion.receipt.block, (inclusion.receipt,)
            summary: Any = _Summary(block.number, block.time_ms)
            included: Any = (_Sent(inclusion.receipt.transaction_id, inclusion.call),)
            gone: Produced[ChainState] = Produced(summary, (), (), receipts)
            new: Produced[ChainState] = Produced(summary, receipts, (), (), included)
            self.enforcement.on_block(self._sky, block.chain, gone if undone else new)  # type: ignore[arg-type]

    def punished(self) -> Sequence[str]:
        """Return the fills that were punished since the last call, sorted."""
        bodies = [event.body for event in self.journal.drain() if event.kind == "fill.breached"]
        return sorted(str(body["fill_id"]) for body in bodies if isinstance(body, dict))


def without_own(event: Event) -> Event:
    """Leave out of the decisions what solvers said that they send."""
    if event.kind != "decision" or not isinstance(event.body, dict):
        return event
    return replace(event, body={key: value for key, value in event.body.items() if key != "own"})


def other_award(event: Event) -> Event:
    """Have the auctioneer write down another price than the bid's."""
    if event.kind != "fill.awarded" or not isinstance(event.body, dict):
        return event
    return replace(event, body=event.body | {"debit": str(int(str(event.body["debit"])) - 1)})


def recorded_as_failed(event: Event) -> Event:
    if event.kind != "fill.delivered" or not isinstance(event.body, dict):
        return event
    return replace(event, kind="fill.failed", body={"fill_id": event.body["fill"]})


def without_bids(event: Event) -> Event | None:
    return None if event.kind == "bids.opened" else event


def resent(told: Told, change: Resent) -> Told:
    """Return the run with its transactions as `change` has them."""
    sent = {name: change(told, inclusion) for name, inclusion in told.scribe.sent.items()}
    return replace(told, scribe=Scribe(sent))


def sent_by_a_stranger(_: Told, inclusion: Inclusion) -> Inclusion:
    """Have somebody else send it."""
    return replace(inclusion, receipt=replace(inclusion.receipt, sender="stranger"))


def too_late(told: Told, inclusion: Inclusion) -> Inclusion:
    """Have what was awarded land a day late, and nothing else."""
    block = inclusion.receipt.block
    broken = {body["fill_id"] for body in told.bodies("fill.breached")}
    plain = {body["fill"] for body in told.bodies("fill.delivered")} - broken
    assert "cheat" in {fill.split(".")[1] for fill in plain}
    log = inclusion.log("Filled", "Delivered", "Locked", "Claimed")
    if log is None or log.get("fill") not in plain:
        return replace(inclusion, receipt=replace(inclusion.receipt, logs=()))
    late = replace(block, time_ms=block.time_ms + 86_400_000)
    return replace(inclusion, receipt=replace(inclusion.receipt, block=late))
