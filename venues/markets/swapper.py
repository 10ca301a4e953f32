"""A trader who swaps ether for dollars, or back, when they feel like it, and allows for some slippage.

They are what a spot pool is there for, and the usual prey of searchers: between the quote they saw and the block their
swap gets into, their bound is all that protects them.
"""

from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, ETH_UNIT
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction
from venues.markets.ladder import ANY_COST
from venues.markets.venue import Order, Side, Unfilled
from venues.seeds import SeedPath, generator
from venues.view import Offer, View

MILLION: Final = 1_000_000
TIP_WEI: Final = 100_000_000
HEADROOM: Final = 3
STEP_WEI: Final = ETH_UNIT // 1_000
"""Sizes are whole thousandths of an ether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapperRules:
    """How a trader trades."""

    period_ms: int
    """Time between two occasions."""

    chance: float
    """Probability that they trade on an occasion."""

    size_median: float
    """Ether."""

    size_spread: float
    """Standard deviation of the logarithm of the size."""

    tolerance_ppm: int
    """How much worse than the quote they take, in millionths of it."""

    fee_quantile: float
    """Of recent prices of gas, what they offer where there is no base fee."""


PRIVATE_BLOCKS: Final = 25
"""Blocks for which builders may include a private swap: the most that Flashbots' relay grants a private transaction.

Source: flashbots/flashbots-docs, `docs/flashbots-auction/searchers/advanced/rpc-endpoint.mdx`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapper:
    """One trader at one spot pool."""

    name: str
    chain: str
    venue: str
    rules: SwapperRules
    offset_ms: int
    seed: SeedPath
    builders: frozenset[str] = frozenset()
    """Who alone is handed its transactions; the public pool if nobody."""

    def next_ms(self, now_ms: int) -> int:
        """Return the time of the next occasion."""
        period = self.rules.period_ms
        return now_ms - (now_ms - self.offset_ms) % period + period

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Swap, if the mood, the money and the pool allow it."""
        chain, state = view.chain(self.chain), view.state(self.chain)
        rng = generator(*self.seed, now_ms)
        mood, toss, draw = float(rng.random()), float(rng.random()), float(rng.lognormal(0.0, self.rules.size_spread))
        if mood >= self.rules.chance or chain.waiting(self.name):
            return ()
        quantity = max(round(self.rules.size_median * draw * ETH_UNIT / STEP_WEI), 1) * STEP_WEI
        order = self._order(state, "buy" if toss < 1 / 2 else "sell", quantity, now_ms)
        if order is None or any(each.transaction.sender == self.name for each in chain.private.values()):
            return ()
        sent, last_block = self._transaction(order, chain, now_ms), chain.number + PRIVATE_BLOCKS
        return (Offer(self.chain, sent, builders=self.builders, last_block=last_block if self.builders else 0),)

    def _order(self, state: ChainState, side: Side, quantity: int, now_ms: int) -> Order | None:
        """Return an order bounded around the pool's quote, if the pool and the account can bear it."""
        venue, account = state.venues[self.venue], state.clearing.account(self.name)
        bound = ANY_COST if side == "buy" else 0
        order = Order(venue=self.venue, instrument=ETH, side=side, quantity=quantity, bound=bound)
        outcome = venue.execute(order, state.market(now_ms))
        if isinstance(outcome, Unfilled):
            return None
        cash, slack = outcome[1].cash, outcome[1].cash * self.rules.tolerance_ppm // MILLION
        bound = cash + slack if side == "buy" else cash - slack
        can_pay = account.cash >= bound if side == "buy" else account.ether >= quantity
        if not can_pay:
            return None
        return Order(venue=self.venue, instrument=ETH, side=side, quantity=quantity, bound=bound)

    def _transaction(self, order: Order, chain: Chain[ChainState], now_ms: int) -> Transaction[ChainState]:
        has_base_fee = chain.rules.base_fee is not None
        going_wei = chain.fee_quantile(self.rules.fee_quantile, 10)
        return Transaction(
            id=f"{self.name}:{now_ms}",
            sender=self.name,
            call=Trade(trader=self.name, orders=(order,), venue_gas=chain.state.venues[order.venue].gas),
            max_fee_wei=chain.base_fee_wei * HEADROOM + TIP_WEI if has_base_fee else going_wei,
            tip_wei=TIP_WEI if has_base_fee else 0,
            submitted_ms=now_ms,
        )
