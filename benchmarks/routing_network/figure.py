"""Draw the figures of `benchmarks/results/routing.json`: `python -m benchmarks.routing_network.figure FOLDER`.

`routing-times.png` has times against the number of markets, `routing-gas.png` what routing that ignores gas loses
against the share of gas in an order.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

RESULTS = Path(__file__).parents[1] / "results" / "routing.json"

TITLES = {
    "convex flows": "Constant-product and weighted pools",
    "mixed": "With StableSwap pools and order books",
}
ENDS = r"(?:, its start.*|, our start.*|, our compiled.*|, with repair.*|, rebuilt| \(gap.*|, Clarabel \(gap.*)?;"
PEER = re.compile(rf"^ms, .*peer: ([^;]+?){ENDS}")
SHARE = re.compile(r"gas share ([0-9.e+-]+); loss ([0-9.e+-]+)")
ROOM_MS = 1e-4
"""Where the axis of times begins, so that the key fits below the lines."""

LEAST = 1e-6
"""Loss at which the picture ends; what is below it is drawn there."""

Points = list[tuple[float, float]]


def times(rows: list[dict[str, Any]], instance: str) -> dict[str, Points]:
    """Return milliseconds against the number of markets, for our engines and each peer."""
    found: dict[str, dict[float, float]] = {}
    named = re.compile(rf"{instance}, m=(\d+)$")
    for row in rows:
        match, peer = named.match(row["name"]), PEER.match(row["note"])
        if match and peer and not peer.group(1).startswith("itself"):
            markets = float(match.group(1))
            found.setdefault("dual (ours)", {})[markets] = row["ours"]
            found.setdefault(peer.group(1).replace("our convex engine", "convex (ours)"), {})[markets] = row["peer"]
    return {name: sorted(points.items()) for name, points in found.items()}


def shares(rows: list[dict[str, Any]]) -> dict[str, Points]:
    """Return losses against shares of gas, for each trade whose size varies."""
    found: dict[str, Points] = {}
    for row in rows:
        match = SHARE.search(row["note"])
        if match and row["name"].startswith("gas share, "):
            share, loss = map(float, match.groups())
            found.setdefault(_family(row["name"].removeprefix("gas share, ")), []).append((share, max(loss, LEAST)))
    return {name: sorted(points) for name, points in found.items()}


def _family(name: str) -> str:
    """Return the name of a trade without its size."""
    if name.startswith("CoW auction, "):
        return f"CoW auction, {name.rsplit(' ', 1)[1]}"
    return name.rsplit(" of ", 1)[0]


def draw_times(rows: list[dict[str, Any]]) -> Figure:
    """Return times against size, a panel for each kind of instance."""
    figure = Figure(figsize=(12, 5), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, 2, sharey=True)
    colours: dict[str, str] = {"dual (ours)": "#3f51b5", "convex (ours)": "#26a69a"}
    for axes, (instance, title) in zip(panels, TITLES.items(), strict=True):
        for name, points in sorted(times(rows, instance).items(), key=lambda item: -item[1][0][1]):
            colour = colours.setdefault(name, f"C{len(colours) + 1}")
            markets, milliseconds = zip(*points, strict=True)
            width = 3.0 if name.startswith("dual") else 1.5
            axes.loglog(markets, milliseconds, marker="o", lw=width, label=name, color=colour)
        axes.set_ylim(bottom=ROOM_MS)
        _dress(axes, title, "markets", key="lower right")
    panels[0].set_ylabel("milliseconds, one thread")
    return figure


def draw_shares(rows: list[dict[str, Any]]) -> Figure:
    """Return what is lost against the share of gas, both in percent of an order."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, points in shares(rows).items():
        share, loss = zip(*((100 * x, 100 * y) for x, y in points), strict=True)
        style = "-" if name.startswith("CoW") else "--"
        axes.loglog(share, loss, style, marker="o", label=name)
    _dress(axes, "What routing that ignores gas loses", "gas of the best route, % of the order")
    axes.set_ylabel("loss, % of the order")
    return figure


def _dress(axes: Axes, title: str, label: str, key: Literal["best", "lower right"] = "best") -> None:
    axes.set_xlabel(label)
    axes.set_title(title, loc="left", weight="bold")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc=key)


def main() -> None:
    """Write both figures to the folder named on the command line."""
    rows, folder = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"], Path(sys.argv[1])
    draw_times(rows).savefig(folder / "routing-times.png", dpi=110)
    draw_shares(rows).savefig(folder / "routing-gas.png", dpi=110)


if __name__ == "__main__":
    main()
