"""The call that settles the sale of a round of the express lane."""

from dataclasses import dataclass, replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.timeboost import Bid, sale_of
from venues.chains.transaction import Applied, Block, Log, Reverted

RESOLVE_GAS: Final = 140_000
"""Two signatures checked, one payment; assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRound:
    """Give the lane to the higher of two bids, at the price of the lower."""

    round: int
    bids: tuple[Bid, ...]
    """The highest two, or the only one."""

    gas: int = RESOLVE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the round sold and paid for."""
        lane = state.express
        if lane is None or not lane.rules.is_settling(self.round, block.time_ms) or lane.is_sold(self.round):
            return Reverted(f"reverted: round {self.round} is not for sale now")
        sale = sale_of(self.bids, self.round, lane.rules)
        if sale is None:
            return Reverted(f"reverted: nobody bids {lane.rules.reserve_wei} wei for round {self.round}")
        left = state.wallets.get(sale.winner, 0) - sale.price_wei
        if left < 0:
            return Reverted(f"reverted: {sale.winner} cannot pay {sale.price_wei} wei")
        wallets = state.wallets.set(sale.winner, left)
        wallets = wallets.set(lane.beneficiary, wallets.get(lane.beneficiary, 0) + sale.price_wei)
        fields = (("round", sale.round), ("winner", sale.winner), ("price", sale.price_wei))
        after = replace(state, wallets=wallets, express=lane.with_sale(sale))
        return Applied(after, (Log("LaneSold", fields),))
