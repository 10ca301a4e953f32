"""The time between blocks."""

import math

from scipy.special import gammaincinv

from venues.chains.rules import ChainRules
from venues.seeds import SeedPath, generator


def interval_ms(rules: ChainRules, seed: SeedPath, number: int) -> int:
    """Return the time from block `number` to the next one."""
    if not rules.random_intervals:
        return rules.interval_ms
    mean_s = rules.interval_ms / 1000 - 0.5
    return 1000 * (int(generator(*seed, "interval", number).exponential(mean_s)) + 1)


def blocks_ms(rules: ChainRules, count: int, quantile: float) -> int:
    """Return the time that some blocks take, at a quantile, rounded up; mined ones come at exponential intervals."""
    if not rules.random_intervals or not count:
        return count * rules.interval_ms
    return math.ceil(float(gammaincinv(count, quantile)) * rules.interval_ms)
