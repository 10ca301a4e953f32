"""Calls that keep a chain's contracts going: oracle answers, quotes, arbitrage, bridges, expiry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.options import PAYOFF_SCALE, OptionSeries, expiry_label
from venues.calls.gas import BRIDGE_GAS
from venues.calls.trading import trade_all
from venues.chain_state import Answer, ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.markets.clob import OrderBook, Quote, requote, withdraw
from venues.markets.venue import Order
from venues.oracles.twap import EXPIRY_WINDOW_MS, time_weighted_mean
from venues.sightings import observed_by

POST_GAS = 65_000
REQUOTE_GAS = 60_000
REQUOTE_GAS_PER_QUOTE = 9_000
EXPIRY_GAS = 80_000
EXPIRY_GAS_PER_ACCOUNT = 35_000

Ladders = Mapping[str, tuple[tuple[Quote, ...], tuple[Quote, ...]]]
"""Bids and asks of each instrument, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAnswer:
    """Publish an oracle answer."""

    price: int
    observed_ms: int
    signers: tuple[int, ...] = ()
    gas: int = POST_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the answer in force, unless a newer one is already there."""
        if self.observed_ms < state.answer.observed_ms:
            return Reverted("stale: a newer answer is in force")
        after = state.with_answer(Answer(self.price, block.time_ms, self.observed_ms, self.signers))
        fields = (("price", self.price), ("observed_ms", self.observed_ms))
        return Applied(after, (Log("Answered", fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Requote:
    """Replace all resting orders of one maker."""

    venue: str
    maker: str
    ladders: Ladders

    @property
    def gas(self) -> int:
        """Gas, by the number of quotes."""
        return REQUOTE_GAS + REQUOTE_GAS_PER_QUOTE * sum(len(bids) + len(asks) for bids, asks in self.ladders.values())

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the maker's orders replaced, or cut down where orders may only be taken back."""
        venue = state.venues.get(self.venue)
        if not isinstance(venue, OrderBook):
            return Reverted(f"reverted: {self.venue} is not an order book")
        if venue.status == "cancel_only":
            return Applied(state.with_venue(withdraw(venue, self.maker, self.ladders)))
        if venue.status != "available":
            return Reverted(f"halted: {self.venue} is {venue.status}")
        return Applied(state.with_venue(requote(venue, self.maker, self.ladders)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Execute a trader's own orders."""

    trader: str
    orders: tuple[Order, ...]
    venue_gas: int

    @property
    def gas(self) -> int:
        """Gas of the venue orders."""
        return self.venue_gas

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state after the orders."""
        traded = trade_all(state, self.orders, self.trader, block)
        if isinstance(traded, Reverted):
            return traded
        after = traded.state
        lacking = after.clearing.uncovered(traded.touched)
        if lacking is not None:
            return Reverted(f"undercollateralised: {lacking}")
        return Applied(after, (Log("Traded", (("trader", self.trader),)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeOut:
    """Pay USDC from a clearing account into a bridge, to be paid out on its other chain."""

    bridge: str
    account: str
    cash: int
    gas: int = BRIDGE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the cash in the bridge."""
        port = state.bridges[self.bridge]
        refused = port.refusal(self.cash)
        if refused is not None:
            return Reverted(refused)
        arriving, bonus = self.cash - port.fee(self.cash), port.bonus(self.cash)
        if arriving <= 0:
            return Reverted(f"uneconomic: {self.cash} does not cover the bridge fee")
        clearing = state.clearing.change(self.account, cash=-self.cash)
        if clearing.account(self.account).cash < 0 or clearing.uncovered([self.account]):
            return Reverted(f"undercollateralised: {self.account} cannot send {self.cash}")
        after = replace(state, clearing=clearing).with_port(port.received(self.cash))
        fields = (("bridge", self.bridge), ("account", self.account), ("cash", arriving), ("to", port.peer))
        return Applied(after, (Log("Bridged", (*fields, ("fee", bonus)) if bonus else fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleExpiry:
    """Pay out an expiry at the mean of the oracle's answers over the half hour before it."""

    expiry_ms: int
    accounts: int
    """Number of accounts the keeper expects to settle: it sets the gas."""

    @property
    def gas(self) -> int:
        """Gas, by the number of accounts."""
        return EXPIRY_GAS + EXPIRY_GAS_PER_ACCOUNT * self.accounts

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the expiry settled."""
        if block.time_ms < self.expiry_ms or self.expiry_ms not in state.clearing.expired(block.time_ms):
            return Reverted(f"reverted: nothing of {expiry_label(self.expiry_ms)} to settle")
        price = time_weighted_mean(state.answers, self.expiry_ms - EXPIRY_WINDOW_MS, self.expiry_ms)
        if price is None:
            return Reverted("stale: no oracle price")
        exotic = state.clearing.exotics(self.expiry_ms)
        seen = observed_by(state, self.expiry_ms, exotic)
        clearing = state.clearing.settle(self.expiry_ms, price, block.time_ms, seen)
        fields = (("expiry", expiry_label(self.expiry_ms)), ("price", price))
        logs = (Log("Expired", fields), *_lapsed(state, exotic, price))
        return Applied(replace(state, clearing=clearing), logs)


def _lapsed(state: ChainState, exotic: Sequence[OptionSeries], price: int) -> Iterator[Log]:
    """Yield what American options would still have paid that nobody exercised, in USDC base units."""
    open_interest = state.clearing.open_interest()
    for series in exotic:
        worth = open_interest[series.symbol] * series.intrinsic(price) // PAYOFF_SCALE
        if series.style == "american" and worth:
            holders = sum(a.positions.get(series.symbol, 0) > 0 for a in state.clearing.accounts.values())
            fields = (("symbol", series.symbol), ("price", price), ("worth", worth), ("holders", holders))
            yield Log("Lapsed", fields)
