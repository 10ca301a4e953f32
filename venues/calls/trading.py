"""Venue orders within a call: all of them, or none."""

from collections.abc import Iterable
from dataclasses import dataclass

from venues.chain_state import ChainState
from venues.chains.transaction import Block, Reverted
from venues.markets.venue import Fill, Order, Unfilled


@dataclass(frozen=True, slots=True)
class Traded:
    """What came of orders that all went through."""

    state: ChainState
    touched: frozenset[str]
    """Accounts on either side."""

    fills: tuple[Fill, ...]


def trade_all(state: ChainState, orders: Iterable[Order], taker: str, block: Block) -> Traded | Reverted:
    """Return what comes of all orders, or the refusal of the first that fails."""
    touched, fills = {taker}, []
    for place, order in enumerate(orders):
        outcome = state.trade(order, taker, block.time_ms)
        if isinstance(outcome, Unfilled):
            return Reverted(f"{outcome.cause}: {outcome.detail}", place)
        state, fill = outcome
        touched.update(share.account for share in fill.shares)
        fills.append(fill)
    return Traded(state, frozenset(touched), tuple(fills))
