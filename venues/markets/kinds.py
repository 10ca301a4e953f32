"""All kinds of venues that the world knows, told apart by `kind`.

A new venue is one file and one line here.
"""

from venues.markets.clob import OrderBook
from venues.markets.concentrated import ConcentratedPool
from venues.markets.cpmm import SpotPool
from venues.markets.hybrid import Hybrid
from venues.markets.option_amm import OptionAmm
from venues.markets.stable_swap import StablePool
from venues.markets.tick_option_amm import TickOptionAmm
from venues.markets.weighted import WeightedPool

AnyVenue = ConcentratedPool | Hybrid | OptionAmm | OrderBook | SpotPool | StablePool | TickOptionAmm | WeightedPool
"""The venues of the world."""
