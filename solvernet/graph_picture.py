"""A picture of the liquidity graph: chains as clusters, one line for each venue and instrument."""

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import networkx as nx

from intents.assets import ETH, PRICE_UNIT, USDC, USDC_UNIT
from intents.options import OptionSeries, parse_series
from venues.bridges.till import UNLIMITED
from venues.graph import LiquidityGraph
from venues.graph_export import described
from venues.markets.structure import is_structure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Place = tuple[float, float]

COLOURS: Final = ("#3f51b5", "#d2691e", "#2e7d5b", "#8e44ad", "#b0413e", "#00838f")
INK: Final = "#1c2330"
PALE: Final = "#eef1f6"
SILENT: Final = "#c3c9d4"

STATES: Final = {"cancel_only": "#f2b705", "unavailable": "#e3000f", "unknown": "#7a7a7a"}
"""Colours of venues that do not trade, by their state; one that trades has a colour of its own."""

KEY_DEPTHS: Final = (1, 100)
"""Depths, in options, whose widths the key shows: both sides together."""

CLUSTER_WIDTH: Final = 2.7
"""Distance between the centres of two chains; the outer ring of a chain has radius one."""

INNER_RING: Final = 0.55


def draw(graph: LiquidityGraph, names: dict[str, str], title: str, path: Path) -> None:
    """Write a picture of a graph; the suffix of `path` (png, svg, pdf) says in which form.

    Args:
        graph: What to draw.
        names: Chains by CAIP-2 id, as they are to be called.
        title: First line of the picture.
        path: Where to write.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    plain = described(graph)
    # Structures of several legs have no strike to stand at.
    plain.remove_nodes_from([node for node, data in plain.nodes(data=True) if is_structure(data["instrument"])])
    chains = [view.chain for view in graph.snapshot.chains]
    places = _places(plain, chains)
    figure = Figure(figsize=(1.5 + 6.2 * len(chains), 7.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-1.25, (len(chains) - 1) * CLUSTER_WIDTH + 1.25)
    axes.set_ylim(-1.3, 1.35)
    _draw_chains(axes, graph, names)
    states = {
        venue.id: venue.admission(graph.snapshot.market(venue.chain)) for venue in graph.snapshot.by_venue.values()
    }
    closed = {name: STATES[state] for name, state in states.items() if state != "available"}
    colours = _draw_trades(axes, plain, places, closed)
    _draw_bridges(axes, plain, places)
    _draw_nodes(axes, plain, places)
    _draw_key(axes, {f"{name} ({states[name]})" if name in closed else name: c for name, c in colours.items()})
    instant = dt.datetime.fromtimestamp(graph.snapshot.time_ms / 1000, dt.UTC)
    axes.set_title(f"{title}, {instant:%-d %B %Y, %H:%M} UTC", loc="left", fontsize=15, color=INK, weight="bold")
    figure.savefig(path, dpi=110)


def _places(plain: "nx.MultiDiGraph[str]", chains: Sequence[str]) -> dict[str, Place]:
    """Return where each node stands: cash in the middle of its chain, each expiry on a ring, calls right, puts left."""
    places: dict[str, Place] = {}
    for column, chain in enumerate(chains):
        x = column * CLUSTER_WIDTH
        listed = [data["instrument"] for _, data in plain.nodes(data=True) if data["chain"] == chain]
        series = [parse_series(name) for name in listed if name not in {ETH, USDC}]
        expiries = sorted({option.expiry_ms for option in series})
        places[f"{USDC}@{chain}"] = (x, 0.0)
        places[f"{ETH}@{chain}"] = (x, -0.8)
        for option in series:
            ring = _ring(expiries.index(option.expiry_ms), len(expiries))
            lag = expiries.index(option.expiry_ms) / len(expiries)
            angle = _angle(option, [other for other in series if other.expiry_ms == option.expiry_ms], lag)
            places[f"{option.symbol}@{chain}"] = (x + ring * math.sin(angle), ring * math.cos(angle))
    return places


def _ring(index: int, count: int) -> float:
    return INNER_RING + (1 - INNER_RING) * index / max(count - 1, 1)


def _angle(option: OptionSeries, peers: Sequence[OptionSeries], lag: float) -> float:
    """Return the angle from the top: strikes rise from bottom to top on the right for calls, on the left for puts.

    Rings lag behind each other by parts of a step, so that lines to the outer ones pass between the inner strikes.
    """
    strikes = sorted({other.strike for other in peers})
    share = (strikes.index(option.strike) + lag) / len(strikes)
    angle = math.radians(148 - 138 * share)
    return angle if option.right == "C" else -angle


def _draw_chains(axes: "Axes", graph: LiquidityGraph, names: dict[str, str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    for column, view in enumerate(graph.snapshot.chains):
        x = column * CLUSTER_WIDTH
        box = FancyBboxPatch((x - 1.15, -1.1), 2.3, 2.35, boxstyle="round,pad=0.05", facecolor=PALE, edgecolor="none")
        axes.add_patch(box)
        words = f"gas {view.gas_price_wei / 1e9:.3g} gwei, oracle ${view.spot / PRICE_UNIT:.2f}"
        axes.text(x - 1.1, 1.2, names.get(view.chain, view.chain), fontsize=13, color=INK, weight="bold", va="top")
        axes.text(x + 1.1, 1.2, words, fontsize=10, color=INK, va="top", ha="right")
        axes.text(x - 1.1, 1.06, "puts", fontsize=10, color="#667", va="top")
        axes.text(x + 1.1, 1.06, "calls", fontsize=10, color="#667", va="top", ha="right")


def _draw_trades(
    axes: "Axes", plain: "nx.MultiDiGraph[str]", places: dict[str, Place], closed: dict[str, str]
) -> dict[str, str]:
    """Draw a line for each venue and instrument, as wide as both its sides are deep; return the venues' colours.

    Args:
        axes: Where to draw.
        plain: The graph as text and numbers.
        places: Where nodes stand.
        closed: Colours of venues that do not trade.
    """
    depths: dict[tuple[str, str, str], dict[str, float]] = {}
    for source, target, key, data in plain.edges(keys=True, data=True):
        if data["kind"] == "trade":
            hub, leaf = (source, target) if data["side"] == "buy" else (target, source)
            depths.setdefault((hub, leaf, key), {})[data["side"]] = data["depth"]
    venues = sorted({key for _, _, key in depths})
    colours = {venue: closed.get(venue, COLOURS[i % len(COLOURS)]) for i, venue in enumerate(venues)}
    meeting: dict[str, list[str]] = {}
    for _, leaf, key in depths:
        meeting.setdefault(leaf, []).append(key)
    for (hub, leaf, key), sides in depths.items():
        peers = sorted(meeting[leaf])
        bend = 0.14 * (peers.index(key) - (len(peers) - 1) / 2)
        whole = all(sides.values())
        colour = colours[key] if any(sides.values()) or key in closed else SILENT
        _arc(
            axes,
            places[hub],
            places[leaf],
            bend,
            color=colour,
            lw=1.2 if key in closed else _width(sum(sides.values())),
            ls="-" if whole else ":",
        )
    return colours


def _width(depth: float) -> float:
    """Return a line's width in points: one for a depth of one option, one more for each factor of four."""
    return 0.6 if depth <= 0 else min(max(0.5 + math.log(depth, 4) * 0.45, 0.5), 6.0)


def _arc(axes: "Axes", start: Place, end: Place, bend: float, **style: Any) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", arrowstyle="-", alpha=0.8, zorder=2, **style)
    )


def _draw_bridges(axes: "Axes", plain: "nx.MultiDiGraph[str]", places: dict[str, Place]) -> None:
    bridges: dict[frozenset[str], dict[str, float]] = {}
    for source, target, key, data in plain.edges(keys=True, data=True):
        if data["kind"] == "bridge":
            depths = bridges.setdefault(frozenset({source, target}), {})
            depths[key] = depths.get(key, 0.0) + data["depth"]
    for ends, depths in bridges.items():
        left, right = sorted((places[end] for end in ends), key=lambda place: place[0])
        _arc(axes, left, right, 0.28, color=INK, lw=2.2, ls="--")
        words = "\n".join(f"{key}: {_amount(depth)}" for key, depth in sorted(depths.items()))
        axes.text((left[0] + right[0]) / 2, -0.52, words, fontsize=10, color=INK, ha="center", va="top", zorder=5)


def _amount(depth: float) -> str:
    return "no limit" if depth * USDC_UNIT >= UNLIMITED else f"${depth:,.0f}"


def _draw_nodes(axes: "Axes", plain: "nx.MultiDiGraph[str]", places: dict[str, Place]) -> None:
    for node, data in plain.nodes(data=True):
        x, y = places[node]
        hub = data["instrument"] in {USDC, ETH}
        words = data["instrument"] if hub else f"{parse_series(data['instrument']).strike // PRICE_UNIT}"
        look = {"boxstyle": "circle,pad=0.35" if hub else "round,pad=0.2", "facecolor": "white", "edgecolor": INK}
        axes.text(x, y, words, fontsize=11 if hub else 8, color=INK, ha="center", va="center", bbox=look, zorder=4)
    for chain in {data["chain"] for _, data in plain.nodes(data=True)}:
        _name_rings(
            axes, [data["instrument"] for _, data in plain.nodes(data=True) if data["chain"] == chain], chain, places
        )


def _name_rings(axes: "Axes", listed: Sequence[str], chain: str, places: dict[str, Place]) -> None:
    """Write the expiry of each ring at its top."""
    series = [parse_series(name) for name in listed if name not in {ETH, USDC}]
    expiries = sorted({option.expiry_ms for option in series})
    for index, expiry in enumerate(expiries):
        label = next(option.symbol for option in series if option.expiry_ms == expiry).split("-")[1]
        x = places[f"{USDC}@{chain}"][0]
        axes.text(x, _ring(index, len(expiries)), label, fontsize=9, color="#667", ha="center", va="center", zorder=3)


def _draw_key(axes: "Axes", colours: dict[str, str]) -> None:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=colour, lw=3, label=venue) for venue, colour in colours.items()]
    lines.append(Line2D([], [], color=INK, lw=2.2, ls="--", label="bridge"))
    lines.append(Line2D([], [], color=INK, lw=1.2, ls=":", label="quotes on one side only"))
    lines.append(Line2D([], [], color=SILENT, lw=1.2, ls=":", label="no quotes"))
    words = ("1 option deep", "100 options deep")
    lines += [Line2D([], [], color=INK, lw=_width(d), label=word) for d, word in zip(KEY_DEPTHS, words, strict=True)]
    columns = min(len(lines), 3 * round(axes.get_xlim()[1] / CLUSTER_WIDTH + 1))
    axes.legend(
        handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.06), ncols=columns, frameon=False, fontsize=10
    )
