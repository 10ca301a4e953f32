"""The router of Balancer as a peer: `@balancer-labs/sor` in a process of its own.

The package is under GPL-3.0, so nothing of it is imported, copied or kept: npm installs it into a temporary folder
for the time of a benchmark, and numbers cross as JSON. Without node, npm or a registry its rows say so.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.routing_network.cow import sample

PACKAGES = (
    "@balancer-labs/sor@4.1.3",
    *(
        f"@ethersproject/{name}@5.7.0"
        for name in ("abi", "address", "bignumber", "constants", "contracts", "providers")
    ),
)
SCRIPT = Path(__file__).with_name("sor_process.cjs")
INSTALL_S, RUN_S = 180, 300
UNIT = 10**18
SWAP_GAS = 100_000
"""Gas of a swap, as it is told to the package: only the product with the gas price matters."""

TURNS = 6
"""Answers asked of it for each trade; the first reads the pools and finds the paths."""


class UnavailableError(Exception):
    """The package cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What the package is asked."""

    amount: float
    sold: str
    bought: str
    most_pools: int
    cost_eth: float
    """What it is told that a pool costs; zero for none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What it answers: value received, the pools it uses, and milliseconds."""

    value: float
    pools: frozenset[int]
    first_ms: float
    later_ms: float


def answers(trades: list[Trade]) -> list[Answer]:
    """Return what the package makes of trades over the pools of the real auction.

    Raises `UnavailableError` where it cannot be had.
    """
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise UnavailableError("there is no node with npm on this machine")
    with tempfile.TemporaryDirectory() as folder:
        flags = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-save")
        _ran([npm, "install", *flags, *PACKAGES], folder, "", INSTALL_S)
        found = json.loads(_ran([node, str(SCRIPT)], folder, json.dumps(_question(trades)), RUN_S))
    return [_answer(each) for each in found]


def _ran(command: list[str], folder: str, given: str, seconds: int) -> str:
    """Run a command in a folder; return what it printed."""
    try:
        done = subprocess.run(
            command, cwd=folder, input=given, capture_output=True, text=True, check=True, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"{Path(command[0]).name} took more than {seconds} s") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "").strip().splitlines()
        why = next((line for line in said if "error" in line.lower()), said[-1] if said else "no message")
        raise UnavailableError(f"{Path(command[0]).name} failed: {why[:160]}") from error
    return done.stdout


def _question(trades: list[Trade]) -> dict[str, Any]:
    """Return pools and trades as the package takes them, every token with 18 decimals."""
    tokens = list(sample()["tokens"])
    address = {name: f"0x{number + 1:040x}" for number, name in enumerate(tokens)}
    return {
        "nobody": f"0x{0:040x}",
        "pools": [_pool(number, pool, address) for number, pool in enumerate(sample()["pools"])],
        "native": {address[name]: repr(1 / price) for name, price in sample()["tokens"].items()},
        "swapGas": str(SWAP_GAS),
        "turns": TURNS,
        "trades": [
            {
                "sold": address[trade.sold],
                "bought": address[trade.bought],
                "amount": str(round(trade.amount * UNIT)),
                "maxPools": trade.most_pools,
                "gasPrice": str(round(trade.cost_eth * UNIT / SWAP_GAS)),
            }
            for trade in trades
        ],
    }


def _pool(number: int, pool: dict[str, Any], address: dict[str, str]) -> dict[str, Any]:
    """Return a pool as a weighted one; constant product is the one with equal weights."""
    weights = (pool["weight_first"], 1 - pool["weight_first"])
    tokens = [
        {
            "address": address[name],
            "balance": f"{held:.18f}",
            "decimals": 18,
            "priceRate": "1",
            "weight": f"{weight:.18f}",
        }
        for name, held, weight in zip(pool["tokens"], pool["reserves"], weights, strict=True)
    ]
    place = f"0x{1000 + number:040x}"
    return {
        "id": place + f"{number:024x}",
        "address": place,
        "poolType": "Weighted",
        "swapFee": f"{1 - pool['gamma']:.18f}",
        "swapEnabled": True,
        "totalShares": "100",
        "totalWeight": "1",
        "tokens": tokens,
        "tokensList": [token["address"] for token in tokens],
    }


def _answer(found: dict[str, Any]) -> Answer:
    pools = frozenset(int(swap["pool"][-24:], 16) for swap in found["swaps"])
    return Answer(int(found["returned"]) / UNIT, pools, found["first_ms"], found["later_ms"])
