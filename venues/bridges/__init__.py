"""Bridges: how USDC gets from one chain to another, and what each way of doing so rests on."""

from venues.bridges.canonical import CanonicalPort
from venues.bridges.fast import FastPort
from venues.bridges.kinds import AnyPort
from venues.bridges.latency import Latency
from venues.bridges.light_client import LightClientPort
from venues.bridges.liquidity import BridgePort
from venues.bridges.optimistic import OptimisticPort
from venues.bridges.till import Till
from venues.bridges.transfer import Loss, Transfer
from venues.bridges.wait import Wait

__all__ = [
    "AnyPort",
    "BridgePort",
    "CanonicalPort",
    "FastPort",
    "Latency",
    "LightClientPort",
    "Loss",
    "OptimisticPort",
    "Till",
    "Transfer",
    "Wait",
]
