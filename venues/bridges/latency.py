"""How long somebody takes: a lognormal time given by its median and its 99th percentile.

The draw belongs to the bridge and the transfer alone, so one transfer never changes the time of another.
"""

import math
from dataclasses import dataclass
from typing import Final

from venues.seeds import generator

Z99: Final = 2.3263478740408408
"""99th percentile of the standard normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A distribution of times."""

    median_ms: int
    p99_ms: int = 0
    """Zero for a constant time."""

    seed: int = 0

    def __post_init__(self) -> None:
        if 0 < self.p99_ms < self.median_ms:
            raise ValueError(f"the 99th percentile, {self.p99_ms} ms, lies below the median, {self.median_ms} ms")

    def draw_ms(self, bridge: str, transfer: str) -> int:
        """Return the time one transfer takes, rounded to the next millisecond."""
        if self.p99_ms <= self.median_ms or self.median_ms == 0:
            return self.median_ms
        spread = math.log(self.p99_ms / self.median_ms) / Z99
        deviate = float(generator(self.seed, "bridge", bridge, transfer).standard_normal())
        return math.ceil(self.median_ms * math.exp(spread * deviate))


AT_ONCE: Final = Latency(median_ms=0)
