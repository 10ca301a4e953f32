"""Whether a step goes to the public pool or to builders alone, by what each way is expected to cost.

In public, a trade at a curve can be traded around: at worst it is filled at its bounds. How likely that is, anybody can
read off the blocks: of the trades that others sent lately, some stood between two opposite trades of one account at the
same venue. In private nobody sees it, but it waits for a block of a builder who has it, and the builder is paid more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, runtime_checkable

from auction.settlement.plan import Step
from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.chain_state import ChainState
from venues.chains.transaction import Transaction
from venues.markets.clob import OrderBook
from venues.markets.venue import Order, Unfilled
from venues.world import World

MILLION: Final = 1_000_000
PERCENT: Final = 100

MEMORY: Final = 500
"""Trades of a chain that are remembered."""

PRIOR_TRADES: Final = 20
PRIOR_SURROUNDED: Final = 1
"""What is taken as seen before anything is: one trade in twenty stood between two others."""


@runtime_checkable
class _SendsOrders(Protocol):
    @property
    def orders(self) -> tuple[Order, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRules:
    """How private inclusion is used."""

    builders: Mapping[str, Mapping[str, int]]
    """By chain, who takes private transactions, and how many of a million blocks each makes."""

    patience_blocks: int
    """Blocks after which a step that nobody included is sent to the public pool."""

    premium_percent: int
    """What builders are offered, as a percentage of the public offer; at least 100."""

    delay_ppm: int
    """What one block of waiting is taken to cost, in millionths of what is traded."""

    choice: Literal["priced", "always"] = "priced"
    """Whether the cheaper way is taken, or the private one wherever there is one."""

    def names(self, chain: str) -> frozenset[str]:
        """Return who takes private transactions on a chain."""
        return frozenset(self.builders.get(chain, {}))

    def wait_blocks(self, chain: str) -> float:
        """Return how many blocks more than in public a step waits on average, up to the patience."""
        missed = 1 - sum(self.builders[chain].values()) / MILLION
        return sum(missed**number for number in range(1, self.patience_blocks + 1))


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of the trades on one chain: for each, whether another account traded before and after it."""

    trades: tuple[bool, ...] = ()

    def after(self, block: Sequence[Transaction[ChainState]]) -> "Sight":
        """Return what is known after a block's transactions, in their order."""
        found = tuple(_surrounded(block))
        return Sight((*self.trades, *found)[-MEMORY:]) if found else self

    @property
    def share(self) -> float:
        """Share of trades that stood between two of another account, cautious while little was seen."""
        return (sum(self.trades) + PRIOR_SURROUNDED) / (len(self.trades) + PRIOR_TRADES)


@dataclass(slots=True)
class PrivateRoute:
    """The rule with all that was seen."""

    rules: PrivateRules
    _sights: dict[str, Sight] = field(default_factory=dict)

    def fork(self) -> "PrivateRoute":
        """Return an independent copy."""
        return PrivateRoute(self.rules, dict(self._sights))

    def look(self, world: World, chain_id: str) -> None:
        """Take note of the last block of a chain."""
        making = world.chain(chain_id).making
        if making is not None and self.rules.names(chain_id):
            self._sights[chain_id] = self._sights.get(chain_id, Sight()).after(making.chosen)

    def is_private(self, world: World, step: Step, sender: str, price_wei: int) -> bool:
        """Return whether a step goes to builders alone if `price_wei` would be offered for its gas in public."""
        if not self.rules.names(step.chain) or not isinstance(step.call, _SendsOrders) or not step.call.orders:
            return False
        if self.rules.choice == "always":
            return True
        state = world.state(step.chain)
        found = exposure(state, step.call.orders, sender, world.now_ms)
        public = found.loss * self._sights.get(step.chain, Sight()).share
        more_wei = step.call.gas * price_wei * (self.rules.premium_percent - PERCENT) // PERCENT
        premium = more_wei * state.answer.price * USDC_UNIT / (ETH_UNIT * PRICE_UNIT)
        delay = found.traded * self.rules.delay_ppm / MILLION * self.rules.wait_blocks(step.chain)
        return public > premium + delay


@dataclass(frozen=True, slots=True)
class Exposure:
    """What others can do to orders, in USDC base units."""

    loss: int
    """Difference between the bounds and the present price, at venues that trade along a curve."""

    traded: int
    """What changes hands there at the present price."""


def exposure(state: ChainState, orders: Sequence[Order], taker: str, now_ms: int) -> Exposure:
    """Return what can be taken from orders that are executed one after the other; nothing if they would not fill.

    Resting orders of a book do not move with a trade that somebody slips in first: books count for nothing.
    """
    loss = traded = 0
    for order in orders:
        outcome = state.trade(order, taker, now_ms)
        if isinstance(outcome, Unfilled):
            return Exposure(0, 0)
        if not isinstance(state.venues[order.venue], OrderBook):
            loss += abs(order.bound - outcome[1].cash)
            traded += outcome[1].cash
        state = outcome[0]
    return Exposure(loss, traded)


def _surrounded(block: Sequence[Transaction[ChainState]]) -> Iterator[bool]:
    """Yield for each trade of a block whether one account traded at its venue both ways, before it and after it."""
    trades = [
        (transaction.sender, order.venue, order.instrument, order.side)
        for transaction in block
        for order in _orders(transaction)
    ]
    for place, (sender, venue, instrument, side) in enumerate(trades):
        before = {who for who, *what in trades[:place] if what == [venue, instrument, side] and who != sender}
        back = {who for who, at, what, way in trades[place + 1 :] if (at, what) == (venue, instrument) and way != side}
        yield bool(before & back)


def _orders(transaction: Transaction[ChainState]) -> tuple[Order, ...]:
    """Return the orders of a call; a trade back is one of them too."""
    call = transaction.call
    if isinstance(call, _SendsOrders):
        return call.orders
    single = getattr(call, "order", None)
    return (single,) if isinstance(single, Order) else ()
