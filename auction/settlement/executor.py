"""Execution of plans: sends the transactions of the winners as the settlement policy says, and watches what they do.

It acts for every solver that settles, so that an honest one needs no code of its own. It reacts to blocks and keeps
no time; a copy of it can be run on a copy of the world.
"""

from copy import copy
from dataclasses import replace
from typing import Final

from auction.settlement.completion import note_completed, undone
from auction.settlement.dispatch import Dispatch
from auction.settlement.errands import Errands
from auction.settlement.overdue import overdue, stopped
from auction.settlement.plan import CRITICAL, NEVER_MS, Plan, Step
from auction.settlement.policy import SettlementPolicy
from auction.settlement.races import end_races, is_closed, is_its_turn
from auction.settlement.resimulation import foresee, would_fail
from auction.settlement.run import Run
from auction.settlement.sending import ENDED, Happening, Sending, StepEvent
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt, Transaction
from venues.world import World

RETRY_MS: Final = 60_000
"""Time between a revert and the next attempt, for steps that are tried again: each attempt pays for its gas."""


class Executor:
    """All plans under execution."""

    def __init__(self, policy: SettlementPolicy) -> None:
        self._policy = policy
        self._runs: dict[str, Run] = {}
        self._active: dict[str, Run] = {}
        self._dispatch = Dispatch(policy)
        self._errands = Errands(self._dispatch)
        self._reopened: list[str] = []
        """Fills that were delivered in a block which was taken back."""

    def fork(self) -> "Executor":
        """Return an independent copy."""
        twin = Executor(self._policy)
        moved: dict[int, Sending] = {}
        for name, run in self._runs.items():
            sendings = {key: copy(sending) for key, sending in run.sendings.items()}
            moved |= {id(run.sendings[key]): sending for key, sending in sendings.items()}
            twin._runs[name] = replace(run, sendings=sendings, gas_wei=dict(run.gas_wei))
        twin._active = {name: twin._runs[name] for name in self._active}
        errands = self._errands.copies()
        twin._dispatch = self._dispatch.fork(moved | self._errands.moved(errands))
        twin._errands = self._errands.twin(twin._dispatch, errands)
        return twin

    def start(self, plan: Plan, *, settles: bool, world: World) -> None:
        """Begin a plan; the first transactions go out at once."""
        latest = NEVER_MS if settles else world.now_ms + self._policy.send_window_ms
        steps = (replace(step, deadline_ms=min(step.deadline_ms, latest)) for step in plan.steps)
        sendings = {step.id: Sending(step, plan.terms.solver) for step in steps}
        run = Run(plan, settles, sendings, world.now_ms)
        self._runs[plan.terms.fill_id] = self._active[plan.terms.fill_id] = run
        self._send_ready(world, run)

    def run_errand(self, step: Step, sender: str, not_before_ms: int, world: World) -> None:
        """Send a transaction of the auctioneer's own once its time has come, until it lands."""
        self._errands.add(step, sender, not_before_ms)
        self._errands.send(world)

    def has_landed(self, step_id: str) -> bool:
        """Return whether an errand is in a block."""
        return self._errands.has_landed(step_id)

    def under_way(self) -> tuple[Run, ...]:
        """Return the plans with steps that are not yet ended, in the order in which they were begun."""
        return tuple(self._active.values())

    def runs(self) -> tuple[Run, ...]:
        """Return all plans that were begun, in that order."""
        return tuple(self._runs.values())

    def run(self, fill_id: str) -> Run:
        """Return one plan."""
        return self._runs[fill_id]

    def is_idle(self) -> bool:
        """Return whether nothing is left to wait for."""
        return not self._active and self._errands.are_over

    def drain(self) -> tuple[StepEvent, ...]:
        """Return what happened since the last call."""
        events, self._dispatch.events = tuple(self._dispatch.events), []
        return events

    def drain_reopened(self) -> tuple[str, ...]:
        """Return the fills whose delivery was taken back since the last call."""
        reopened, self._reopened = tuple(self._reopened), []
        return reopened

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Note what landed and what was dropped, send what has become possible, raise what waits too long."""
        self._dispatch.look(world, chain_id)
        for receipt in produced.undone:
            sending = self._dispatch.taken_back(world, receipt)
            if sending is not None:
                self._reopen(sending, receipt)
        for run in undone(produced, self._runs):
            self._active[run.plan.terms.fill_id] = run
        for receipt in produced.receipts:
            sending = self._dispatch.landed(receipt)
            if sending is not None:
                self._landed(world, sending, receipt)
        for transaction in produced.dropped:
            sending = self._dispatch.dropped(transaction.id)
            if sending is not None:
                self._dropped(world, sending, transaction)
        for name, run in list(self._active.items()):
            self._attend(world, run, chain_id)
            if all(sending.status in ENDED for sending in run.sendings.values()):
                del self._active[name]
        self._errands.send(world)
        self._errands.bump(world, chain_id)

    def _attend(self, world: World, run: Run, chain_id: str) -> None:
        note_completed(world, run, self._dispatch)
        end_races(world, run, self._dispatch)
        for sending in run.sendings.values():
            if sending.status in {"waiting", "sent"} and world.now_ms > sending.step.deadline_ms:
                self._expire(world, run, sending)
            elif sending.status == "sent" and sending.step.chain == chain_id:
                self._dispatch.bump(world, sending)
            elif sending.status == "waiting":
                self._give_up(run, sending)
        if self._policy.doomed_blocks and self._may_begin(run):
            foresee(world, run, chain_id, self._dispatch, self._policy)
        if run.failed:
            self._abandon(world, run)
        self._judge(world, run)
        if not run.failed:
            self._send_ready(world, run)

    def _give_up(self, run: Run, sending: Sending) -> None:
        """Fail a step that needs a plan or a step which has failed, for the same reason.

        A claim also needs the lock, which can be lost after the delivery if its block is taken back.
        """
        needed = (self._runs.get(need.rpartition("/")[0]) for need in sending.step.needs)
        reasons = [other.failed for other in needed if other is not None and other.failed]
        own = (run.sendings[need] for need in sending.step.needs if need in run.sendings)
        reasons += [step.reason for step in own if step.status == "failed"]
        if sending.step.kind == "claim" and run.status("lock") == "failed":
            reasons.append("reorged: the lock was taken back")
        if reasons:
            sending.status, sending.reason = "failed", reasons[0]

    def _judge(self, world: World, run: Run) -> None:
        """Conclude whether the owner has been served, or will not be."""
        if run.is_over:
            return
        delivery = run.sendings[run.plan.delivery.id]
        if delivery.status == "done":
            run.delivered_ms = world.now_ms
        broken = [s for s in run.sendings.values() if s.status == "failed" and s.step.kind not in {"claim", "bridge"}]
        if broken:
            run.failed = broken[0].reason
            self._abandon(world, run)

    def _abandon(self, world: World, run: Run) -> None:
        """Send nothing more of a plan."""
        for sending in run.sendings.values():
            if sending.status == "sent":
                self._dispatch.withdraw(world, sending)
            sending.status = "failed" if sending.status != "done" else "done"

    def _reopen(self, sending: Sending, receipt: Receipt) -> None:
        """Take note that a block with a step was taken back: its plan goes on, and its gas is not paid."""
        run = self._run_of(sending)
        if run is None:
            return
        run.gas_wei[sending.step.chain] -= receipt.cost_wei
        self._active[run.plan.terms.fill_id] = run
        if run.delivered_ms and sending.step.id == run.plan.delivery.id:
            run.delivered_ms = 0
            self._reopened.append(run.plan.terms.fill_id)

    def _send_ready(self, world: World, run: Run) -> None:
        if not run.settles:
            return
        for sending in run.sendings.values():
            if sending.status == "waiting" and self._may_go(world, run, sending):
                self._dispatch.send(world, sending)

    def _may_go(self, world: World, run: Run, sending: Sending) -> bool:
        if any(not self._is_done(need) for need in sending.step.needs) or is_closed(world, sending.step):
            return False
        if sending.step.race and not is_its_turn(world, run, sending):
            return False
        if sending.step.kind == "deliver" and not self._is_locked(world, run):
            return False
        if self._policy.doomed_blocks and sending.step.kind in CRITICAL and would_fail(world, sending, self._policy):
            return False
        proved = run.plan.terms.fill_id in world.state(sending.step.chain).proofs
        return world.now_ms >= sending.not_before_ms and (sending.step.kind != "claim" or proved)

    def _may_begin(self, run: Run) -> bool:
        """Return whether a plan is settled, is open, and waits for no other plan."""
        first = run.plan.steps[0]
        return run.settles and not run.is_over and all(self._is_done(need) for need in first.needs)

    def _is_locked(self, world: World, run: Run) -> bool:
        """Return whether the lock of a plan is confirmed enough to deliver against it."""
        block = next(each.block for each in run.sendings.values() if each.step.kind == "lock")
        if block is None:
            return False
        reached_ms = world.chain(block.chain).reached_ms(self._policy.lock_level, block.number, block.time_ms)
        return reached_ms is not None and world.now_ms >= reached_ms

    def _is_done(self, step_id: str) -> bool:
        fill_id = step_id.rpartition("/")[0]
        run = self._runs.get(fill_id)
        return run is not None and run.sendings[step_id].status == "done"

    def _dropped(self, world: World, sending: Sending, transaction: Transaction[ChainState]) -> None:
        """Send a transaction that a pool gave up once more; a sender who cannot pay for its gas is done with it."""
        self._dispatch.events.append(sending.event("dropped", world.now_ms))
        wallet = world.state(sending.step.chain).wallets.get(sending.sender, 0)
        sending.status = "waiting"
        if sending.is_cancelled:
            sending.status, sending.reason = "failed", sending.told(sending.foreseen)
            return
        dearest = transaction.gas * transaction.max_fee_wei + world.chain(sending.step.chain).data_fee_wei(transaction)
        if wallet < dearest and self._run_of(sending) is not None:
            lacks = f"undercollateralised: {sending.sender} lacks the ether for gas"
            dear = "uneconomic: posting became dearer than a solver needs to hold for"
            sending.status, sending.reason = "failed", lacks if wallet < sending.ether_due_wei else dear

    def _run_of(self, sending: Sending) -> Run | None:
        """Return the plan that a step belongs to; the auctioneer's own errands belong to none."""
        run = self._runs.get(sending.fill_id)
        return run if run is not None and sending.step.id in run.sendings else None

    def _landed(self, world: World, sending: Sending, receipt: Receipt) -> None:
        run = self._run_of(sending)
        if run is not None:
            chain = sending.step.chain
            run.gas_wei[chain] = run.gas_wei.get(chain, 0) + receipt.cost_wei
        good = receipt.status == "success"
        if sending.is_cancelled:
            sending.status, sending.reason = "failed", sending.told(sending.foreseen)
        elif good:
            sending.status, sending.block = "done", receipt.block
        else:
            sending.status = "failed" if sending.step.on_revert == "abort" else "waiting"
            refused = self._refused(world, sending, receipt)
            sending.reason, sending.not_before_ms = sending.told(refused), receipt.block.time_ms + RETRY_MS
        what: Happening = "cancelled" if sending.is_cancelled else "landed" if good else "reverted"
        event = sending.event(what, receipt.block.time_ms, reason=receipt.reason)
        paid = replace(event, block=receipt.block.number, price_wei=receipt.price_wei, cost_wei=receipt.cost_wei)
        self._dispatch.events.append(paid)

    def _refused(self, world: World, sending: Sending, receipt: Receipt) -> str:
        """Return why a transaction reverted; one in a block past its deadline may be so because a chain stood still."""
        run = self._run_of(sending)
        if run is None or receipt.block.time_ms <= sending.step.deadline_ms:
            return receipt.reason
        return stopped(world, tuple(run.sendings.values()), sending, run.award_ms) or receipt.reason

    def _expire(self, world: World, run: Run, sending: Sending) -> None:
        """Give up a step whose deadline has passed, and say what was the reason: the chain, the price, or time."""
        if sending.status == "sent":
            self._dispatch.withdraw(world, sending)
        dear = self._dispatch.is_too_dear(world, sending)
        late = overdue(world, tuple(run.sendings.values()), sending, run.award_ms, is_too_dear=dear)
        reason = sending.foreseen or late
        sending.status, sending.reason = "failed", sending.told(reason)
        self._dispatch.events.append(sending.event("expired", world.now_ms, reason=sending.reason))
