"""All kinds of bridges that the world knows."""

from venues.bridges.canonical import CanonicalPort
from venues.bridges.fast import FastPort
from venues.bridges.light_client import LightClientPort
from venues.bridges.liquidity import BridgePort
from venues.bridges.optimistic import OptimisticPort

AnyPort = BridgePort | CanonicalPort | FastPort | LightClientPort | OptimisticPort
"""One end of a bridge of any kind."""
