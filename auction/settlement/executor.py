"""Execution of plans: sends the transactions of the winners as the settlement policy says, and watches what they do.

It acts for every solver that settles, so that an honest one needs no code of its own. It reacts to blocks and keeps
no time; a copy of it can be run on a copy of the world.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Final

from auction.settlement.plan import Plan, Step
from auction.settlement.policy import SettlementPolicy
from auction.settlement.sending import ENDED, Sending, StepEvent, StepStatus
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt, Transaction
from venues.view import Offer
from venues.world import World

NEVER_MS: Final = 2**53

RETRY_MS: Final = 60_000
"""Time between a revert and the next attempt, for steps that are tried again: each attempt pays for its gas."""


@dataclass(slots=True)
class Run:
    """A plan under execution."""

    plan: Plan
    settles: bool
    """Whether its solver settles; if not, nothing is sent."""

    sendings: dict[str, Sending]
    award_ms: int
    failed: str = ""
    """Code and detail of the failure that ended it."""

    delivered_ms: int = 0
    gas_wei: dict[str, int] = field(default_factory=dict)
    """Paid for gas on each chain."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the owner."""
        return bool(self.failed or self.delivered_ms)

    def status(self, kind: str) -> StepStatus:
        """Return the status of the step of a kind; `done` if the plan has none."""
        found = [sending.status for sending in self.sendings.values() if sending.step.kind == kind]
        return found[0] if found else "done"


class Executor:
    """All plans under execution."""

    def __init__(self, policy: SettlementPolicy) -> None:
        self._policy = policy
        self._runs: dict[str, Run] = {}
        self._active: dict[str, Run] = {}
        self._errands: dict[str, Sending] = {}
        self._by_transaction: dict[str, Sending] = {}
        self._events: list[StepEvent] = []

    def fork(self) -> "Executor":
        """Return an independent copy."""
        twin = Executor(self._policy)
        moved: dict[int, Sending] = {}
        for name, run in self._runs.items():
            sendings = {key: copy(sending) for key, sending in run.sendings.items()}
            moved |= {id(run.sendings[key]): sending for key, sending in sendings.items()}
            twin._runs[name] = replace(run, sendings=sendings, gas_wei=dict(run.gas_wei))
        twin._active = {name: twin._runs[name] for name in self._active}
        for name, errand in self._errands.items():
            twin._errands[name] = moved[id(errand)] = copy(errand)
        twin._by_transaction = {key: moved[id(sending)] for key, sending in self._by_transaction.items()}
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
        self._errands[step.id] = Sending(step, sender, not_before_ms)
        self._send_errands(world)

    def has_landed(self, step_id: str) -> bool:
        """Return whether an errand is in a block."""
        return self._errands[step_id].status == "done"

    def runs(self) -> tuple[Run, ...]:
        """Return all plans that were begun, in that order."""
        return tuple(self._runs.values())

    def run(self, fill_id: str) -> Run:
        """Return one plan."""
        return self._runs[fill_id]

    def is_idle(self) -> bool:
        """Return whether nothing is left to wait for."""
        return not self._active and all(errand.status in ENDED for errand in self._errands.values())

    def drain(self) -> tuple[StepEvent, ...]:
        """Return what happened since the last call."""
        events, self._events = tuple(self._events), []
        return events

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Note what landed and what was dropped, send what has become possible, raise what waits too long."""
        for receipt in produced.receipts:
            sending = self._by_transaction.pop(receipt.transaction_id, None)
            if sending is not None:
                self._landed(sending, receipt)
        for transaction in produced.dropped:
            sending = self._by_transaction.pop(transaction.id, None)
            if sending is not None:
                self._dropped(world, sending, transaction)
        for name, run in list(self._active.items()):
            self._attend(world, run, chain_id)
            if all(sending.status in ENDED for sending in run.sendings.values()):
                del self._active[name]
        self._send_errands(world)
        for errand in self._errands.values():
            if errand.status == "sent" and errand.step.chain == chain_id:
                self._raise(world, errand)

    def _attend(self, world: World, run: Run, chain_id: str) -> None:
        for sending in run.sendings.values():
            if sending.status in {"waiting", "sent"} and world.now_ms > sending.step.deadline_ms:
                self._expire(world, sending)
            elif sending.status == "sent" and sending.step.chain == chain_id:
                self._raise(world, sending)
            elif sending.status == "waiting":
                self._give_up(sending)
        self._judge(world, run)
        if not run.failed:
            self._send_ready(world, run)

    def _give_up(self, sending: Sending) -> None:
        """Fail a step that needs a plan which has failed, for the reason that plan has."""
        needed = (self._runs.get(need.rpartition("/")[0]) for need in sending.step.needs)
        reason = next((run.failed for run in needed if run is not None and run.failed), "")
        if reason:
            sending.status, sending.reason = "failed", reason

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
            for sending in run.sendings.values():
                if sending.status == "sent":
                    world.chain(sending.step.chain).withdraw(sending.transaction_id)
                sending.status = "failed" if sending.status != "done" else "done"

    def _send_ready(self, world: World, run: Run) -> None:
        if not run.settles:
            return
        for sending in run.sendings.values():
            if sending.status == "waiting" and self._may_go(world, run, sending):
                self._send(world, sending)

    def _may_go(self, world: World, run: Run, sending: Sending) -> bool:
        if any(not self._is_done(need) for need in sending.step.needs):
            return False
        proved = run.plan.terms.fill_id in world.state(sending.step.chain).proofs
        return world.now_ms >= sending.not_before_ms and (sending.step.kind != "claim" or proved)

    def _is_done(self, step_id: str) -> bool:
        fill_id = step_id.rpartition("/")[0]
        run = self._runs.get(fill_id)
        return run is not None and run.sendings[step_id].status == "done"

    def _send_errands(self, world: World) -> None:
        for errand in self._errands.values():
            if errand.status == "waiting" and world.now_ms >= errand.not_before_ms:
                self._send(world, errand)

    def _send(self, world: World, sending: Sending) -> None:
        chain = world.chain(sending.step.chain)
        price = self._policy.price(chain)
        sending.attempts += 1
        sending.cap_wei = sending.cap_wei or price * self._policy.cap_percent // 100
        # What the pool does not take stays waiting, and is offered again after the next block.
        if self._offer(world, sending, min(price, sending.cap_wei), replaces=None):
            self._events.append(sending.event("sent", world.now_ms, price_wei=sending.offered_wei))

    def _raise(self, world: World, sending: Sending) -> None:
        chain = world.chain(sending.step.chain)
        if chain.number - sending.sent_block < self._policy.bump_after_blocks:
            return
        price = self._policy.raised(sending.offered_wei, self._policy.price(chain), sending.cap_wei)
        if price is not None and self._offer(world, sending, price, replaces=sending.transaction_id):
            self._events.append(sending.event("raised", world.now_ms, price_wei=price))

    def _offer(self, world: World, sending: Sending, price_wei: int, replaces: str | None) -> bool:
        """Put a transaction into the pool, and return whether the pool took it.

        If it does not take a replacement, the first transaction stands: it still waits, or it is gone. One that is gone
        may be in a block, so the step is not sent again: its receipt, or its deadline, will tell.
        """
        chain = world.chain(sending.step.chain)
        tip = self._policy.raised_tip(sending.tip_wei) if replaces else self._policy.tip_wei
        transaction = Transaction(
            id=f"{sending.step.id}#{sending.version + 1}",
            sender=sending.sender,
            call=sending.step.call,
            max_fee_wei=price_wei,
            tip_wei=tip if chain.rules.base_fee else 0,
            submitted_ms=world.now_ms,
        )
        if world.submit(Offer(sending.step.chain, transaction, replaces)) != "waiting":
            return False
        self._by_transaction.pop(sending.transaction_id, None)
        self._by_transaction[transaction.id] = sending
        sending.transaction_id, sending.status = transaction.id, "sent"
        sending.offered_wei, sending.tip_wei, sending.sent_block = price_wei, tip, chain.number
        return True

    def _dropped(self, world: World, sending: Sending, transaction: Transaction[ChainState]) -> None:
        """Send a transaction that a pool gave up once more; a sender who cannot pay for its gas is done with it."""
        self._events.append(sending.event("dropped", world.now_ms))
        wallet = world.state(sending.step.chain).wallets.get(sending.sender, 0)
        sending.status = "waiting"
        dearest = transaction.gas * transaction.max_fee_wei + world.chain(sending.step.chain).data_fee_wei(transaction)
        if wallet < dearest and self._run_of(sending) is not None:
            sending.status = "failed"
            sending.reason = f"undercollateralised: {sending.sender} lacks the ether for gas"

    def _run_of(self, sending: Sending) -> Run | None:
        """Return the plan that a step belongs to; the auctioneer's own errands belong to none."""
        run = self._runs.get(sending.fill_id)
        return run if run is not None and sending.step.id in run.sendings else None

    def _landed(self, sending: Sending, receipt: Receipt) -> None:
        run = self._run_of(sending)
        if run is not None:
            chain = sending.step.chain
            run.gas_wei[chain] = run.gas_wei.get(chain, 0) + receipt.cost_wei
        good = receipt.status == "success"
        if good:
            sending.status = "done"
        else:
            sending.status = "failed" if sending.step.on_revert == "abort" else "waiting"
            sending.reason, sending.not_before_ms = receipt.reason, receipt.block.time_ms + RETRY_MS
        event = sending.event("landed" if good else "reverted", receipt.block.time_ms, reason=receipt.reason)
        paid = replace(event, block=receipt.block.number, price_wei=receipt.price_wei, cost_wei=receipt.cost_wei)
        self._events.append(paid)

    def _expire(self, world: World, sending: Sending) -> None:
        """Give up a step whose deadline has passed, and say whether price or time was the reason."""
        chain = world.chain(sending.step.chain)
        if sending.status == "sent":
            chain.withdraw(sending.transaction_id)
            self._by_transaction.pop(sending.transaction_id, None)
        capped = sending.attempts > 0 and self._policy.price(chain) > sending.cap_wei
        sending.status = "failed"
        late = "late: not included before the deadline" if sending.attempts else "late: not sent in time"
        sending.reason = "uneconomic: gas rose above the cap" if capped else late
        self._events.append(sending.event("expired", world.now_ms, reason=sending.reason))
