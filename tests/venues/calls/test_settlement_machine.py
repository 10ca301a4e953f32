"""Random interleavings of everything that can happen to fills, on two chains, by honest hands and others."""

from dataclasses import dataclass, field, replace

from eth_account.signers.local import LocalAccount
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from intents.intent import LOT
from tests.venues.calls.stage import (
    BUY,
    OWNER,
    SELL,
    STRANGER,
    VAULT,
    claim,
    deliver,
    dollars,
    lock,
    options,
    refund,
    settle,
    signed,
    state,
    terms,
)
from tests.venues.small_world import L1, L2, MINUTE_MS, PUT, START_MS
from venues.calls.fill_terms import FillTerms
from venues.calls.upkeep import Requote, Trade
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Call, Log
from venues.escrow import COLLECTOR
from venues.markets.clob import Quote
from venues.markets.venue import Order, Side
from venues.passages import Passage, arrival

OWNERS: dict[str, LocalAccount] = {"buyer": OWNER, "seller": STRANGER}
INTENTS = {"buyer": signed(BUY, limit=6.0), "seller": signed(SELL, limit=-3.0, keys=STRANGER)}
PRICES = {"buyer": (4.0, 6.2), "seller": (-6.0, -2.8)}
"""Range of prices that are tried; some are beyond the limit."""

whos = st.sampled_from(["buyer", "seller"])
quantities = st.integers(1, 250).map(lambda n: n / 100)
shares = st.floats(0, 1)
charges = st.sampled_from([0, 0, 1, 50_000])
"""Fees of fills, in USDC base units."""

slots = st.integers(0, 2)
"""Fills under way at the same time."""


@dataclass
class Served:
    """What an owner has been given and what they may have been asked for it."""

    quantity: int = 0
    most: int = 0
    """Limit and collateral of all fills that were paid."""

    def add(self, owed: FillTerms) -> None:
        """Count a fill that was paid."""
        intent = owed.signed.intent
        self.quantity += owed.quantity
        self.most += intent.max_debit(owed.quantity) + intent.collateral(owed.quantity)


@dataclass
class Fill:
    """A fill across chains, from its award on."""

    who: str
    owed: FillTerms
    time_ms: int
    announced: list[Log] = field(default_factory=list)
    """Deliveries under its name that home has not learnt of."""


class Settlements(RuleBasedStateMachine):
    """Two chains, two owners, one solver, a trader and a maker."""

    @initialize()
    def begin(self) -> None:
        self.now_ms = START_MS
        self.states: dict[str, ChainState] = {chain: state(chain) for chain in (L1, L2)}
        home = self.states[L1]
        self.states[L1] = replace(home, escrow=home.escrow.credit(STRANGER.address, VAULT))
        self.totals = {chain: found.totals() for chain, found in self.states.items()}
        self.served = {who: Served() for who in OWNERS}
        self.ended: dict[str, str] = {}
        self.fees = 0
        self.count = 0
        self.fills: dict[int, Fill] = {}

    def _run(self, chain: str, call: Call[ChainState]) -> tuple[Log, ...] | None:
        """Execute a call; return its logs, or nothing if it reverts."""
        outcome = call.apply(self.states[chain], Block(chain, 1, self.now_ms))
        if not isinstance(outcome, Applied):
            return None
        self.states[chain] = outcome.state
        return outcome.logs

    def _at(self, slot: int) -> list[Fill]:
        """Return the fill in a slot, if there is one."""
        return [self.fills[slot]] if slot in self.fills else []

    def _is_open(self, fill: Fill) -> bool:
        """Return whether something can still come of a fill."""
        found = self.states[L1].escrow.locks.get(fill.owed.fill_id)
        return found.state == "locked" if found else self.now_ms <= fill.time_ms + 10 * MINUTE_MS

    def _terms(self, who: str, chain: str, quantity: float, offer: tuple[float, int]) -> FillTerms:
        share, fee = offer
        self.count += 1
        low, high = PRICES[who]
        price = round(low + (high - low) * share, 2)
        owed = terms(INTENTS[who], fill_id=f"fill{self.count}", chain=chain, quantity=quantity, price=price)
        return replace(owed, fee=fee)

    @rule(who=whos, quantity=quantities, offer=st.tuples(shares, charges), netted=st.booleans())
    def settle_at_home(self, who: str, quantity: float, offer: tuple[float, int], netted: bool) -> None:
        owed = self._terms(who, L1, quantity, offer)
        call = replace(settle(owed, () if netted else None), deadline_ms=self.now_ms)
        if self._run(L1, call) is not None:
            self.served[who].add(owed)
            self.fees += owed.fee

    @rule(
        slot=slots,
        who=whos,
        quantity=quantities,
        offer=st.tuples(shares, charges),
        locks=st.sampled_from([True, True, False]),
    )
    def award_away(self, slot: int, who: str, quantity: float, offer: tuple[float, int], locks: bool) -> None:
        """Begin a fill as the plan says, with the lock, or leave that for later; one fill at a time in a slot."""
        if any(self._is_open(fill) for fill in self._at(slot)):
            return
        self.fills[slot] = Fill(who, self._terms(who, L2, quantity, offer), self.now_ms)
        if locks:
            self.lock_at_home(slot)

    @rule(slot=slots)
    def lock_at_home(self, slot: int) -> None:
        for fill in self._at(slot):
            late, later = fill.time_ms + 10 * MINUTE_MS, fill.time_ms + 20 * MINUTE_MS
            self._run(L1, replace(lock(fill.owed), deadline_ms=late, refund_at_ms=later))

    @rule(slot=slots, part=st.sampled_from([1, 1, 2]), dearer=st.sampled_from([0, 0, 100]), at_once=st.booleans())
    def deliver_away(self, slot: int, part: int, dearer: int, at_once: bool) -> None:
        """Deliver a fill, or something else that goes by its name; the proof arrives at once or when it will."""
        for fill in self._at(slot):
            quantity = max(fill.owed.quantity // part // LOT, 1) * LOT
            legs = {name: held // fill.owed.quantity * quantity for name, held in fill.owed.legs.items()}
            other = replace(fill.owed, quantity=quantity, legs=legs, debit=fill.owed.debit // part + dearer)
            logs = self._run(L2, replace(deliver(other), deadline_ms=fill.time_ms + 10 * MINUTE_MS))
            fill.announced.extend(log for log in logs or () if log.name == "Delivered")
        if at_once:
            self.carry_the_proof(slot)

    @rule(slot=slots)
    def carry_the_proof(self, slot: int) -> None:
        for fill in self._at(slot):
            while fill.announced:
                log = fill.announced.pop()
                passage = Passage(source=L2, target=L1, log=log, number=1, time_ms=self.now_ms, id="t")
                self.states[L1] = arrival(self.states[L1], passage, self.now_ms)

    @rule(slot=slots)
    def claim_at_home(self, slot: int) -> None:
        for fill in self._at(slot):
            if self._run(L1, claim(fill.owed)) is not None:
                self.served[fill.who].add(fill.owed)
                self.fees += fill.owed.fee_at_home

    @rule(slot=slots, factor=st.sampled_from([1, 1, 1, 0, 2]))
    def refund_at_home(self, slot: int, factor: int) -> None:
        for fill in self._at(slot):
            was_proved = fill.owed.fill_id in self.states[L1].proofs
            logs = self._run(L1, replace(refund(fill.owed), quantity=fill.owed.quantity * factor))
            assert not (logs and was_proved), "a solver who delivered in time lost the lock"

    @rule(chain=st.sampled_from([L1, L2]), side=st.sampled_from(["buy", "sell"]), dollar=st.integers(2, 6))
    def trade_and_quote_again(self, chain: str, side: Side, dollar: int) -> None:
        order = Order(
            venue="book",
            instrument=PUT,
            side=side,
            quantity=options(3),
            bound=dollars(1000) if side == "buy" else 0,
        )
        self._run(chain, Trade(trader="trader", orders=(order,), venue_gas=90_000))
        ladders = {PUT: ((Quote(dollars(dollar), options(20)),), (Quote(dollars(dollar + 1), options(20)),))}
        self._run(chain, Requote(venue="book", maker="maker", ladders=ladders))

    @rule(minutes=st.sampled_from([1, 1, 2, 5, 20]))
    def wait(self, minutes: int) -> None:
        self.now_ms += minutes * MINUTE_MS

    @invariant()
    def cash_and_ether_are_conserved(self) -> None:
        assert {chain: found.totals() for chain, found in self.states.items()} == self.totals

    @invariant()
    def positions_sum_to_zero_and_everybody_is_backed(self) -> None:
        for found in self.states.values():
            accounts = found.clearing.accounts
            assert sum(account.positions.get(PUT, 0) for account in accounts.values()) == 0
            assert found.clearing.uncovered(accounts) is None

    @invariant()
    def a_lock_ends_once(self) -> None:
        locks = self.states[L1].escrow.locks
        for name, how in self.ended.items():
            assert locks[name].state == how
        self.ended = {name: found.state for name, found in locks.items() if found.state != "locked"}

    @invariant()
    def nobody_pays_above_the_limit(self) -> None:
        escrow = self.states[L1].escrow
        for who, keys in OWNERS.items():
            held = sum(k.cash for k in escrow.locks.values() if k.owner == keys.address and k.state == "locked")
            paid = VAULT - escrow.vault(keys.address) - held
            assert paid <= self.served[who].most

    @invariant()
    def the_house_has_the_fees_of_what_was_paid_for(self) -> None:
        assert self.states[L1].escrow.vault(COLLECTOR) == self.fees

    @invariant()
    def what_is_paid_for_was_delivered(self) -> None:
        for who, keys in OWNERS.items():
            positions = [found.clearing.account(keys.address).positions.get(PUT, 0) for found in self.states.values()]
            assert abs(sum(positions)) >= self.served[who].quantity

    @invariant()
    def an_intent_is_never_filled_beyond_its_quantity(self) -> None:
        escrow = self.states[L1].escrow
        for who in OWNERS:
            intent_id = terms(INTENTS[who]).intent_id
            open_locks = sum(
                found.quantity
                for found in escrow.locks.values()
                if found.intent_id == intent_id and found.state == "locked"
            )
            filled = escrow.filled.get(intent_id, 0)
            assert filled == self.served[who].quantity + open_locks
            assert filled <= INTENTS[who].intent.quantity


Settlements.TestCase.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
TestSettlements = Settlements.TestCase
