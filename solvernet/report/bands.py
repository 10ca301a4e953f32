"""Bands: stretches of time that every picture over time marks alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solvernet.report.formats import plain
from solvernet.report.palette import FAULT, INK

BAND: Final = "band"
"""Name of shapes and marks that belong to bands, by which the script finds them."""

BAND_OPACITY: Final = 0.16
MARK_PX: Final = 14
MARK_SHARE: Final = 0.025
"""Room that a mark takes, as a part of the time axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of time that all panels of a figure mark."""

    mark: str
    """Short text at its beginning."""

    text: str
    """What it is, for who points at the mark."""

    start_ms: int
    end_ms: int
    """Equal to `start_ms` for an instant."""


def shape_of(band: Band) -> dict[str, object]:
    """Return a stretch of time behind all panels, or a line at an instant."""
    where = {"x0": band.start_ms, "x1": band.end_ms, "xref": "x", "y0": 0, "y1": 1, "yref": "paper"}
    common: dict[str, object] = {"name": BAND, "layer": "below"}
    if band.end_ms > band.start_ms:
        return where | common | {"type": "rect", "fillcolor": FAULT, "opacity": BAND_OPACITY, "line": {"width": 0}}
    return where | common | {"type": "line", "line": {"color": FAULT, "width": 2, "dash": "dot"}}


def band_marks(bands: Sequence[Band], span_ms: tuple[int, int]) -> list[dict[str, object]]:
    """Return the marks of bands at the upper edge, one below the other where they begin close to each other."""
    near_ms = (span_ms[1] - span_ms[0]) * MARK_SHARE
    ends: list[float] = []
    found = []
    for band in bands:
        free = [row for row, end_ms in enumerate(ends) if end_ms <= band.start_ms]
        row = free[0] if free else len(ends)
        ends[row : row + 1] = [band.start_ms + near_ms]
        found.append(_mark(band, row))
    return found


def _mark(band: Band, row: int) -> dict[str, object]:
    return {
        "name": BAND,
        "text": plain(band.mark),
        "hovertext": plain(band.text),
        "x": band.start_ms,
        "xref": "x",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "yshift": -MARK_PX * row,
        "showarrow": False,
        "borderpad": 1,
        "font": {"size": 11, "color": INK},
    }
