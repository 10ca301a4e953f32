"""A sequencer who front-runs: it sees the whole queue, and puts its own orders around those of others.

Nobody can outbid it or be faster: it writes the block. So it needs no public pool, pays nobody for its place, and its
legs stand right before and right after the victim.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from intents.assets import ETH
from venues.adversaries.lookahead import orders_of
from venues.adversaries.sandwich_size import Purse, Sandwich, best_sandwich, opposite
from venues.adversaries.unwind import Unwind
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.ordering.picked import Picked, unit_price
from venues.chains.ordering.producer import Turn
from venues.chains.transaction import Reverted, Transaction
from venues.markets.order_gas import order_gas
from venues.markets.venue import Order

Listed = tuple[Transaction[ChainState], ...]

MOST: Final = 8
"""Sandwiches in one block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontRunningSequencer:
    """Makes sandwiches while it makes blocks."""

    name: str
    venues: tuple[str, ...]
    ether: int
    """Wei in its clearing account when it has no trade open."""

    least_profit: int
    """USDC base units before gas below which it leaves an order alone; its gas is what it pays to the protocol."""

    def build(self, turn: Turn[ChainState]) -> Picked[ChainState]:
        """Return the block with its legs around the orders that have room for them."""
        picked = turn.honest
        if turn.is_closed:
            return picked
        mixed = self._mixed(turn, picked.chosen)
        own = sum(transaction.gas for transaction in mixed if transaction.sender == self.name)
        if not own:
            return picked
        # Its own gas leaves less room: the block is picked anew, and the legs fitted to what is left.
        picked = turn.without(frozenset(), own)
        return replace(picked, chosen=self._mixed(turn, picked.chosen))

    def _mixed(self, turn: Turn[ChainState], chosen: Sequence[Transaction[ChainState]]) -> Listed:
        """Return the transactions in order, with legs around some."""
        mixed: list[Transaction[ChainState]] = []
        state, count = turn.state, 0
        for place, transaction in enumerate(chosen):
            # What the L1 forces into a block stands at its head, and nothing gets between.
            is_free = place >= len(turn.forced) and count < MOST
            legs = self._legs(state, transaction, turn, count) if is_free else None
            group = (transaction,) if legs is None else (legs[0], transaction, legs[1])
            count += legs is not None
            for each in group:
                state = _after(state, each, turn)
            mixed += group
        return tuple(mixed)

    def _legs(
        self, state: ChainState, victim: Transaction[ChainState], turn: Turn[ChainState], count: int
    ) -> tuple[Transaction[ChainState], Transaction[ChainState]] | None:
        """Return the two legs around a transaction, if it has an order that is worth it."""
        market = state.market(turn.block.time_ms)
        best: tuple[str, Sandwich] | None = None
        for venue_id in self.venues:
            orders = orders_of(victim, venue_id)
            account = state.clearing.account(self.name)
            purse = Purse(cash=account.cash, ether=account.ether)
            found = best_sandwich(state.venues[venue_id], orders, market, purse) if orders else None
            if found is not None and (best is None or found.profit > best[1].profit):
                best = venue_id, found
        if best is None or best[1].profit < self.least_profit:
            return None
        opening, closing = self._calls(*best, state)
        first, last = self._own(opening, turn, f"{count}:first"), self._own(closing, turn, f"{count}:last")
        # What else the victim's call does may fail where its order alone does not.
        if isinstance(victim.call.apply(_after(state, first, turn), turn.block), Reverted):
            return None
        return first, last

    def _calls(self, venue_id: str, sandwich: Sandwich, state: ChainState) -> tuple[Trade, Unwind]:
        name = sandwich.instrument
        first = Order(
            venue=venue_id,
            instrument=name,
            side=sandwich.side,
            quantity=sandwich.quantity,
            bound=sandwich.first_cash,
        )
        last = replace(first, side=opposite(sandwich.side), bound=sandwich.first_cash)
        home, gas = self.ether if name == ETH else 0, order_gas(state.venues[venue_id], first)
        return (
            Trade(trader=self.name, orders=(first,), venue_gas=gas),
            Unwind(trader=self.name, order=last, home=home, venue_gas=gas),
        )

    def _own(self, call: Trade | Unwind, turn: Turn[ChainState], label: str) -> Transaction[ChainState]:
        return Transaction(
            id=f"{self.name}:{turn.block.number}:{label}",
            sender=self.name,
            call=call,
            max_fee_wei=turn.desk.base_fee_wei,
            submitted_ms=turn.block.time_ms,
        )


def _after(state: ChainState, transaction: Transaction[ChainState], turn: Turn[ChainState]) -> ChainState:
    """Return the state after a transaction; what its posting costs is left out, for it moves no venue."""
    price_wei = unit_price(transaction, turn.desk.rules, turn.desk.base_fee_wei)
    paid = state.pay_gas(transaction.sender, price_wei * transaction.gas)
    if paid is None:
        return state
    outcome = transaction.call.apply(paid, turn.block)
    return paid if isinstance(outcome, Reverted) else outcome.state
