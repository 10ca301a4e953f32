"""Everybody else's transactions: the demand for block space that a scenario's own traffic competes with.

They are kept as arrays, because there are many and nothing but price, gas and patience matters. Most senders offer
about what their wallet recommends; an eager quarter adds to it, and one in fifty pays whatever it takes. A sender
who is not served withdraws after a while. All of it is drawn on arrival, so that one more transaction in a block
changes nobody else's mind.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from venues.chains.action_gas import TRANSFER_GAS
from venues.seeds import Generator

Wei = NDArray[np.int64]

GAS_SIZES: Final = (TRANSFER_GAS, 60_000, 150_000, 350_000)
"""Gas of a transfer, a token transfer, a swap, a larger contract call."""

GWEI: Final = 10**9

EAGER_SHARE: Final = 0.25
"""Share of senders who add `DemandStep.premium`."""

DESPERATE_SHARE: Final = 0.02
"""Share of senders who add `DemandStep.rush`."""

TIP_DIVISOR: Final = 10
"""Where there is a base fee, everybody else tips the producer up to the most they pay over this."""


@dataclass(frozen=True, slots=True)
class DemandStep:
    """Demand during one stretch of time."""

    start_ms: int
    rate_per_s: float
    """Transactions that arrive each second."""

    level_gwei: float
    """Median of the price that the wallets recommend: the most a transaction pays."""

    spread: float
    """Standard deviation of the logarithm of the price around the level."""

    gas_shares: tuple[float, ...]
    """Share of each of `GAS_SIZES`."""

    premium: float = 0.0
    """Mean of what eager senders add to the logarithm of their price; uniform from zero to twice as much."""

    rush: float = 0.0
    """Mean of what desperate senders add to their price, as a multiple of it; exponential."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand over time: steps in order of their start, the last one open-ended."""

    steps: tuple[DemandStep, ...]
    patience_ms: int
    """Mean time after which a waiting transaction is withdrawn."""

    def at(self, time_ms: int) -> DemandStep:
        """Return the step in force; the first one also covers the time before it."""
        low, high = 0, len(self.steps)
        while high - low > 1:
            middle = (low + high) // 2
            if self.steps[middle].start_ms <= time_ms:
                low = middle
            else:
                high = middle
        return self.steps[low]


@dataclass(frozen=True, slots=True)
class Pool:
    """Waiting background transactions, dearest first."""

    price: Wei
    """Most that is paid for a unit of gas, in wei."""

    gas: Wei
    until_ms: Wei
    """When each is withdrawn."""

    def __len__(self) -> int:
        return len(self.price)

    def after(self, taken: int) -> "Pool":
        """Return the pool without its `taken` dearest transactions."""
        return Pool(self.price[taken:], self.gas[taken:], self.until_ms[taken:])


EMPTY_POOL: Final = Pool(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))

_SIZES: Final = np.asarray(GAS_SIZES, np.int64)


@lru_cache(maxsize=4096)
def _bounds(gas_shares: tuple[float, ...]) -> NDArray[np.float64]:
    """Return where one kind of transaction ends and the next begins, between zero and one."""
    return np.cumsum(gas_shares)[:-1]


def arrivals(demand: Demand, time_ms: int, elapsed_ms: int, rng: Generator) -> Pool:
    """Return the transactions that arrived in the `elapsed_ms` before `time_ms`, unsorted."""
    step = demand.at(time_ms)
    count = int(rng.poisson(step.rate_per_s * elapsed_ms / 1000))
    mood, kind = rng.random((2, count))
    logs = np.log(step.level_gwei * GWEI) + step.spread * rng.standard_normal(count)
    if step.premium:
        logs += 2 * step.premium * np.maximum(1 - mood / EAGER_SHARE, 0.0)
    price = np.exp(logs)
    if step.rush:
        price *= 1 + step.rush * np.maximum(np.log(DESPERATE_SHARE / (1 - mood)), 0.0)
    kinds = _bounds(step.gas_shares).searchsorted(kind, side="right")
    until_ms = time_ms + demand.patience_ms * rng.standard_exponential(count)
    return Pool(price.astype(np.int64), _SIZES[kinds], until_ms.astype(np.int64))


def lasting_ms(elapsed_ms: int, patience_ms: int) -> int:
    """Return the time within which as many transactions arrive as still wait after one in which none was served.

    Those who lose patience, after a time that is exponential around `patience_ms`, have gone again.
    """
    return round(patience_ms * (1 - math.exp(-elapsed_ms / patience_ms))) if patience_ms else elapsed_ms


def merged(pool: Pool, new: Pool, keep: int) -> Pool:
    """Return both pools as one, dearest first and older first at equal price, cut to the `keep` dearest."""
    price = np.concatenate([pool.price, new.price])
    order = np.argsort(-price, kind="stable")[:keep]
    gas = np.concatenate([pool.gas, new.gas])[order]
    return Pool(price[order], gas, np.concatenate([pool.until_ms, new.until_ms])[order])


def thinned(pool: Pool, now_ms: int) -> Pool:
    """Return the pool without what has been withdrawn by now."""
    stays = pool.until_ms > now_ms
    if stays.all():
        return pool
    return Pool(pool.price[stays], pool.gas[stays], pool.until_ms[stays])


def fitting(pool: Pool, room: int, base_fee_wei: int) -> int:
    """Return how many of the dearest transactions fit into `room` gas and can pay the base fee."""
    within = int(pool.gas[: room // GAS_SIZES[0] + 1].cumsum().searchsorted(room, side="right"))
    if base_fee_wei <= 0:
        return within
    paying = int((-pool.price[:within]).searchsorted(-base_fee_wei, side="right"))
    return min(within, paying)


def paid(pool: Pool, base_fee_wei: int) -> Wei:
    """Return what each transaction pays for a unit of gas on a chain with a base fee; dearest first like the pool."""
    return np.minimum(pool.price, base_fee_wei + pool.price // TIP_DIVISOR)
