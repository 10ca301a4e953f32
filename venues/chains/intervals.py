"""The time between blocks."""

from venues.chains.rules import ChainRules
from venues.seeds import SeedPath, generator


def interval_ms(rules: ChainRules, seed: SeedPath, number: int) -> int:
    """Return the time from block `number` to the next one."""
    if not rules.random_intervals:
        return rules.interval_ms
    mean_s = rules.interval_ms / 1000 - 0.5
    return 1000 * (int(generator(*seed, "interval", number).exponential(mean_s)) + 1)
