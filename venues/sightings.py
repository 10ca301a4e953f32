"""What the answers that a chain still remembers tell of barriers and fixings, recorded or not."""

from collections.abc import Sequence

from intents.options import BARRIERS, OptionSeries
from venues.chain_state import ChainState
from venues.observed import Observed, fixing_times, touches
from venues.oracles.twap import EXPIRY_WINDOW_MS, time_weighted_mean


def touched_ms(state: ChainState, series: OptionSeries) -> int | None:
    """Return when the barrier of a series was touched by an answer: as recorded, else as remembered; `None` if not.

    Answers after the expiry do not count.
    """
    recorded = state.clearing.observed.touched.get(series.symbol)
    if recorded is not None or series.style not in BARRIERS:
        return recorded
    found = (a.time_ms for a in state.answers if a.time_ms <= series.expiry_ms and touches(series, a.price))
    return next(found, None)


def fixing(state: ChainState, time_ms: int) -> int | None:
    """Return the price of an hour by the answers remembered: their mean over the half hour before; `None` if forgotten.

    It is forgotten once no answer is remembered that was in force when the half hour began.
    """
    since_ms = time_ms - EXPIRY_WINDOW_MS
    if not state.answers or state.answers[0].time_ms > since_ms:
        return None
    return time_weighted_mean(state.answers, since_ms, time_ms)


def observed_by(state: ChainState, expiry_ms: int, listed: Sequence[OptionSeries]) -> Observed:
    """Return what is known of the series of an expiry: what was recorded, and what the remembered answers add."""
    seen = state.clearing.observed
    for series in listed:
        found = touched_ms(state, series)
        if found is not None:
            seen = seen.with_touch(series.symbol, found)
    if any(series.style == "asian" for series in listed):
        for time_ms in fixing_times(expiry_ms):
            price = fixing(state, time_ms)
            if time_ms not in seen.fixings and price is not None:
                seen = seen.with_fixing(time_ms, price)
    return seen
