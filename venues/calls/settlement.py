"""Calls that settle awarded fills.

A fill delivered where its owner's escrow is settles in one transaction, `Settle`. A fill delivered elsewhere takes
three: `Lock` at home, `Deliver` there, and `Claim` at home once the delivery of just these terms is proved. `Refund`
ends a lock that nobody claimed in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intents.assets import ETH
from intents.options import parse_series
from venues.calls.fill_terms import FillTerms
from venues.calls.gas import CLAIM_GAS, DELIVER_GAS, LOCK_GAS, REFUND_GAS, SETTLE_GAS
from venues.calls.trading import Traded, trade_all
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.escrow import Lock as EscrowLock
from venues.markets.venue import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Trade, deliver and get paid, all on the owner's home chain and all or nothing."""

    terms: FillTerms
    orders: tuple[Order, ...]
    deadline_ms: int
    venue_gas: int

    @property
    def gas(self) -> int:
        """Gas of the call with its venue orders."""
        return SETTLE_GAS + self.venue_gas

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the fill settled."""
        terms = self.terms
        is_here = terms.home == terms.chain == state.chain
        refusal = _refusal(terms, state, self.deadline_ms, block, is_here=is_here) or _unpayable(terms, state)
        refusal = refusal or _forbidden(terms, self.orders)
        if refusal:
            return refusal
        traded = trade_all(state, self.orders, terms.solver, block)
        if isinstance(traded, Reverted):
            return traded
        after = traded.state
        escrow = after.escrow.credit(terms.owner, -terms.total).collect(terms.fee)
        escrow = escrow.with_filled(terms.intent_id, terms.quantity)
        clearing = after.clearing.change(terms.solver, cash=terms.cash)
        clearing = clearing.move(terms.solver, terms.owner, terms.legs, terms.collateral)
        return _checked(replace(after, escrow=escrow, clearing=clearing), terms, traded, ("Filled", terms.fee))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Set the owner's cash aside for a fill that will be delivered on another chain."""

    terms: FillTerms
    refund_at_ms: int
    deadline_ms: int
    proves_absence: bool = False
    """Whether the owner has it back only with a proof that nothing was delivered by the deadline."""

    gas: int = LOCK_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the cash locked."""
        terms = self.terms
        is_here = terms.home == state.chain != terms.chain
        refusal = _refusal(terms, state, self.deadline_ms, block, is_here=is_here) or _unpayable(terms, state)
        if refusal:
            return refusal
        if terms.fill_id in state.escrow.locks or terms.fill_id in state.proofs:
            return Reverted(f"reverted: fill {terms.fill_id} was locked or delivered before")
        cash = max(0, terms.total)
        lock = EscrowLock(
            fill_id=terms.fill_id,
            intent_id=terms.intent_id,
            owner=terms.owner,
            solver=terms.solver,
            quantity=terms.quantity,
            cash=cash,
            terms=terms.id,
            refund_at_ms=self.refund_at_ms,
            proves_absence=self.proves_absence,
            fee=terms.fee_at_home,
        )
        escrow = state.escrow.credit(terms.owner, -cash).with_lock(lock)
        escrow = escrow.with_filled(terms.intent_id, terms.quantity)
        log = _log("Locked", terms, cash - lock.fee)
        if self.proves_absence:
            log = replace(log, fields=(*log.fields, ("away", terms.chain), ("deliver_by", self.deadline_ms)))
        return Applied(replace(state, escrow=escrow), (log,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Trade with the solver's own cash and hand the legs to the owner, away from their home chain."""

    terms: FillTerms
    orders: tuple[Order, ...]
    deadline_ms: int
    venue_gas: int

    @property
    def gas(self) -> int:
        """Gas of the call with its venue orders."""
        return DELIVER_GAS + self.venue_gas

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the legs and their collateral in the owner's account, and a record to prove."""
        terms = self.terms
        is_here = terms.home != state.chain == terms.chain
        refusal = _refusal(terms, state, self.deadline_ms, block, is_here=is_here) or _forbidden(terms, self.orders)
        if refusal:
            return refusal
        if terms.fill_id in state.delivered:
            return Reverted(f"reverted: fill {terms.fill_id} was delivered before")
        traded = trade_all(state, self.orders, terms.solver, block)
        if isinstance(traded, Reverted):
            return traded
        after = traded.state
        rebate = max(0, -terms.total)
        fee = terms.fee - terms.fee_at_home
        clearing = after.clearing.move(terms.solver, terms.owner, terms.legs, terms.collateral + rebate)
        clearing, escrow = clearing.change(terms.solver, cash=-fee), after.escrow.collect(fee)
        marks = after.delivered.set(terms.fill_id, block.time_ms)
        delivered = replace(after, clearing=clearing, escrow=escrow, delivered=marks)
        return _checked(delivered, terms, traded, ("Delivered", fee))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Pay the solver from a lock whose delivery is proved."""

    terms: FillTerms
    gas: int = CLAIM_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the solver paid."""
        lock = state.escrow.locks.get(self.terms.fill_id)
        if lock is None or lock.state != "locked":
            return Reverted(f"reverted: fill {self.terms.fill_id} is {lock.state if lock else 'not locked'}")
        if self.terms.fill_id not in state.proofs:
            return Reverted(f"reverted: no proof of delivery of fill {self.terms.fill_id}")
        escrow = state.escrow.with_lock(replace(lock, state="claimed")).collect(lock.fee)
        clearing = state.clearing.change(lock.solver, cash=lock.cash - lock.fee)
        after = replace(state, escrow=escrow, clearing=clearing)
        return Applied(after, (_log("Claimed", self.terms, lock.cash - lock.fee, lock.fee),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Give the owner back what a lock holds once no timely proof can arrive any more."""

    fill_id: str
    quantity: int
    gas: int = REFUND_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the cash back in the owner's vault."""
        lock = state.escrow.locks.get(self.fill_id)
        if lock is None or lock.state != "locked":
            return Reverted(f"reverted: fill {self.fill_id} is {lock.state if lock else 'not locked'}")
        is_due = state.escrow.is_refundable(self.fill_id, block.time_ms, state.absences)
        if not is_due or self.fill_id in state.proofs:
            return Reverted(f"reverted: fill {self.fill_id} is not refundable")
        if self.quantity != lock.quantity:
            return Reverted(f"reverted: fill {self.fill_id} is for {lock.quantity}, not {self.quantity}")
        escrow = state.escrow.with_lock(replace(lock, state="refunded")).credit(lock.owner, lock.cash)
        escrow = escrow.with_filled(lock.intent_id, -lock.quantity)
        fields = (("fill", self.fill_id), ("intent", lock.intent_id), ("cash", lock.cash))
        return Applied(replace(state, escrow=escrow), (Log("Refunded", fields),))


def _refusal(terms: FillTerms, state: ChainState, deadline_ms: int, block: Block, *, is_here: bool) -> Reverted | None:
    """Return why the terms cannot be carried out in a block; `is_here` tells whether the call belongs on its chain."""
    if block.time_ms > deadline_ms:
        return Reverted(f"late: block {block.number} is past the deadline")
    if not is_here:
        return Reverted(f"reverted: from {terms.home} to {terms.chain}, this call has no business on {state.chain}")
    broken = terms.violation(_remaining(terms, state))
    if broken:
        return Reverted(f"reverted: {broken}")
    expired = [name for name in terms.legs if name != ETH and parse_series(name).expiry_ms <= block.time_ms]
    return Reverted(f"late: {min(expired)} has expired") if expired else None


def _remaining(terms: FillTerms, state: ChainState) -> int:
    """Return what is left of the intent, as far as a chain knows: away from home, what was locked for this fill."""
    if state.chain != terms.home:
        return terms.quantity
    return terms.signed.intent.quantity - state.escrow.filled.get(terms.intent_id, 0)


def _unpayable(terms: FillTerms, state: ChainState) -> Reverted | None:
    """Return why the owner's escrow does not pay for the terms: more than they signed, or more than they have."""
    filled = state.escrow.filled.get(terms.intent_id, 0) + terms.quantity
    if filled > terms.signed.intent.quantity:
        return Reverted(f"reverted: intent {terms.intent_id} would be filled beyond its quantity")
    if state.escrow.vault(terms.owner) < terms.total:
        return Reverted(f"undercollateralised: vault of {terms.owner} is short of {terms.total}")
    return None


def _forbidden(terms: FillTerms, orders: Iterable[Order]) -> Reverted | None:
    """Return the refusal of the first order at a venue that the owner does not allow."""
    allowed = terms.signed.intent.venues
    venue = next((order.venue for order in orders if allowed and order.venue not in allowed), None)
    return Reverted(f"reverted: the owner does not allow {venue}") if venue else None


def _checked(
    state: ChainState, terms: FillTerms, traded: Traded, told: tuple[str, int]
) -> Applied[ChainState] | Reverted:
    """Return the state if everybody it touched is still backed; `told` is what to log, and the fee collected."""
    lacking = state.clearing.uncovered({terms.owner, *traded.touched})
    if lacking is not None:
        return Reverted(f"undercollateralised: {lacking} lacks {state.clearing.shortfall(lacking)}")
    swaps = (
        Log("Swapped", (("fill", terms.fill_id), ("order", place), ("cash", fill.cash)))
        for place, fill in enumerate(traded.fills)
    )
    name, fee = told
    return Applied(state, (_log(name, terms, terms.cash, fee), *swaps))


def _log(name: str, terms: FillTerms, cash: int, fee: int = 0) -> Log:
    """Return what a call announces: what the solver is paid, and the fee where one is collected."""
    fields: tuple[tuple[str, str | int], ...] = (
        ("fill", terms.fill_id),
        ("intent", terms.intent_id),
        ("terms", terms.id),
        ("quantity", terms.quantity),
        ("cash", cash),
        ("to", terms.home),
    )
    return Log(name, (*fields, ("fee", fee), ("solver", terms.solver)) if fee else fields)
