"""All kinds of venues that the world knows, told apart by `kind`.

A new venue is one file and one line here.
"""

from typing import Final, TypeGuard

from intents.options import parse_series
from venues.markets.batch_book import BatchBook
from venues.markets.clob import OrderBook
from venues.markets.concentrated import ConcentratedPool
from venues.markets.cpmm import SpotPool
from venues.markets.hybrid import Hybrid
from venues.markets.matched_book import MatchedBook
from venues.markets.option_amm import OptionAmm
from venues.markets.rfq import RfqDesk
from venues.markets.stable_swap import StablePool
from venues.markets.tick_option_amm import TickOptionAmm
from venues.markets.venue import Market
from venues.markets.weighted import WeightedPool

AnyVenue = (
    BatchBook
    | ConcentratedPool
    | Hybrid
    | MatchedBook
    | OptionAmm
    | OrderBook
    | RfqDesk
    | SpotPool
    | StablePool
    | TickOptionAmm
    | WeightedPool
)
"""The venues of the world."""

_BLIND: Final = frozenset({"concentrated", "constant_product", "weighted"})
"""Kinds whose ladder depends on the venue alone."""


def is_priced_by_oracle(venue: AnyVenue) -> TypeGuard[Hybrid | OptionAmm | TickOptionAmm]:
    """Return whether a venue trades at a price that follows the oracle of its chain, whatever others traded."""
    return isinstance(venue, Hybrid | OptionAmm | TickOptionAmm)


def what_moves_ladder(venue: AnyVenue, instrument: str, market: Market) -> tuple[int, ...]:
    """Return what the ladder of an instrument depends on besides the venue itself.

    While it is the same, so is the ladder. It may hold more than need be, as it does for kinds not told apart here.
    """
    if venue.kind in _BLIND:
        return ()
    if isinstance(venue, OrderBook):
        return market.spot, int(market.now_ms >= parse_series(instrument).expiry_ms)
    return market.spot, market.now_ms
