"""A mempool as it is usually simulated: one object a transaction, the dearest on top of a heap, in plain Python.

It sees the demand that the chains of the world see, draws each transaction by itself, forgets those whose sender lost
patience, and fills a block from the top. It knows no base fee, receipts, accounts or agents.
"""

import heapq
import math
import random

from venues.chains.background import DESPERATE_SHARE, EAGER_SHARE, GAS_SIZES, GWEI, Demand, DemandStep
from venues.chains.rules import ChainRules


class HeapPool:
    """One chain's mempool."""

    def __init__(self, rules: ChainRules, demand: Demand, seed: int) -> None:
        """Start empty."""
        self.rules, self.demand = rules, demand
        self._chance = random.Random(seed)
        self._heap: list[tuple[int, int, int, int]] = []
        self._seen = 0

    def block(self, time_ms: int, elapsed_ms: int) -> int:
        """Make a block and return how many transactions it takes."""
        step = self.demand.at(time_ms)
        mean = step.rate_per_s * elapsed_ms / 1000
        for _ in range(max(round(self._chance.gauss(mean, math.sqrt(mean))), 0)):
            self._arrive(step, time_ms)
        room, taken = self.rules.block_gas, 0
        while self._heap:
            gas, until_ms = self._heap[0][2:]
            if until_ms > time_ms:
                if gas > room:
                    break
                room, taken = room - gas, taken + 1
            heapq.heappop(self._heap)
        return taken

    def _arrive(self, step: DemandStep, time_ms: int) -> None:
        draw = self._chance
        mood, self._seen = draw.random(), self._seen + 1
        eager = max(1 - mood / EAGER_SHARE, 0.0)
        desperate = max(math.log(DESPERATE_SHARE / (1 - mood)), 0.0)
        price = draw.lognormvariate(math.log(step.level_gwei * GWEI) + 2 * step.premium * eager, step.spread)
        gas = draw.choices(GAS_SIZES, step.gas_shares)[0]
        until_ms = time_ms + int(draw.expovariate(1 / self.demand.patience_ms))
        heapq.heappush(self._heap, (-int(price * (1 + step.rush * desperate)), self._seen, gas, until_ms))
