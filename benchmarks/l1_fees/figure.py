"""Draw the hidden hours of `docs/results/l1-fees.json`: `python -m benchmarks.l1_fees.figure FILE`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "l1-fees.json"

PANELS = (("35th percentile, gwei", 1), ("60th percentile, gwei", 2), ("90th percentile, gwei", 3), ("included", 4))


def hours(minutes: list[int]) -> Iterator[slice]:
    """Return the stretches of steps that follow each other."""
    first = 0
    for place in range(1, len(minutes) + 1):
        if place == len(minutes) or minutes[place] != minutes[place - 1] + 10:
            yield slice(first, place)
            first = place


def draw(axes: Axes, study: dict[str, list[list[float]]], minutes: list[int], column: int) -> None:
    """Draw one statistic: what the runs say as a band, what was observed as dots."""
    values = {name: [row[column] for row in study[name]] for name in ("low", "middle", "high", "observed")}
    for part in hours(minutes):
        at = [minute / 60 for minute in minutes[part]]
        axes.axvspan(at[0] - 1 / 12, at[-1] + 1 / 12, color="#f1f1f5", lw=0)
        axes.fill_between(at, values["low"][part], values["high"][part], color="#3f51b5", alpha=0.25, lw=0)
        axes.plot(at, values["middle"][part], color="#3f51b5", lw=2)
        axes.plot(at, values["observed"][part], "o", color="#d84315", ms=3.5)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Write the figure to the file named on the command line."""
    study = json.loads(RESULTS.read_text(encoding="utf-8"))["even"]
    figure = Figure(figsize=(10, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for axes, (title, column) in zip(panels, PANELS, strict=True):
        draw(axes, study, study["minutes"], column)
        axes.set_title(title, loc="left", fontsize=10)
        if column < 4:
            axes.set_yscale("log")
    for axes in panels[2:]:
        axes.set_xlabel("hour of 12 March 2020, UTC")
    figure.suptitle("Odd hours, foretold from even ones: nine tenths of the runs, their median, and what was observed")
    figure.savefig(sys.argv[1], dpi=100)


if __name__ == "__main__":
    main()
