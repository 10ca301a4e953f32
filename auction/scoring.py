"""Checking and scoring bids: nothing a solver says about itself is believed.

A bid is checked against what the owners signed, its orders against the venues, and then its whole plan is executed on
the states of the chains at the snapshot, with the very calls that the chains will execute. The score is what the
owners gain over their limits, and what they pay the house in fees.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from auction.cash_needs import Owed, cash_needs
from auction.claims import merged_claims
from auction.settlement.plan import NEVER_MS, Deadlines, Plan, make_plan, terms_of
from auction.shared_backing import backing_claims
from intents.fees import RoundFees
from intents.intent import LOT, Intent, SignedIntent
from solvers.bid import Bid
from solvers.bid_codes import BidCode
from venues.calls.fill_terms import FillTerms
from venues.chain_state import ChainState
from venues.chains.transaction import Block, Reverted
from venues.markets.venue import Claim, Order
from venues.snapshot import Snapshot

DeadlineRule = Callable[[str, str], Deadlines]
"""Deadlines of a plan, by its owner's home chain and the chain of delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """What bids of a round are checked against."""

    round: int
    snapshot: Snapshot
    states: Mapping[str, ChainState]
    """Full states of the chains at the snapshot, which solvers do not see."""

    intents: Mapping[str, tuple[SignedIntent, int]]
    """Intents in the auction, with what remains of each."""

    in_parallel: bool = False
    """Whether fills of one bid on different chains go their ways at once."""

    fees: RoundFees | None = None

    def terms(self, bid: Bid, position: int, index: int) -> FillTerms:
        """Return what one fill of a bid owes to whom."""
        return terms_of(bid, position, index, self.intents[bid.fills[index].intent_id][0], self.fees)

    def net(self, intent: Intent) -> Intent:
        """Return an intent as it has to be priced: with the limit that leaves room for the fee."""
        return self.fees.net(intent) if self.fees else intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A bid that holds."""

    bid: Bid
    position: int
    score: int
    """USDC base units that owners gain over their limits, and the fees that they pay."""

    gains: tuple[int, ...]
    """What the owner of each fill gains."""

    claims: tuple[Claim, ...]
    needs: Mapping[str, int]
    """USDC the solver must have free on each chain."""

    fees: tuple[int, ...] = ()
    """What the owner of each fill pays the house; none in a round without fees."""

    backing: tuple[Claim, ...] = ()
    """What it takes at most of the backing of accounts that others trade with too."""

    @property
    def is_batch(self) -> bool:
        """Whether it fills more than one intent."""
        return len(self.bid.intents) > 1

    def quantity(self, intent_id: str) -> int:
        """Return how much of an intent it fills."""
        return sum(fill.quantity for fill in self.bid.fills if fill.intent_id == intent_id)

    def gain(self, intent_id: str) -> int:
        """Return what the owner of an intent gains."""
        pairs = zip(self.bid.fills, self.gains, strict=True)
        return sum(gain for fill, gain in pairs if fill.intent_id == intent_id)

    def score_on(self, intent_id: str) -> int:
        """Return what the owner of an intent gains and pays the house."""
        pairs = zip(self.bid.fills, self.fees, strict=False)
        return self.gain(intent_id) + sum(fee for fill, fee in pairs if fill.intent_id == intent_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A bid that does not hold, and why."""

    bid: Bid
    position: int
    code: BidCode
    detail: str


def check(bid: Bid, position: int, tender: Tender) -> Scored | Dropped:
    """Return the bid with its score, or why it is dropped."""
    fault = flaw(bid, tender)
    if fault:
        return Dropped(bid=bid, position=position, code=fault[0], detail=fault[1])
    claims = merged_claims([_claim(order, tender) for fill in bid.fills for order in fill.orders])
    short = next((claim for claim in claims if claim.reach < claim.quantity), None)
    if short is not None:
        return Dropped(
            bid=bid, position=position, code="bound", detail=f"{short.resource}: the orders break their own bounds"
        )
    outcome = execute(plans_of(bid, position, tender), tender.states, tender.snapshot.time_ms)
    if isinstance(outcome, Reverted):
        return Dropped(bid=bid, position=position, code="simulation", detail=outcome.reason)
    owed = [tender.terms(bid, position, index) for index in range(len(bid.fills))]
    gains, fees = tuple(terms.gain for terms in owed), tuple(terms.fee for terms in owed)
    return Scored(
        bid=bid,
        position=position,
        score=sum(gains) + sum(fees),
        gains=gains,
        claims=tuple(claims),
        needs=_needs(bid, tender),
        fees=fees if tender.fees else (),
        backing=backing_claims(tender.states, outcome, [terms.owner for terms in owed], bid.solver),
    )


def flaw(bid: Bid, tender: Tender) -> tuple[BidCode, str] | None:
    """Return code and detail of what keeps a bid from being carried out at all, whatever prices are."""
    return _form_fault(bid, tender) or _terms_fault(bid, tender) or _venue_fault(bid, tender)


def unbounded(home: str, chain: str) -> Deadlines:  # noqa: ARG001
    """Return deadlines that never come: those of a simulation."""
    return Deadlines(deliver_ms=NEVER_MS, refund_ms=NEVER_MS, claim_ms=NEVER_MS)


def plans_of(bid: Bid, position: int, tender: Tender, deadlines: DeadlineRule = unbounded) -> tuple[Plan, ...]:
    """Return the plans of all fills of a bid, each waiting for the delivery of the one before.

    In a round of fills `in_parallel` it waits only for the last one before it on its own chain of delivery: what that
    leaves its solver with, it may need.
    """
    plans: list[Plan] = []
    for index, fill in enumerate(bid.fills):
        terms = tender.terms(bid, position, index)
        before = [plan for plan in plans if not tender.in_parallel or plan.terms.chain == terms.chain]
        after = (before[-1].delivery.id,) if before else ()
        bounds = deadlines(terms.signed.intent.home, terms.chain)
        plans.append(make_plan(terms, fill, tender.snapshot, bounds, after))
    return tuple(plans)


def execute(plans: Sequence[Plan], states: Mapping[str, ChainState], now_ms: int) -> dict[str, ChainState] | Reverted:
    """Return the states after all steps of all plans, or the first revert.

    A delivery counts as proved at once, and bridging back is left out: it changes nothing for the owners.
    """
    after = dict(states)
    for plan in plans:
        for step in plan.steps:
            if step.kind == "bridge":
                continue
            state = after[step.chain]
            if step.kind == "claim":
                state = replace(state, proofs=state.proofs.set(plan.terms.fill_id, now_ms))
            outcome = step.call.apply(state, Block(step.chain, 0, now_ms))
            if isinstance(outcome, Reverted):
                return outcome
            after[step.chain] = outcome.state
    return after


def _form_fault(bid: Bid, tender: Tender) -> tuple[BidCode, str] | None:
    if bid.round != tender.round:
        return "wrong_round", f"bid is for round {bid.round}, this is {tender.round}"
    places = [(fill.intent_id, fill.chain) for fill in bid.fills]
    if len(set(places)) < len(places):
        return "duplicate_fill", "an intent is filled twice on one chain"
    return None


def _terms_fault(bid: Bid, tender: Tender) -> tuple[BidCode, str] | None:
    for index, fill in enumerate(bid.fills):
        if fill.intent_id not in tender.intents:
            return "unknown_intent", f"{fill.intent_id[:12]} is not in this auction"
        remaining = tender.intents[fill.intent_id][1]
        total = sum(other.quantity for other in bid.fills if other.intent_id == fill.intent_id)
        if total > remaining:
            return "overfill", f"{total} of {fill.intent_id[:12]} is more than the {remaining} that remains"
        if fill.quantity % LOT:
            return "off_lot", f"{fill.quantity} is not a multiple of {LOT}"
        broken = tender.terms(bid, 0, index).violation(remaining)
        if broken:
            return "terms", broken
    return None


def _venue_fault(bid: Bid, tender: Tender) -> tuple[BidCode, str] | None:
    venues = tender.snapshot.by_venue
    for fill in bid.fills:
        home = tender.intents[fill.intent_id][0].intent.home
        if fill.chain != home and tender.snapshot.bridge(home, fill.chain) is None:
            return "unreachable", f"no bridge leads from {home} to {fill.chain}"
        allowed = tender.intents[fill.intent_id][0].intent.venues
        for order in fill.orders:
            if order.venue not in venues or venues[order.venue].chain != fill.chain:
                return "unknown_venue", f"{order.venue} is not on {fill.chain}"
            if allowed and order.venue not in allowed:
                return "venue_not_allowed", f"the owner does not allow {order.venue}"
            if order.quantity == 0 or order.instrument not in venues[order.venue].instruments():
                return "unknown_instrument", f"{order.venue} does not trade {order.quantity} of {order.instrument}"
    return None


def _claim(order: Order, tender: Tender) -> Claim:
    venue = tender.snapshot.by_venue[order.venue]
    return venue.claim(order, tender.snapshot.market(venue.chain))


def _needs(bid: Bid, tender: Tender) -> dict[str, int]:
    """Return the free cash a bid takes of its solver on each chain."""
    return cash_needs([Owed(tender.terms(bid, 0, index), fill.orders) for index, fill in enumerate(bid.fills)])
