"""Time-weighted mean of a feed's answers: the price at which an expiry is settled.

A single answer can be moved, or be wrong, at the one instant that counts; a mean over half an hour costs half an hour
of it. The window is that of [Deribit], whose delivery price is the time-weighted mean of its index over 30 minutes.

[Deribit]: https://www.deribit.com/docs/expiration-price/
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from venues.chain_state import Answer

EXPIRY_WINDOW_MS: Final = 1_800_000
"""Time before an expiry over which its settlement price is the mean."""


def time_weighted_mean(answers: Sequence[Answer], since_ms: int, until_ms: int) -> int | None:
    """Return the mean of the prices in force from `since_ms` to `until_ms`; `None` without answers.

    Args:
        answers: Oldest first; each is in force from its block to the block of the next. If the oldest came after
            `since_ms`, the mean begins with it; if after `until_ms` as well, it is its price.
        since_ms: First instant that counts.
        until_ms: First instant that does not count any more.

    Rounding: down, once, after the weighted sum.
    """
    if not answers:
        return None
    starts = [min(max(answer.time_ms, since_ms), until_ms) for answer in answers]
    weights = [end - start for start, end in pairwise([*starts, until_ms])]
    if not any(weights):
        return answers[0].price
    return sum(answer.price * weight for answer, weight in zip(answers, weights, strict=True)) // sum(weights)
