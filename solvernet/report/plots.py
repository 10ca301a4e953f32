"""The look that all pictures share: panels over one time axis, and bars that lie on their side.

Text from outside must be passed through `formats.plain` before it becomes part of a figure, because plotly reads tags
in labels.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from solvernet.report.bands import Band, band_marks, shape_of
from solvernet.report.palette import GRID, INK, MUTED, PAPER

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
GAP_PX: Final = 44
"""Height between two panels: room for the heading of the lower one."""

LEFT_PX: Final = 54
TOP_PX: Final = 26
BOTTOM_PX: Final = 46
BAR_PX: Final = 34
"""Height of one bar that lies on its side, with the space around it."""

LOG_MARGIN: Final = 0.06
"""Room above and below the values of a logarithmic axis, in decades."""

FEW_DECADES: Final = 3
FEW_MARKS: Final = 6
FULL_ABOVE: Final = 1e-4
FULL_BELOW: Final = 1e6
"""Marks beyond these are written as powers of ten."""

Sheet = Mapping[str, object]
"""A figure as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One strip of a figure over time."""

    heading: str
    """What is shown, and its unit."""

    height_px: int
    span: tuple[float, float] | None = None
    """Least and greatest value, for a logarithmic axis; without them the axis is even."""

    from_zero: bool = False
    prefix: str = ""
    """Written before each number of the axis."""

    categories: tuple[str, ...] = ()
    """Names on the axis, the first on top, if it has names instead of numbers."""


def height(panels: Sequence[Panel]) -> int:
    """Return the height in pixels of a figure that holds panels."""
    return TOP_PX + BOTTOM_PX + sum(panel.height_px for panel in panels) + GAP_PX * (len(panels) - 1)


def over_time(
    traces: Sequence[object],
    panels: Sequence[Panel],
    span_ms: tuple[int, int],
    bands: Sequence[Band] = (),
    **layout: object,
) -> Sheet:
    """Return a figure of panels, one below the other, that share a time axis in UTC.

    Args:
        traces: What to draw; each names its panel by its y axis, of which `axis_of(0)` is the topmost.
        panels: The strips, from the top.
        span_ms: Start and end of the time axis, Unix milliseconds.
        bands: Stretches of time to mark, in order of their beginning.
        layout: Properties of plotly's layout that differ from the common look.
    """
    space = sum(panel.height_px for panel in panels) + GAP_PX * (len(panels) - 1)
    common: dict[str, object] = _base() | {
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "margin": {"l": LEFT_PX, "r": 14, "t": TOP_PX, "b": BOTTOM_PX},
        "xaxis": _time_axis(span_ms, axis_of(len(panels) - 1)),
    }
    headings, top_px = [], float(space)
    for i, panel in enumerate(panels):
        top, bottom = top_px / space, (top_px - panel.height_px) / space
        common[f"yaxis{i + 1 if i else ''}"] = _value_axis(panel, max(bottom, 0.0), top)
        headings.append(_heading(panel.heading, top))
        top_px -= panel.height_px + GAP_PX
    notes = [*headings, *band_marks(bands, span_ms)]
    return sheet(traces, common | {"annotations": notes, "shapes": [shape_of(band) for band in bands]} | layout)


def lying_bars(traces: Sequence[object], names: Sequence[str], unit: str, *, most: float | None = None) -> Sheet:
    """Return a figure of bars that lie on their side, the first on top.

    Args:
        traces: Bars with their values as x, and names as y.
        names: The names, already `plain`.
        unit: What the values are.
        most: Largest value that the axis must have room for, with its label.
    """
    values = _axis() | {"range": [0, most] if most else None, "separatethousands": True}
    values |= {"title": {"text": unit, "standoff": 8, "font": {"color": MUTED, "size": 12}}}
    labels = _axis() | {"categoryorder": "array", "categoryarray": list(names), "range": [len(names) - 0.5, -0.5]}
    labels |= {"automargin": True, "fixedrange": True, "showgrid": False, "ticks": ""}
    layout = {
        "barmode": "stack",
        "bargap": 0.35,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 14, "t": 4, "b": 44},
        "xaxis": values,
        "yaxis": labels,
    }
    return sheet(traces, _base() | layout)


def lying_height(names: Sequence[str]) -> int:
    """Return the height in pixels of a figure of bars that lie on their side."""
    return 52 + BAR_PX * len(names)


def axis_of(panel: int) -> str:
    """Return the y axis of a panel, as traces name it."""
    return f"y{panel + 1}" if panel else "y"


def sheet(traces: Sequence[object], layout: Mapping[str, object]) -> Sheet:
    """Return a figure as JSON, checked against plotly's own schema.

    Raises:
        ValueError: if plotly does not know a property.
    """
    figure = go.Figure(data=list(traces), layout=go.Layout(template="none", **layout))
    written: dict[str, object] = json.loads(figure.to_json())
    return written


def line(x: Sequence[int], y: Sequence[float | None], **look: object) -> object:
    """Return a line over time; a `range` of times is written as its start and its step."""
    times: dict[str, object] = {"x0": x.start, "dx": x.step} if isinstance(x, range) else {"x": list(x)}
    style = {"color": look.pop("colour"), "width": look.pop("width", 1.6), "dash": look.pop("dash", "solid")}
    shape = look.pop("shape", "linear")
    return go.Scatter(**times, y=list(y), mode="lines", line=style | {"shape": shape}, **look)


def bars(**look: object) -> object:
    """Return bars with a thin edge, so that neighbours of one colour stay apart."""
    marker = {"color": look.pop("colour"), "line": {"color": PAPER, "width": look.pop("edge", 1)}}
    return go.Bar(marker=marker, **look)


def markers(x: Sequence[int], y: Sequence[object], **look: object) -> object:
    """Return single points."""
    style = {"color": look.pop("colour"), "symbol": look.pop("symbol", "circle"), "size": look.pop("size", 8)}
    return go.Scatter(x=list(x), y=list(y), mode="markers", marker=style, **look)


def _base() -> dict[str, object]:
    return {
        "font": {"family": FONT, "size": 12, "color": MUTED},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": GRID, "font": {"color": INK, "family": FONT, "size": 12}},
        "autosize": True,
    }


def _axis() -> dict[str, object]:
    return {
        "gridcolor": GRID,
        "gridwidth": 1,
        "linecolor": GRID,
        "zeroline": False,
        "tickfont": {"color": MUTED},
    }


def _time_axis(span_ms: tuple[int, int], anchor: str) -> dict[str, object]:
    return _axis() | {
        "type": "date",
        "range": list(span_ms),
        "anchor": anchor,
        "showgrid": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": GRID,
        "showspikes": True,
        "spikemode": "across",
        "spikecolor": MUTED,
        "spikethickness": 1,
        "spikedash": "dot",
        "hoverformat": "%e %b %Y, %H:%M UTC",
        "tickformat": "%H:%M\n%-d %B %Y",
        "tickangle": 0,
        "nticks": 9,
    }


def _value_axis(panel: Panel, bottom: float, top: float) -> dict[str, object]:
    axis = _axis() | {"domain": [bottom, top], "fixedrange": True, "nticks": max(3, panel.height_px // 40)}
    axis |= {"tickprefix": panel.prefix, "rangemode": "tozero" if panel.from_zero else "normal"}
    axis |= {"separatethousands": True}
    if panel.span:
        axis |= _log_axis(*panel.span)
    if panel.categories:
        axis |= {"range": [len(panel.categories) - 0.5, -0.5], "categoryorder": "array", "automargin": True}
        axis |= {"categoryarray": list(panel.categories), "type": "category", "showgrid": False, "nticks": 0}
        axis |= {"tickmode": "linear", "tick0": 0, "dtick": 1}
    return axis


def _log_axis(low: float, high: float) -> dict[str, object]:
    """Return a logarithmic axis with plain numbers at its marks; 1, 2 and 5 of each decade if there is room."""
    first, last = math.log10(low) - LOG_MARGIN, math.log10(high) + LOG_MARGIN
    decades = range(math.floor(first), math.ceil(last) + 1)
    step = max(1, len(decades) // FEW_MARKS)
    digits = (1, 2, 5) if len(decades) <= FEW_DECADES else (1,)
    marks = [digit * 10.0**decade for decade in decades[::step] for digit in digits]
    marks = [mark for mark in marks if first <= math.log10(mark) <= last]
    texts = [_mark(mark) for mark in marks]
    return {"type": "log", "range": [first, last], "tickmode": "array", "tickvals": marks, "ticktext": texts}


def _mark(value: float) -> str:
    """Return a number at an axis; powers of ten where it would be long."""
    power = round(math.log10(value))
    is_short = FULL_ABOVE < value < FULL_BELOW
    return f"{value:,.6g}" if is_short else f"10<sup>{power}</sup>"


def _heading(text: str, top: float) -> dict[str, object]:
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "xshift": -LEFT_PX,
        "y": top,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 5,
        "showarrow": False,
        "font": {"size": 12, "color": INK},
    }
