"""The second leg of a searcher's trade: it does nothing unless the first one went through.

A searcher's contract looks at what it holds before it trades back, so that a first leg that failed costs its gas and
no more.
"""

from dataclasses import dataclass
from typing import Final

from intents.assets import ETH
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Reverted
from venues.markets.venue import Order

CHECK_GAS: Final = 5_000
"""Two reads of storage and a comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwind:
    """Trade back what is held beyond an account's home, and no more than that."""

    trader: str
    order: Order
    home: int
    """What the account holds of the instrument when it has no trade open."""

    venue_gas: int

    @property
    def gas(self) -> int:
        """Gas of the venue order and of the look at the account."""
        return self.venue_gas + CHECK_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state after the trade, or a revert if nothing of the sort is open."""
        surplus = held(state, self.trader, self.order.instrument) - self.home
        if self.order.side == "buy":
            surplus = -surplus
        if surplus < self.order.quantity:
            return Reverted(f"reverted: {self.trader} has no {self.order.instrument} to trade back")
        return Trade(trader=self.trader, orders=(self.order,), venue_gas=self.venue_gas).apply(state, block)


def held(state: ChainState, owner: str, instrument: str) -> int:
    """Return the base units of an instrument in somebody's clearing account."""
    account = state.clearing.account(owner)
    return account.ether if instrument == ETH else account.positions.get(instrument, 0)
