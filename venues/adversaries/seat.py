"""What all searchers have in common: who they are, where they trade, how often they look, and how they bid for a place.

Where the price of gas decides the order, a searcher pays for its place: a wei more than the transaction it goes before,
a wei less than the one it follows, and more than other searchers who want the same, up to what the trade earns. Where
transactions are served as they come, only speed counts, and speed is a lot drawn anew for every attempt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.adversaries.lookahead import price_of
from venues.adversaries.sandwich_size import Purse
from venues.adversaries.unwind import CHECK_GAS, Unwind
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.fees.replacement import BUMP_PERCENT
from venues.chains.transaction import Transaction
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order
from venues.seeds import SeedPath, generator
from venues.truth import Truth

HEADROOM: Final = 3
"""Base fees that a transaction can pay, should the base fee rise before it gets in."""

TIP_WEI: Final = 100_000_000
"""Tip where nothing has to be outbid."""

GOING_QUANTILE: Final = 0.8
"""Of recent prices, where there is no base fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One searcher on one chain."""

    name: str
    chain: str
    venues: tuple[str, ...]
    rivals: frozenset[str] = frozenset()
    """Other searchers on the chain, whose transactions are to be outbid and not to be traded on."""

    sees_pool: bool
    """Whether waiting transactions are public; else there are only blocks to go by."""

    period_ms: int
    offset_ms: int
    latency_ms: tuple[int, int]
    """Least and most time from a decision to the arrival of its transaction where the first come are served first."""

    ether: int
    """Wei in its clearing account when it has no trade open."""

    least_profit: int
    """USDC base units after gas below which it does nothing."""

    seed: SeedPath

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def home(self, instrument: str) -> int:
        """Return what the account holds of an instrument when no trade is open."""
        return self.ether if instrument == ETH else 0

    def purse(self, state: ChainState) -> Purse:
        """Return what it may put into a first leg."""
        account = state.clearing.account(self.name)
        return Purse(cash=account.cash, ether=account.ether)

    @property
    def unseen(self) -> frozenset[str]:
        """Senders whose waiting transactions it does not trade on: itself and its rivals."""
        return self.rivals | {self.name}

    def is_news(self, transaction: Transaction[ChainState], now_ms: int) -> bool:
        """Return whether a transaction came since the searcher looked last."""
        return transaction.sender not in self.unseen and transaction.submitted_ms > now_ms - self.period_ms

    def trade(self, label: str, order: Order, terms: "Terms") -> Transaction[ChainState]:
        """Return a first leg."""
        gas = order_gas(terms.chain.state.venues[order.venue], order)
        return self._transaction(label, Trade(trader=self.name, orders=(order,), venue_gas=gas), terms)

    def unwind(self, label: str, order: Order, terms: "Terms") -> Transaction[ChainState]:
        """Return a second leg."""
        gas, home = order_gas(terms.chain.state.venues[order.venue], order), self.home(order.instrument)
        return self._transaction(label, Unwind(trader=self.name, order=order, home=home, venue_gas=gas), terms)

    def _transaction(self, label: str, call: Trade | Unwind, terms: "Terms") -> Transaction[ChainState]:
        max_fee_wei, tip_wei = fees(terms.chain, terms.price_wei)
        delay_ms = self._delay_ms(terms.now_ms) if terms.chain.rules.arrival is not None else 0
        return Transaction(
            id=f"{self.name}:{label}:{terms.now_ms}",
            sender=self.name,
            call=call,
            max_fee_wei=max_fee_wei,
            tip_wei=tip_wei,
            submitted_ms=terms.now_ms + delay_ms,
        )

    def _delay_ms(self, now_ms: int) -> int:
        low, high = self.latency_ms
        return int(generator(*self.seed, "latency", now_ms).integers(low, high + 1))


@dataclass(frozen=True, slots=True)
class Terms:
    """Where, at what price of gas, and when a transaction is sent."""

    chain: Chain[ChainState]
    price_wei: int
    now_ms: int


def fees(chain: Chain[ChainState], price_wei: int) -> tuple[int, int]:
    """Return the most that a transaction pays for a unit of gas and its tip, if it is to pay a price next."""
    if chain.rules.base_fee is None:
        return price_wei, 0
    tip_wei = max(price_wei - chain.base_fee_wei, 0)
    return chain.base_fee_wei * HEADROOM + tip_wei, tip_wei


def going_price(chain: Chain[ChainState]) -> int:
    """Return what gets a transaction in where nothing has to be outbid, in wei for a unit of gas."""
    if chain.rules.base_fee is None:
        return chain.fee_quantile(GOING_QUANTILE, 10)
    return chain.base_fee_wei + (0 if chain.rules.arrival is not None else TIP_WEI)


def before(price_wei: int, others: Iterable[Transaction[ChainState]], chain: Chain[ChainState]) -> int:
    """Return the least price that goes before a transaction at `price_wei` and before all others that want to."""
    return max([price_wei, *(price_of(other, chain) for other in others)]) + 1


def behind(price_wei: int, chain: Chain[ChainState]) -> int:
    """Return the price that goes right after a transaction at `price_wei`; the base fee is the least."""
    return max(price_wei - 1, chain.base_fee_wei)


def raised(old: Transaction[ChainState], price_wei: int, chain: Chain[ChainState]) -> int:
    """Return the least price from `price_wei` on at which a pool takes a replacement of a transaction."""
    if chain.rules.base_fee is None:
        return max(price_wei, -(-old.max_fee_wei * BUMP_PERCENT // 100), old.max_fee_wei + 1)
    tip_wei = max(-(-old.tip_wei * BUMP_PERCENT // 100), old.tip_wei + 1)
    room_wei = max(-(-old.max_fee_wei * BUMP_PERCENT // 100), old.max_fee_wei + 1)
    return max(price_wei, chain.base_fee_wei + tip_wei, room_wei - chain.base_fee_wei * (HEADROOM - 1))


def gas_cost(gas: int, price_wei: int, truth: Truth, now_ms: int) -> int:
    """Return what gas costs, in USDC base units, rounded up."""
    return -(-gas * price_wei * truth.price(now_ms) * USDC_UNIT // (ETH_UNIT * PRICE_UNIT))


def leg_gas(state: ChainState, order: Order) -> int:
    """Return the mean gas of two legs; the second looks at the account first."""
    return order_gas(state.venues[order.venue], order) + CHECK_GAS // 2
