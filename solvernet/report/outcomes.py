"""What became of the intents: over time, in total, and why those that were not filled were not."""

from collections import Counter

from intents.lifecycle import LAYER_OF_CAUSE, Cause
from solvernet.report.formats import count, share, words
from solvernet.report.markup import Markup
from solvernet.report.palette import ENDINGS, LAYER_COLOUR, LAYER_NAME, state_colour
from solvernet.report.plots import Panel, bars, height, lying_bars, lying_height, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Key, Picture, beside, paragraph, picture, section

BIN_MS = 900_000
"""Intents posted within a quarter of an hour are counted together."""

FEW_BINS = 60
"""Bars over time up to which each part has an edge; it would hide narrower ones."""

LABEL_ROOM = 1.18
"""Length of the axis over the longest bar: room for the number behind it."""


def outcomes(view: RunView) -> Markup:
    """Return the section on what became of the intents."""
    if not view.summary.intents:
        return section("intents", "The intents", paragraph("No intent was posted."))
    parts = beside(
        picture(in_total(view)), picture(by_cause(view)) if view.summary.unfilled_by_cause else _all_filled()
    )
    return section("intents", "The intents", picture(through_time(view)), parts)


def through_time(view: RunView) -> Picture:
    """Return the intents by the time they were posted and by how they ended."""
    counts: Counter[tuple[str, int]] = Counter()
    for entry in view.outcome.engine.auctioneer.book.entries():
        counts[entry.state, entry.received_ms - entry.received_ms % BIN_MS] += 1
    first = view.start_ms - view.start_ms % BIN_MS
    bins = list(range(first, view.end_ms, BIN_MS))
    panels = (Panel(heading="Intents posted in a quarter of an hour", height_px=220, from_zero=True),)
    traces: list[object] = []
    keys = []
    for state in _states(view):
        numbers = [counts[state, start] for start in bins]
        keys.append(Key(label=words(state), colour=state_colour(state), traces=(len(traces),)))
        look: dict[str, object] = {"colour": state_colour(state), "name": words(state), "hovertemplate": "%{y}"}
        traces.append(
            bars(x=bins, y=numbers, edge=int(len(bins) <= FEW_BINS), width=BIN_MS * 0.92, offset=BIN_MS * 0.04, **look)
        )
    return Picture(
        id="outcomes",
        title="What became of the intents, by the time they were posted",
        shows="Each bar is a quarter of an hour, split by how its intents ended.",
        notice=_leanest(view, counts, bins),
        sheet=over_time(traces, panels, view.span_ms, view.bands, barmode="stack"),
        height_px=height(panels),
        keys=(*keys, *view.band_keys),
    )


def in_total(view: RunView) -> Picture:
    """Return how many intents ended in each way."""
    states = _states(view)
    numbers = [view.summary.by_state[state] for state in states]
    names = [words(state) for state in states]
    colours = [state_colour(state) for state in states]
    trace = bars(
        x=numbers,
        y=names,
        orientation="h",
        colour=colours,
        text=[f"{number:,}" for number in numbers],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x}<extra></extra>",
    )
    filled = share(view.summary.filled_share)
    return Picture(
        id="totals",
        title="How the intents ended",
        shows="All intents of the run by their last state.",
        notice=f"{filled} got what they asked for, wholly or in part.",
        sheet=lying_bars([trace], names, "intents", most=max(numbers) * LABEL_ROOM),
        height_px=lying_height(names),
    )


def by_cause(view: RunView) -> Picture:
    """Return the intents that were not filled, by cause, grouped by the layer that answers for it."""
    order = list(LAYER_NAME)
    layers = {cause: LAYER_OF_CAUSE[Cause(cause)] for cause in view.summary.unfilled_by_cause}
    numbers = view.summary.unfilled_by_cause
    causes = sorted(numbers, key=lambda cause: (order.index(layers[cause]), -numbers[cause]))
    names = [words(cause) for cause in causes]
    traces: list[object] = []
    keys = []
    for layer in order:
        own = [cause for cause in causes if layers[cause] == layer]
        if not own:
            continue
        keys.append(Key(label=LAYER_NAME[layer], colour=LAYER_COLOUR[layer], traces=(len(traces),)))
        look: dict[str, object] = {"textposition": "outside", "cliponaxis": False, "orientation": "h"}
        look |= {"colour": LAYER_COLOUR[layer], "text": [f"{numbers[cause]:,}" for cause in own]}
        hover = f"%{{y}}: %{{x}} ({LAYER_NAME[layer]})<extra></extra>"
        traces.append(bars(x=[numbers[c] for c in own], y=[words(c) for c in own], **look, hovertemplate=hover))
    most = max(numbers, key=lambda cause: numbers[cause])
    return Picture(
        id="causes",
        title="Why intents were not filled",
        shows="Intents that got less than they asked for, each with its one cause, grouped by the layer that answers.",
        notice=f"The most frequent cause is {words(most)}: {count(numbers[most], 'intent')}.",
        sheet=lying_bars(traces, names, "intents", most=max(numbers.values()) * LABEL_ROOM),
        height_px=lying_height(names),
        keys=tuple(keys),
    )


def _states(view: RunView) -> list[str]:
    """Return the states that intents are in, endings first and best first."""
    known = [str(state) for state in ENDINGS]
    order = {state: i for i, state in enumerate(known)}
    return sorted(view.summary.by_state, key=lambda state: (order.get(state, len(known)), state))


def _leanest(view: RunView, counts: Counter[tuple[str, int]], bins: list[int]) -> str:
    """Return the hour that served its users worst."""
    per_hour: dict[int, list[int]] = {}
    for (state, start), number in counts.items():
        hour = per_hour.setdefault(start - start % (4 * BIN_MS), [0, 0])
        hour[0] += number
        hour[1] += number if state in {"filled", "partially_filled"} else 0
    if len(bins) <= 4 or len(per_hour) < 2:
        return ""
    start, (posted, filled) = min(per_hour.items(), key=lambda item: (item[1][1] / item[1][0], item[0]))
    return f"Notice the hour from {view.time(start)}: it filled least, {filled} of {posted}."


def _all_filled() -> Markup:
    return paragraph("Every intent was filled.")
