"""Settlement plans: which transactions on which chain, in which order, bring about a fill.

The auctioneer makes the plan from a bid, so no solver can send an unsafe one. At home one transaction does everything.
Away from home cash is locked first, then the legs are delivered, then the lock is claimed with a proof, and last the
solver's cash goes back over the bridge. Each step needs the one before it.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.fees import RoundFees
from intents.intent import SignedIntent
from solvers.bid import Bid, BidFill
from venues.calls.completion import SecuredLock
from venues.calls.fill_terms import FillTerms
from venues.calls.once import Once
from venues.calls.settlement import Claim, Deliver, Lock, Settle
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.transaction import Call
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order
from venues.snapshot import Snapshot

StepKind = Literal["settle", "lock", "deliver", "claim", "bridge", "refund", "restitution", "slash", "reward", "fine"]
"""What a step does. The last five are errands of the auctioneer, not parts of a plan."""

NEVER_MS: Final = 2**53
"""Later than any instant of a run."""

CRITICAL: Final[frozenset[StepKind]] = frozenset({"settle", "lock", "deliver"})
"""Steps whose failure fails the fill; the others concern the solver alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transaction of a plan."""

    id: str
    kind: StepKind
    chain: str
    call: Call[ChainState]
    needs: tuple[str, ...]
    """Steps that must have succeeded before this one is sent."""

    deadline_ms: int
    """Last block time at which it may land; later the contracts refuse it."""

    on_revert: Literal["abort", "retry"]
    """What a revert does: `abort` ends the plan, `retry` sends the step again."""

    race: str = ""
    """Name shared by steps of which one is made; empty for a step without another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All steps of one fill, in the order in which they may happen."""

    terms: FillTerms
    """What was awarded."""

    home: str
    steps: tuple[Step, ...]
    awarded: tuple[Step, ...] = ()
    """The steps of the policy, where the solver sends others for the bid; empty where it does not."""

    @property
    def by_policy(self) -> "Plan":
        """The same with what the policy sends."""
        return replace(self, steps=self.awarded, awarded=()) if self.awarded else self

    @property
    def is_cross_chain(self) -> bool:
        """Whether the legs are delivered away from the owner's home."""
        return self.terms.chain != self.home

    @property
    def delivery(self) -> Step:
        """The step that gives the owner the legs."""
        return next(step for step in self.steps if step.kind in {"settle", "deliver"})

    @property
    def sent_terms(self) -> FillTerms:
        """What the delivery that is sent owes: other terms than were awarded, where the solver has its own."""
        call = self.delivery.call
        return call.terms if isinstance(call, Settle | Deliver) else self.terms

    @property
    def orders(self) -> tuple[Order, ...]:
        """Orders at venues that the delivery executes."""
        call = self.delivery.call
        return call.orders if isinstance(call, Settle | Deliver) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Instants that bound a plan."""

    deliver_ms: int
    """Last instant at which the owner may receive the legs."""

    refund_ms: int
    """First instant at which a lock goes back to the owner."""

    claim_ms: int
    """Last instant until which the solver tries to claim and to bridge."""

    proves_absence: bool = False
    """Whether a lock goes back only with a proof that nothing was delivered in time."""

    deposit_wei: int = 0
    """Safety deposit that the solver leaves with a lock, for whoever has to end it; none if zero."""

    grace_ms: int = 0
    """Time after which somebody else may end it for the deposit."""

    ways_back: int = 1
    """Most bridges that the solver's cash may go back over; the first that takes it does."""


def fill_id(solver: str, round_number: int, position: int, index: int) -> str:
    """Return the name of one fill of one bid."""
    return f"{round_number}.{solver}.{position}.{index}"


def terms_of(bid: Bid, position: int, index: int, signed: SignedIntent, fees: RoundFees | None = None) -> FillTerms:
    """Return what one fill of a bid owes to whom, in a round with fees or without."""
    fill = bid.fills[index]
    return FillTerms(
        fill_id=fill_id(bid.solver, bid.round, position, index),
        intent_id=fill.intent_id,
        signed=signed,
        solver=bid.solver,
        chain=fill.chain,
        quantity=fill.quantity,
        debit=fill.debit,
        legs=dict(fill.legs),
        fee=fees.fee(signed.intent, fill.quantity, fill.debit) if fees else 0,
    )


def make_plan(
    terms: FillTerms, fill: BidFill, snapshot: Snapshot, deadlines: Deadlines, after: tuple[str, ...] = ()
) -> Plan:
    """Return the plan of a fill; its first step also waits for the steps named in `after`."""
    home = terms.signed.intent.home
    venue_gas = sum(order_gas(snapshot.by_venue[order.venue], order) for order in fill.orders)
    if terms.chain == home:
        call = Settle(terms=terms, orders=fill.orders, deadline_ms=deadlines.deliver_ms, venue_gas=venue_gas)
        return Plan(terms=terms, home=home, steps=(_step(terms, "settle", home, call, after, deadlines.deliver_ms),))
    lock = _lock(terms, deadlines)
    deliver = Deliver(terms=terms, orders=fill.orders, deadline_ms=deadlines.deliver_ms, venue_gas=venue_gas)
    names = {kind: f"{terms.fill_id}/{kind}" for kind in ("lock", "deliver", "claim")}
    steps = [
        _step(terms, "lock", home, lock, after, deadlines.deliver_ms),
        _step(terms, "deliver", terms.chain, deliver, (names["lock"],), deadlines.deliver_ms),
        _step(terms, "claim", home, Claim(terms=terms), (names["deliver"],), deadlines.claim_ms),
    ]
    steps += _ways_back(terms, snapshot, deadlines)
    return Plan(terms=terms, home=home, steps=tuple(steps))


def _ways_back(terms: FillTerms, snapshot: Snapshot, deadlines: Deadlines) -> list[Step]:
    """Return the steps that take the solver's cash back over a bridge, the best first; one of them is made."""
    home, needs = terms.home, (f"{terms.fill_id}/claim",)
    best = snapshot.bridge(home, terms.chain)
    if best is None or terms.cash <= best.fee(terms.cash):
        return []
    others = [port for port in snapshot.by_chain[home].bridges if port.peer == terms.chain and port.id != best.id]
    paying = sorted((port for port in others if terms.cash > port.fee(terms.cash)), key=lambda p: (p.delay_ms, p.id))
    calls = [
        BridgeOut(bridge=port.id, account=terms.solver, cash=terms.cash)
        for port in (best, *paying)[: deadlines.ways_back]
    ]
    first = _step(terms, "bridge", home, calls[0], needs, deadlines.claim_ms)
    if len(calls) == 1:
        return [first]
    return [
        replace(
            first,
            id=f"{first.id}.{call.bridge}" if place else first.id,
            call=Once(name=first.id, call=call),
            race=first.id,
        )
        for place, call in enumerate(calls)
    ]


def deposit_wei(call: Call[ChainState]) -> int:
    """Return the safety deposit that a call posts, in wei."""
    return call.deposit_wei if isinstance(call, SecuredLock) else 0


def _lock(terms: FillTerms, deadlines: Deadlines) -> Lock:
    bare = Lock(
        terms=terms,
        refund_at_ms=deadlines.refund_ms,
        deadline_ms=deadlines.deliver_ms,
        proves_absence=deadlines.proves_absence,
    )
    if not deadlines.deposit_wei:
        return bare
    return SecuredLock(
        terms=terms,
        refund_at_ms=bare.refund_at_ms,
        deadline_ms=bare.deadline_ms,
        proves_absence=bare.proves_absence,
        deposit_wei=deadlines.deposit_wei,
        grace_ms=deadlines.grace_ms,
    )


def _step(
    terms: FillTerms, kind: StepKind, chain: str, call: Call[ChainState], needs: tuple[str, ...], deadline_ms: int
) -> Step:
    return Step(
        id=f"{terms.fill_id}/{kind}",
        kind=kind,
        chain=chain,
        call=call,
        needs=needs,
        deadline_ms=deadline_ms,
        on_revert="abort" if kind in CRITICAL else "retry",
    )
