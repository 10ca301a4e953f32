"""Geometric time-weighted average of a number that changes in steps, in whole numbers with 18 decimals.

It is the exponential of the mean logarithm over a window, so a short spike moves it little. Lyra v1 keeps one for the
volatility of each board.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intents.boundary import Amount
from venues.pricing import fixed_point as fp


@dataclass(frozen=True, slots=True)
class Since:
    """A value and the time from which it held."""

    time_ms: int
    value: Amount


def average(history: Sequence[Since], window_ms: int, now_ms: int) -> int | None:
    """Return the average over the window before `now_ms`, or `None` without history.

    History that begins inside the window counts from where it begins; a value of zero counts as one unit.
    """
    if not history:
        return None
    start = max(now_ms - window_ms, history[0].time_ms)
    if start >= now_ms:
        return history[-1].value
    ends = [entry.time_ms for entry in history[1:]] + [now_ms]
    total = 0
    for entry, end in zip(history, ends, strict=True):
        held = min(end, now_ms) - max(entry.time_ms, start)
        if held > 0:
            total += fp.ln(max(entry.value, 1)) * held
    return fp.exp(total // (now_ms - start))


def extended(history: Sequence[Since], value: int, window_ms: int, now_ms: int) -> tuple[Since, ...]:
    """Return the history with a new value from now on, without what has left the window."""
    kept = [entry for entry in history if entry.time_ms < now_ms]
    while len(kept) > 1 and kept[1].time_ms <= now_ms - window_ms:
        kept.pop(0)
    return (*kept, Since(now_ms, value))
