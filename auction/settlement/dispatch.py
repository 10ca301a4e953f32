"""Getting steps into blocks: which transaction stands for which step, what is offered for it, and when it is raised."""

from collections.abc import Mapping
from typing import Final

from auction.settlement.plan import deposit_wei
from auction.settlement.policy import SettlementPolicy
from auction.settlement.private_route import PERCENT, PrivateRoute, PrivateRules
from auction.settlement.sending import Sending, StepEvent
from venues.chain_state import ChainState
from venues.chains.transaction import Receipt, Transaction
from venues.view import Offer
from venues.world import World

ANY_WEI: Final = 2**255
"""No cap: to take a step back is worth more than the step."""


class Dispatch:
    """All steps that are on their way, and those that have arrived."""

    def __init__(self, policy: SettlementPolicy) -> None:
        self._policy = policy
        self._pending: dict[str, Sending] = {}
        """By transaction in a pool."""

        self._landed: dict[str, Sending] = {}
        """By transaction in a block: a block can be taken back."""

        self.events: list[StepEvent] = []
        self._route = PrivateRoute(policy.private) if policy.private else None

    def fork(self, moved: Mapping[int, Sending]) -> "Dispatch":
        """Return an independent copy; `moved` are the copies of the steps, by the identity of the original."""
        twin = Dispatch(self._policy)
        twin._pending = {key: moved[id(sending)] for key, sending in self._pending.items()}
        twin._landed = {key: moved[id(sending)] for key, sending in self._landed.items()}
        twin._route = self._route.fork() if self._route else None
        return twin

    def look(self, world: World, chain_id: str) -> None:
        """Take note of the last block of a chain, as far as the choice of a way needs it."""
        if self._route is not None:
            self._route.look(world, chain_id)

    def send(self, world: World, sending: Sending) -> None:
        """Offer a step for the first time or again; what the pool does not take is offered after the next block."""
        price = self._policy.price(world.chain(sending.step.chain))
        sending.attempts += 1
        sending.cap_wei = sending.cap_wei or self._policy.cap(price)
        price = min(price, sending.cap_wei)
        if self._policy.private and self._is_private(world, sending, price):
            self._hand_over(world, sending, price, self._policy.private)
        elif self._offer(world, sending, price, replaces=None):
            self.events.append(sending.event("sent", world.now_ms, price_wei=sending.offered_wei))

    def bump(self, world: World, sending: Sending) -> None:
        """Replace a transaction that waits too long by a dearer one, or by a public one if it is private."""
        chain = world.chain(sending.step.chain)
        if sending.last_private:
            self._publish(world, sending)
            return
        if chain.history.is_behind or chain.number - sending.sent_block < self._policy.bump_after_blocks:
            return
        price = self._policy.raised(sending.offered_wei, self._policy.price(chain), sending.cap_wei)
        if price is not None and self._offer(world, sending, price, replaces=sending.transaction_id):
            self.events.append(sending.event("raised", world.now_ms, price_wei=price))

    def is_too_dear(self, world: World, sending: Sending) -> bool:
        """Return whether a step that was tried now costs more than is ever offered for it."""
        return sending.attempts > 0 and self._policy.price(world.chain(sending.step.chain)) > sending.cap_wei

    def landed(self, receipt: Receipt) -> Sending | None:
        """Return the step that a receipt is of."""
        sending = self._pending.pop(receipt.transaction_id, None)
        if sending is not None:
            self._landed[receipt.transaction_id] = sending
        return sending

    def taken_back(self, world: World, receipt: Receipt) -> Sending | None:
        """Return the step whose block was taken back: its transaction waits in the pool again.

        A transaction of a step that has another one under way by now is withdrawn, and nothing is returned.
        """
        sending = self._landed.pop(receipt.transaction_id, None)
        if sending is None:
            return None
        if sending.transaction_id != receipt.transaction_id:
            world.chain(sending.step.chain).withdraw(receipt.transaction_id)
            return None
        self._pending[receipt.transaction_id] = sending
        sending.status, sending.was_undone, sending.last_private = "sent", True, 0
        sending.sent_block = world.chain(sending.step.chain).number
        reason = f"block {receipt.block.number} was taken back"
        self.events.append(sending.event("undone", world.now_ms, reason=reason))
        return sending

    def dropped(self, transaction_id: str) -> Sending | None:
        """Return the step whose transaction a pool gave up."""
        sending = self._pending.pop(transaction_id, None)
        if sending is not None:
            sending.last_private = 0
        return sending

    def withdraw(self, world: World, sending: Sending) -> None:
        """Take the transaction of a step out of the pool."""
        world.chain(sending.step.chain).withdraw(sending.transaction_id)
        self._pending.pop(sending.transaction_id, None)

    def cancel(self, world: World, sending: Sending, reason: str) -> None:
        """Take a waiting step back: from builders at once, from the pool by a dearer transfer to oneself.

        What the pool does not take, because it is above the cap or the step is gone from it, is tried after the next
        block.
        """
        if sending.last_private:
            self.withdraw(world, sending)
            sending.status, sending.reason = "failed", sending.told(reason)
            self.events.append(sending.event("cancelled", world.now_ms, reason=sending.reason))
            return
        price = self._policy.raised(sending.offered_wei, self._policy.price(world.chain(sending.step.chain)), ANY_WEI)
        sending.is_cancelled, sending.foreseen = True, reason
        if price is None or not self._offer(world, sending, price, replaces=sending.transaction_id):
            sending.is_cancelled = False
            return
        self.events.append(sending.event("cancelling", world.now_ms, price_wei=price, reason=reason))

    def complete(self, world: World, sending: Sending) -> None:
        """Take a step for done that somebody else has carried out."""
        if sending.status == "sent":
            self.withdraw(world, sending)
        sending.status = "done"
        self.events.append(sending.event("completed", world.now_ms, reason="by a third party, for the deposit"))

    def _offer(self, world: World, sending: Sending, price_wei: int, replaces: str | None) -> bool:
        """Put a transaction into the pool, and return whether the pool took it.

        If it does not take a replacement, the first transaction stands: it still waits, or it is gone. One that is gone
        may be in a block, so the step is not sent again: its receipt, or its deadline, will tell.
        """
        transaction = self._transaction(world, sending, price_wei, replaces=replaces is not None)
        if world.submit(Offer(sending.step.chain, transaction, replaces)) != "waiting":
            return False
        self._pending.pop(sending.transaction_id, None)
        self._pending[transaction.id] = sending
        sending.transaction_id, sending.status = transaction.id, "sent"
        sending.offered_wei, sending.tip_wei = price_wei, transaction.tip_wei
        sending.sent_block = world.chain(sending.step.chain).number
        return True

    def _is_private(self, world: World, sending: Sending, price_wei: int) -> bool:
        """Return whether a step that was never in a pool is handed to builders alone."""
        if self._route is None or sending.version:
            return False
        return self._route.is_private(world, sending.step, sending.sender, price_wei)

    def _hand_over(self, world: World, sending: Sending, price_wei: int, rules: PrivateRules) -> None:
        """Hand a step to builders; what none of them includes in time is sent to the public pool."""
        chain, names = world.chain(sending.step.chain), rules.names(sending.step.chain)
        price_wei = min(price_wei * rules.premium_percent // PERCENT, sending.cap_wei)
        transaction = self._transaction(world, sending, price_wei, replaces=False)
        last_block = chain.number + rules.patience_blocks
        offer = Offer(chain.id, transaction, builders=names, last_block=last_block)
        if world.submit(offer) != "waiting":
            return
        self._pending[transaction.id] = sending
        sending.transaction_id, sending.status, sending.was_private = transaction.id, "sent", True
        sending.last_private = last_block
        sending.offered_wei, sending.tip_wei, sending.sent_block = price_wei, transaction.tip_wei, chain.number
        told = f"handed to {', '.join(sorted(names))}"
        self.events.append(sending.event("sent", world.now_ms, price_wei=price_wei, reason=told))

    def _publish(self, world: World, sending: Sending) -> None:
        """Send a step to the public pool once no builder may include it any more."""
        if world.chain(sending.step.chain).number < sending.last_private:
            return
        self.withdraw(world, sending)
        sending.status, sending.last_private = "waiting", 0
        self.events.append(sending.event("published", world.now_ms, reason="no builder who had it made a block for it"))
        self.send(world, sending)

    def _transaction(
        self, world: World, sending: Sending, price_wei: int, *, replaces: bool
    ) -> Transaction[ChainState]:
        """Return the next transaction of a step, and note what its sender has to hold."""
        chain = world.chain(sending.step.chain)
        tip = self._policy.raised_tip(sending.tip_wei) if replaces else self._policy.tip_wei
        transaction = Transaction(
            id=f"{sending.step.id}#{sending.version + 1}",
            sender=sending.sender,
            call=sending.call,
            max_fee_wei=price_wei,
            tip_wei=tip if chain.rules.base_fee else 0,
            submitted_ms=world.now_ms,
        )
        if not sending.ether_due_wei:
            gas_wei = transaction.gas * sending.cap_wei
            sending.ether_due_wei = gas_wei + self._policy.cap(chain.data_fee_wei(transaction))
            sending.ether_due_wei += deposit_wei(sending.step.call)
        return transaction
