"""Everything the contracts of one chain hold, as one immutable value.

Keeping the state of an earlier block is keeping a reference, so snapshots, reorganisations and but-for replays cost
nothing to prepare.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from intents.assets import ETH, USDC
from intents.lifecycle import Cause
from venues.bridges import AnyPort
from venues.clearing import ClearingHouse
from venues.escrow import Escrow
from venues.htlc.lock import HashLock
from venues.markets.kinds import AnyVenue, is_priced_by_oracle
from venues.markets.rfq import RfqDesk
from venues.markets.structure import positions_of
from venues.markets.venue import Fill, Market, Order, Unfilled
from venues.oracles.pool_memory import PoolMemory
from venues.oracles.uptime_guard import UptimeGuard
from venues.rollups.express_lane import ExpressLane
from venues.rollups.inbox import Inbox
from venues.rollups.sequenced import Sequenced
from venues.security.stake_book import StakeBook


@dataclass(frozen=True, slots=True)
class Answer:
    """What an oracle has published."""

    price: int
    """Dollars times `PRICE_UNIT`."""

    time_ms: int
    """Block time of the update."""

    observed_ms: int
    """When the price it reports was true."""

    signers: tuple[int, ...] = ()
    """Nodes that vouched for it, where there are any."""


NO_ANSWER = Answer(0, 0, 0)

HISTORY_MS: Final = 7_200_000
"""Time for which a chain remembers the answers of its oracle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Contracts and balances of one chain."""

    chain: str
    clearing: ClearingHouse
    escrow: Escrow
    venues: Map[str, AnyVenue]
    bridges: Map[str, AnyPort]
    wallets: Map[str, int] = field(default_factory=Map)
    """Wei of each account outside contracts: what gas is paid from."""

    burned: int = 0
    """Wei paid for gas, to producers or to nobody."""

    answer: Answer = NO_ANSWER
    """The chain's ether price feed."""

    past_answers: tuple[Answer, ...] = ()
    """Answers in force before, oldest first: those of the last `HISTORY_MS`, and the one in force when it began."""

    delivered: Map[str, int] = field(default_factory=Map)
    """Fills delivered here for escrows elsewhere, and when."""

    proofs: Map[str, int] = field(default_factory=Map)
    """Fills proved to be delivered elsewhere, and when the proof arrived."""

    absences: Map[str, int] = field(default_factory=Map)
    """Fills whose chain of delivery is known beyond their deadline, and since when: no delivery can come any more."""

    memories: Map[str, PoolMemory] = field(default_factory=Map)
    """What pools that somebody reads as an oracle remember of their price."""

    guard: UptimeGuard | None = None
    """The uptime feed that venues priced by the oracle heed, if they heed one."""

    stakes: StakeBook | None = None
    """Stake that answers for services, on the chain that has it."""

    made_once: Map[str, int] = field(default_factory=Map)
    """Calls that could be made in several ways and were made in one, and when."""

    hashlocks: Map[str, HashLock] = field(default_factory=Map)
    """Hashed timelocks by id, ended ones too."""

    inboxes: Map[str, Inbox] = field(default_factory=Map)
    """On an L1: contracts of the rollups that post to it, by CAIP-2 id."""

    sequenced: Sequenced | None = None
    """On a rollup that posts: what is to be posted."""

    express: ExpressLane | None = None
    """On a rollup that sells one: the express lane."""

    def pay_gas(self, account: str, wei: int) -> "ChainState | None":
        """Return the state after `account` paid for gas, or `None` if it cannot."""
        balance = self.wallets.get(account, 0) - wei
        if balance < 0:
            return None
        return replace(self, wallets=self.wallets.set(account, balance), burned=self.burned + wei)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers that are remembered, the one in force last."""
        return self.past_answers if self.answer.price <= 0 else (*self.past_answers, self.answer)

    def with_answer(self, answer: Answer) -> "ChainState":
        """Return the state with a newer answer in force; of several in one block, the last counts."""
        past = [known for known in self.answers if known.time_ms < answer.time_ms]
        forgotten = sum(known.time_ms <= answer.time_ms - HISTORY_MS for known in past[1:])
        return replace(self, answer=answer, past_answers=tuple(past[forgotten:]))

    def without_absence(self, fill: str) -> "ChainState":
        """Return the state without the proof that a fill was not delivered, if it has one."""
        return replace(self, absences=self.absences.delete(fill)) if fill in self.absences else self

    def market(self, now_ms: int) -> Market:
        """Return what venues of this chain can see."""
        return Market(now_ms=now_ms, spot=self.answer.price)

    def with_venue(self, venue: AnyVenue) -> "ChainState":
        """Return the state with one venue replaced."""
        return replace(self, venues=self.venues.set(venue.id, venue))

    def trade(self, order: Order, taker: str, now_ms: int) -> tuple["ChainState", Fill] | Unfilled:
        """Return the state after `taker` traded at a venue, and the fill.

        Backing is not looked at here: a call checks the accounts it touched once, at its end.
        """
        venue = self.venues.get(order.venue)
        if venue is None:
            raise KeyError(f"{self.chain} has no venue {order.venue}")
        if self._is_in_grace(now_ms) and is_priced_by_oracle(venue):
            return Unfilled(Cause.HALTED, f"{venue.id} waits for the grace period after an outage of {self.chain}")
        outcome = venue.execute(order, self.market(now_ms))
        if isinstance(outcome, Unfilled):
            return outcome
        after, fill = outcome
        memory = self.memories.get(order.venue)
        memories = self.memories if memory is None else self.memories.set(order.venue, memory.after(after, now_ms))
        state = replace(self.with_venue(after), clearing=_booked(self.clearing, fill, taker), memories=memories)
        return state, fill

    def after_fill(self, fill: Fill, taker: str) -> "ChainState":
        """Return the state once the clearing house has booked a fill of a venue that has changed already."""
        return replace(self, clearing=_booked(self.clearing, fill, taker))

    def seen(self, venue_id: str, now_ms: int) -> AnyVenue:
        """Return a venue as it can be used at an instant: one that waits for a grace period is unavailable."""
        venue = self.venues[venue_id]
        if self._is_in_grace(now_ms) and is_priced_by_oracle(venue):
            return replace(venue, status="unavailable")
        return venue.as_seen(now_ms) if isinstance(venue, RfqDesk) else venue

    def woken(self, before_ms: int, block_ms: int) -> "ChainState":
        """Return the state at the start of a block, from its time and that of the block before."""
        guard = self.guard.told(before_ms, block_ms) if self.guard else None
        return self if guard is self.guard else replace(self, guard=guard)

    def _is_in_grace(self, now_ms: int) -> bool:
        return self.guard is not None and not self.guard.allows(now_ms)

    def with_port(self, port: AnyPort) -> "ChainState":
        """Return the state with one bridge end replaced, once it has paid the transfers in its queue that it can."""
        after: AnyPort
        after, paid = port.pay_out()
        clearing = self.clearing
        for transfer in paid:
            clearing = clearing.change(transfer.account, cash=transfer.cash)
        return replace(self, clearing=clearing, bridges=self.bridges.set(port.id, after))

    def totals(self) -> tuple[int, int]:
        """Return all USDC and all wei on the chain: constant but for what bridges and gas account for."""
        cash, ether = self.clearing.totals()
        cash += self.escrow.total() + sum(port.held for port in self.bridges.values())
        for venue in self.venues.values():
            held = venue.reserves()
            cash, ether = cash + held.get(USDC, 0), ether + held.get(ETH, 0)
        for lock in self.hashlocks.values():
            locked = lock.holdings()
            cash, ether = cash + locked.get(USDC, 0), ether + locked.get(ETH, 0)
        ether += sum(deposit.wei for deposit in self.escrow.deposits.values())
        staked = self.stakes.total() if self.stakes else 0
        return cash, ether + sum(self.wallets.values()) + self.burned + staked


def _booked(clearing: ClearingHouse, fill: Fill, taker: str) -> ClearingHouse:
    """Return the clearing house after a fill. A spot pool keeps its reserves itself: it has no account."""
    order = fill.order
    sign = 1 if order.side == "buy" else -1
    quantity, cash = sign * order.quantity, -sign * fill.cash
    if order.instrument == ETH:
        return clearing.change(taker, ether=quantity, cash=cash)
    clearing = clearing.change(taker, positions=positions_of(order.instrument, quantity), cash=cash)
    for share in fill.shares:
        positions = positions_of(order.instrument, share.quantity) if share.quantity else None
        clearing = clearing.change(share.account, positions=positions, cash=share.cash)
    return clearing
