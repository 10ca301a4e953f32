"""What happens after an award: deliveries are credited, failures judged, locks refunded, bonds slashed.

It looks at every block, after the executor has.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from auction.bonds import Bonds, slash
from auction.book import Entry, IntentBook
from auction.damages import Damages
from auction.enforcement import Enforcement
from auction.journal import Journal
from auction.purse import Purse
from auction.sanctions.ended import ended_of
from auction.sanctions.sanctions import Sanctions
from auction.settlement.attribution import Restored, Verdict, attribute
from auction.settlement.executor import Executor
from auction.settlement.plan import NEVER_MS, Plan, Step, StepKind
from auction.settlement.run import Run
from auction.settlement.taken_back import TakenBack
from intents.canonical import Json
from intents.lifecycle import FINAL_STATES, State
from venues.calls.bonding import Slash
from venues.calls.restitution import Restitute
from venues.calls.settlement import Refund
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.escrow import COLLECTOR
from venues.world import World

OPERATOR: Final = COLLECTOR
"""Account that the auctioneer's own transactions are sent from."""


class Aftermath:
    """All fills that were awarded and are not yet concluded."""

    def __init__(
        self, book: IntentBook, executor: Executor, journal: Journal, sanctions: Sanctions, bonds: Bonds
    ) -> None:
        self._book = book
        self._executor = executor
        self._journal = journal
        self._sanctions = sanctions
        self._bonds = bonds
        self.purse = Purse(executor, journal, bonds.chain, OPERATOR)
        self._open: dict[str, set[str]] = {}
        """Fills of each intent that are not concluded."""

        self.staked: dict[str, int] = {}
        """Bond of each fill that was awarded."""

        self._damages = Damages(executor, bonds.chain, OPERATOR)
        self._enforcement = Enforcement(self._damages, journal, sanctions)

        self._slashed: dict[str, int] = {}
        """What is taken, or to be taken, of a bond, by fill."""

        self._credited: set[str] = set()
        """Fills whose quantity is counted as filled."""

        self._restored: dict[str, Restored] = {}
        self._taken = TakenBack()
        self.verdicts: list[Verdict] = []

    def begin(self, world: World, plans: Sequence[tuple[Plan, bool]]) -> None:
        """Begin plans awarded now, each with whether its solver settles."""
        if plans:
            restored = Restored(world.fork(), self._executor.fork(), [plan for plan, _ in plans])
            self._restored |= {plan.terms.fill_id: restored for plan, _ in plans}
        for plan, settles in plans:
            self._expect(world, plan)
            if plan.awarded:
                self._enforcement.expect(plan.terms)
            self._executor.start(plan, settles=settles, world=world)
        self._write()

    def spoken_for(self) -> dict[str, int]:
        """Return what the bonds of each solver's fills under way come to, and what of others is still to be slashed."""
        fills = {fill for open_ in self._open.values() for fill in open_}
        fills |= {fill for fill in self._slashed if not self._executor.has_landed(f"{fill}/slash")}
        found: dict[str, int] = {}
        for fill in sorted(fills):
            solver = self._executor.run(fill).plan.terms.solver
            found[solver] = found.get(solver, 0) + self._slashed.get(fill, self.staked[fill])
        return dict(Counter(found) + self._damages.unpaid())

    def at_risk(self) -> dict[str, int]:
        """Return what the fills that each solver sends itself could take, until they are settled for good."""
        return self._enforcement.at_risk()

    @property
    def is_quiet(self) -> bool:
        """Whether no settlement is suspected that is only waiting for its blocks to be final."""
        return self._enforcement.is_quiet

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Conclude what the block has decided."""
        self._taken.note(produced)
        self._write()
        for fill_id in self._executor.drain_reopened():
            self._reopen(world, self._executor.run(fill_id))
        for fills in list(self._open.values()):
            for fill_id in sorted(fills):
                run = self._executor.run(fill_id)
                if run.is_over:
                    self._conclude(world, run)
        self._enforcement.on_block(world, chain_id, produced)

    def _expect(self, world: World, plan: Plan) -> None:
        """Take note of a fill: its intent is being settled, and its solver's bond is set."""
        terms, now_ms = plan.terms, world.now_ms
        entry = self._book[terms.intent_id]
        if entry.state is State.AWARDED:
            entry.attempts += 1
            self._book.move(entry, State.SETTLING, now_ms)
        self._open.setdefault(terms.intent_id, set()).add(terms.fill_id)
        amount = self._bonds.amount(terms.legs, world.truth, now_ms, plan.delivery.deadline_ms)
        self.staked[terms.fill_id] = amount
        body: dict[str, Json] = {
            "fill": terms.fill_id,
            "intent_id": terms.intent_id,
            "solver": terms.solver,
            "chain": terms.chain,
            "home": plan.home,
            "quantity": str(terms.quantity),
            "debit": str(terms.debit),
            "bond": str(amount),
            "deliver_by": plan.delivery.deadline_ms,
        }
        body |= {"fee": str(terms.fee)} if terms.fee else {}
        self._journal.note(now_ms, "fill.awarded", body)

    def _reopen(self, world: World, run: Run) -> None:
        """Take note that a delivery was taken back. Until it is made good or fails, it counts as filled.

        Otherwise the next round would award a second time what the pool is about to deliver again.
        """
        terms = run.plan.terms
        if terms.fill_id in self._credited:
            self._open.setdefault(terms.intent_id, set()).add(terms.fill_id)
            body: dict[str, Json] = {"fill": terms.fill_id, "intent_id": terms.intent_id}
            self._journal.note(world.now_ms, "fill.undone", body)

    def _conclude(self, world: World, run: Run) -> None:
        terms = run.plan.terms
        entry = self._book[terms.intent_id]
        self._open[terms.intent_id].discard(terms.fill_id)
        if run.delivered_ms:
            entry.filled += 0 if terms.fill_id in self._credited else terms.quantity
            self._credited.add(terms.fill_id)
            self._restored.pop(terms.fill_id, None)
            done: dict[str, Json] = {
                "fill": terms.fill_id,
                "intent_id": terms.intent_id,
                "quantity": str(terms.quantity),
            }
            self._journal.note(world.now_ms, "fill.delivered", done)
            self._journal.note_all(world.now_ms, self._sanctions.ended(ended_of(run, world.now_ms)))
        else:
            self._fail(world, run, entry)
        self.purse.conclude(world, terms.fill_id, delivered=run.delivered_ms > 0)
        if not self._open[terms.intent_id]:
            del self._open[terms.intent_id]
            if entry.state is State.SETTLING or entry.state in FINAL_STATES:
                self._move_on(world, entry)

    def _fail(self, world: World, run: Run, entry: Entry) -> None:
        """Judge a failure, and set right what it left behind."""
        terms = run.plan.terms
        if terms.fill_id in self._credited:
            self._credited.remove(terms.fill_id)
            self._sanctions.taken_back(terms.fill_id)
            entry.filled -= terms.quantity
        taken = self._taken.explains(run.failed, terms.solver, run.plan.delivery.chain, run.award_ms)
        verdict = attribute(run, self._restored.pop(terms.fill_id, None), taken)
        self.verdicts.append(verdict)
        entry.cause, entry.reason, entry.has_failed = verdict.cause, verdict.detail, True
        staked = self.staked[terms.fill_id]
        slashed = slash(staked, but_for=verdict.but_for) if verdict.responsible == "solver" else 0
        self._journal.note_verdict(world.now_ms, verdict, slashed)
        self._journal.note_all(world.now_ms, self._sanctions.ended(ended_of(run, world.now_ms, verdict)))
        if slashed:
            self._slashed[terms.fill_id] = slashed
            call = Slash(fill_id=terms.fill_id, solver=terms.solver, owner=terms.owner, cash=slashed)
            self._errand(world, call, self._bonds.chain, world.now_ms)
        lock = world.state(run.plan.home).escrow.locks.get(terms.fill_id)
        if lock is not None and lock.state != "refunded":
            entry.refunded = True
            paid = lock.state == "claimed"
            refund = Refund(fill_id=terms.fill_id, quantity=terms.quantity)
            call_back = Restitute(fill_id=terms.fill_id) if paid else refund
            self._errand(world, call_back, run.plan.home, lock.refund_at_ms)

    def _errand(self, world: World, call: Slash | Refund | Restitute, chain: str, not_before_ms: int) -> None:
        """Send a transaction of the auctioneer's own as soon as it may be."""
        kinds: dict[type, StepKind] = {Slash: "slash", Refund: "refund", Restitute: "restitution"}
        kind = kinds[type(call)]
        name = f"{call.fill_id}/{kind}"
        step = Step(id=name, kind=kind, chain=chain, call=call, needs=(), deadline_ms=NEVER_MS, on_revert="retry")
        self._executor.run_errand(step, OPERATOR, not_before_ms, world)

    def _move_on(self, world: World, entry: Entry) -> None:
        """Take an intent on once nothing of it is under way."""
        now_ms = world.now_ms
        if entry.state in FINAL_STATES:
            self._book.reopen(entry, now_ms)
        elif entry.remaining == 0:
            self._book.move(entry, State.FILLED, now_ms)
        else:
            self._book.move(entry, State.OPEN, now_ms)
        self._write()

    def _write(self) -> None:
        self._journal.note_steps(self._executor.drain())
        self._journal.note_intents(self._book.drain())
