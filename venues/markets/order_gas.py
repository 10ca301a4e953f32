"""Gas that one order takes on a venue as it stands, which is what its sender estimates before sending it.

Most venues take about the same for every order. A pool of concentrated liquidity takes more the more ticks an order
crosses. What happens to the price before the order lands does not change what it is charged.
"""

from typing import Final

from venues.chains.action_gas import SWAP_GAS, SWAP_ONE_TICK_GAS, SWAP_STILL_GAS, SWAP_TICKS_GAS, SWAP_WIDE_GAS
from venues.markets.concentrated import ConcentratedPool
from venues.markets.kinds import AnyVenue
from venues.markets.venue import Order

WORD_BITS: Final = 8
"""A word of the map of initialised ticks spans 2^8 spacings."""


def order_gas(venue: AnyVenue, order: Order) -> int:
    """Return the gas of an order; more than a pool holds is charged as an order across several ticks."""
    if not isinstance(venue, ConcentratedPool):
        return venue.gas
    tick = venue.tick_after(order.side, order.quantity)
    if tick is None:
        return SWAP_TICKS_GAS
    low, high = sorted((venue.tick, tick))
    crossed = sum(low < initialised <= high for initialised, _ in venue.ticks)
    if crossed:
        return SWAP_ONE_TICK_GAS if crossed == 1 else SWAP_TICKS_GAS
    if low == high:
        return SWAP_STILL_GAS
    words = {place // venue.spacing >> WORD_BITS for place in (low, high)}
    return SWAP_GAS if len(words) == 1 else SWAP_WIDE_GAS
