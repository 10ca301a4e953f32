"""How good a feed was: how old its answers were, how far from the truth, and what they cost.

Looked at from the consumer's side, at equal instants: what counts is the answer in force, not the one on its way.
Staleness is the age of the price, from when it was true, not the time since it was posted.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from venues.chain_state import Answer
from venues.truth import Truth

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """A feed over some time."""

    updates: int
    """Answers that came into force."""

    mean_staleness_ms: int
    worst_staleness_ms: int
    mean_error_ppm: int
    """Of the distance to the true price, in millionths of it."""

    worst_error_ppm: int
    cost_wei: int
    """Paid for the updates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When a feed is looked at."""

    since_ms: int
    until_ms: int
    """First instant that does not count any more."""

    step_ms: int


def quality(answers: Sequence[Answer], truth: Truth, watch: Watch, cost_wei: int = 0) -> Quality | None:
    """Return how good a feed was; `None` if no answer was in force at any instant of the watch.

    Args:
        answers: All answers, oldest first, with the one in force when the watch begins.
        truth: The market.
        watch: Instants to look at.
        cost_wei: What the updates cost.

    Rounding: means down.
    """
    starts = [answer.time_ms for answer in answers]
    staleness, errors = [], []
    for now_ms in range(watch.since_ms, watch.until_ms, watch.step_ms):
        index = bisect_right(starts, now_ms) - 1
        if index < 0:
            continue
        true = truth.price(now_ms)
        staleness.append(now_ms - answers[index].observed_ms)
        errors.append(abs(answers[index].price - true) * MILLION // true)
    if not errors:
        return None
    return Quality(
        updates=sum(1 for start in starts if watch.since_ms <= start < watch.until_ms),
        mean_staleness_ms=sum(staleness) // len(staleness),
        worst_staleness_ms=max(staleness),
        mean_error_ppm=sum(errors) // len(errors),
        worst_error_ppm=max(errors),
        cost_wei=cost_wei,
    )
