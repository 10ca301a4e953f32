"""One swap between two parties on two chains, and what of it can be seen on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from venues.chain_state import ChainState
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.confirmation import Level
from venues.chains.inclusion import P99, inclusion_ms
from venues.htlc.calls import OPEN_GAS
from venues.htlc.ladder import Timing
from venues.htlc.lock import HashLock, LockTerms, Side, hash_of
from venues.htlc.timelocks import Schedule
from venues.view import View


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that changes hands."""

    asset: Literal["USDC", "ETH"]
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """What two parties agreed on, but for the timelocks: those are set when the first lock is opened."""

    id: str
    maker: str
    taker: str
    source: str
    """CAIP-2 id of the chain where the maker gives."""

    destination: str
    given: Holding
    """By the maker."""

    taken: Holding
    deposit_wei: int
    """Safety deposit of each lock."""

    secret: str
    """The maker's, 32 bytes in hex; others learn it when it is out."""

    start_ms: int
    until_ms: int
    """Last instant at which the maker still opens it."""

    goes_through: bool = True
    """Whether the maker shows the secret; otherwise they let the swap lapse."""

    def terms(self, side: Side, schedule: Schedule) -> LockTerms:
        """Return the terms of one of its locks."""
        holding = self.given if side == "source" else self.taken
        return LockTerms(
            id=self.id,
            side=side,
            hash=hash_of(self.secret),
            maker=self.maker,
            taker=self.taker,
            asset=holding.asset,
            amount=holding.amount,
            deposit_wei=self.deposit_wei,
            schedule=schedule,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRules:
    """How parties go about swaps."""

    bidding: Bidding
    levels: Mapping[str, Level]
    """Confirmation level that a block of each chain must reach to count as final."""

    period_ms: int
    """How often a party looks at the chains."""

    margin_percent: int
    """Inclusion times that a schedule allows for, as a percentage of what is measured when it is made."""

    longest_ms: int
    """Longest time for which a maker lets something be locked."""

    allowances: Mapping[str, int] = field(default_factory=dict)
    """Time, in milliseconds, that a schedule gives a transaction on a chain at least: an outage to be survived, or the
    window of forced inclusion."""

    def timing(self, chain: Chain[ChainState], now_ms: int, percent: int = 100) -> Timing:
        """Return what a chain shows of its times now: inclusion from the instant a party could act, and finality."""
        landing_ms = inclusion_ms(chain, self.bidding, OPEN_GAS, now_ms) * percent // 100
        return Timing(
            inclusion_ms=self.period_ms + max(landing_ms, self.allowances.get(chain.id, 0)),
            finality_ms=chain.finality_ms(self.levels[chain.id], P99),
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """A swap as it stands on both chains."""

    swap: Swap
    source: HashLock | None
    destination: HashLock | None
    stands: bool = False
    """Whether the destination makes no blocks at the instant at which the secret would be shown."""

    @property
    def shown_ms(self) -> int | None:
        """Instant at which the maker shows the secret to everybody, unless something ends before; `None` if never.

        That is when both locks can be withdrawn from, the destination not yet in public, and its chain goes on.
        """
        source, destination, at_ms = self.source, self.destination, self.ripe_ms
        if source is None or destination is None or at_ms is None or self.stands or not self.swap.goes_through:
            return None
        if destination.terms != self.swap.terms("destination", source.terms.schedule):
            return None
        is_late = at_ms > destination.opened_ms + destination.terms.timelocks.public_withdrawal_ms
        is_over = any(lock.state != "locked" and lock.ended_ms < at_ms for lock in (source, destination))
        return None if is_late or is_over else at_ms

    @property
    def ripe_ms(self) -> int | None:
        """First instant at which both locks can be withdrawn from; `None` until both are opened."""
        if self.source is None or self.destination is None:
            return None
        return max(lock.opened_ms + lock.terms.timelocks.withdrawal_ms for lock in (self.source, self.destination))

    def is_out(self, now_ms: int) -> bool:
        """Return whether everybody knows the secret: it was shown, or used on a chain."""
        used = any(lock is not None and lock.secret for lock in (self.source, self.destination))
        return used or (self.shown_ms is not None and now_ms >= self.shown_ms)


def look(view: View, swap: Swap) -> Sight:
    """Return a swap as it stands."""
    source, destination = view.state(swap.source).hashlocks, view.state(swap.destination).hashlocks
    seen = Sight(swap, source.get(swap.id), destination.get(swap.id))
    ripe_ms = seen.ripe_ms
    stands = ripe_ms is not None and view.chain(swap.destination).is_down(ripe_ms)
    return replace(seen, stands=stands)
