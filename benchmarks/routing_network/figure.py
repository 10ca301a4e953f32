"""Draw the times of `benchmarks/results/routing.json`: `python -m benchmarks.routing_network.figure FILE`."""

import json
import re
import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

RESULTS = Path(__file__).parents[1] / "results" / "routing.json"

INSTANCE = re.compile(r"convex flows, m=(\d+)$")
PEER = re.compile(r"peer: ([^;]+?)(?:, its start.*|, our start.*|, with repair.*|, rebuilt)?;")


def series() -> dict[str, list[tuple[int, float]]]:
    """Return the time in milliseconds against the number of markets, for our engines and each peer."""
    found: dict[str, dict[int, float]] = {}
    for row in json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]:
        instance, peer = INSTANCE.match(row["name"]), PEER.search(row["note"])
        if instance and peer:
            markets = int(instance.group(1))
            found.setdefault("dual (ours)", {})[markets] = row["ours"]
            found.setdefault(peer.group(1).replace("our convex engine", "convex (ours)"), {})[markets] = row["peer"]
    return {name: sorted(points.items()) for name, points in found.items()}


def main() -> None:
    """Write the figure to the file named on the command line."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, points in sorted(series().items(), key=lambda item: -item[1][0][1]):
        markets, times = zip(*points, strict=True)
        ours = name.startswith("dual")
        axes.loglog(markets, times, marker="o", lw=3 if ours else 1.5, label=name, color="#3f51b5" if ours else None)
    axes.set_xlabel("markets")
    axes.set_ylabel("milliseconds, one thread")
    axes.set_title("Time to route over constant-product and weighted pools", loc="left", weight="bold")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(sys.argv[1], dpi=110)


if __name__ == "__main__":
    main()
