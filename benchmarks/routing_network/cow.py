"""A real auction of CoW Protocol: pools of two tokens with what each costs in gas, and trades through them.

From `cowprotocol/simple-solver-template`; licence and what was taken are in `tests/vectors/routing`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.routing_network.instances import Instance
from solvers.routing.network.compiled import Floats
from solvers.routing.network.markets import Pairs
from solvers.routing.network.network import Network, swap

SAMPLE = Path(__file__).parents[2] / "tests" / "vectors" / "routing" / "cow_sample_auction.json"

TRADES = (
    (1.0, "WETH", "USDC"),
    (50.0, "WETH", "USDC"),
    (1000.0, "WETH", "USDC"),
    (1e4, "DAI", "WBTC"),
    (5000.0, "BAL", "USDC"),
)
"""Amounts, from a trifle to a large order."""


@cache
def sample() -> dict[str, Any]:
    """Return the auction as published, trimmed to pools of two tokens."""
    return json.loads(SAMPLE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def network() -> tuple[Network, list[str], Floats]:
    """Return the pools, the names of the tokens, and the cost of each pool in ETH."""
    pools, tokens = sample()["pools"], sample()["tokens"]
    place = {name: number for number, name in enumerate(tokens)}
    ends = np.array([[place[pool["tokens"][side]] for pool in pools] for side in (0, 1)], dtype=np.int64)
    held = np.array([[pool["reserves"][side] for pool in pools] for side in (0, 1)])
    weight, gamma = (np.array([pool[key] for pool in pools]) for key in ("weight_first", "gamma"))
    pairs = Pairs(ends[0].copy(), ends[1].copy(), held[0].copy(), held[1].copy(), weight, gamma)
    return Network(tokens=len(tokens), pairs=pairs), list(tokens), np.array([pool["cost_eth"] for pool in pools])


def trade(amount: float, sold: str, bought: str) -> tuple[Instance, Floats]:
    """Return one trade over all pools, and what each pool costs in the token that is bought."""
    pools, tokens, costs = network()
    aim = swap(len(tokens), tokens.index(sold), amount, tokens.index(bought))
    return Instance(f"CoW auction, {amount:g} {sold}->{bought}", pools, aim), costs / sample()["tokens"][bought]
