"""The solvers: who brought users how much, who failed them, and who was kept out for it."""

from collections import Counter
from itertools import accumulate
from typing import Final

from solvernet.report.formats import count, dollars, listed, plain, share, words
from solvernet.report.markup import Child, Markup
from solvernet.report.palette import BLAME, INK
from solvernet.report.plots import BOTTOM_PX, Panel, bars, height, line, markers, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, Key, Picture, datum, paragraph, picture, section, swatch, table
from solvernet.summary import SolverLine

COUNTS: Final = ("bids", "won", "fills", "failed", "at_fault")
MONEY: Final = ("surplus_usd", "profit_usd", "gas_usd", "slashed_usd")
COLUMNS: Final = (
    Column("Solver"),
    *(Column(head, is_number=True) for head in ("Bids", "Won", "Fills", "Failed", "Own fault")),
    *(Column(head, is_number=True) for head in ("Users gained", "Profit", "Gas paid", "Slashed")),
    Column("Bids dropped, by code", is_prose=True),
)
EXPLAINED: Final = (
    "Ordered by what users gained through each. A fill is a parcel delivered, so one bid may bring several; “own fault”"
    " counts the failed ones that broke the settlement policy. Profit is the change of a solver’s cash and positions,"
    " less its gas. A dropped bid did not hold when the auctioneer checked it, or came from a suspended solver."
)
ROW_PX: Final = 30
"""Height of a solver's row in the picture of suspensions."""

LONGEST_FAULT: Final = 120
"""Characters of a fault that are shown at its mark."""


def leaderboard(view: RunView) -> Markup:
    """Return the section on the solvers."""
    if not view.summary.solvers:
        return section("solvers", "The solvers", paragraph("No solver took part.", class_="none"))
    rows = [_row(view, line) for line in view.summary.solvers]
    parts: list[Child] = [table("Leaderboard of solvers", COLUMNS, rows), paragraph(EXPLAINED, class_="aside")]
    if view.deliveries:
        parts.append(picture(race(view)))
    if view.suspensions or view.crashes:
        parts.append(picture(kept_out(view)))
    else:
        parts.append(paragraph("No solver was suspended, and none failed to bid.", class_="none"))
    return section("solvers", "The solvers", *parts)


def race(view: RunView) -> Picture:
    """Return what users gained through each solver, summed over time."""
    panels = (Panel(heading="Users’ gain since the start, dollars", height_px=210, from_zero=True, prefix="$"),)
    traces: list[object] = []
    keys = []
    for solver in (row.solver for row in view.summary.solvers):
        own = [item for item in view.deliveries if item.solver == solver]
        if not own:
            continue
        colour = view.solver_colour[solver]
        times = [view.start_ms, *(item.time_ms for item in own), view.end_ms]
        sums = [round(total, 2) for total in accumulate((item.gain for item in own), initial=0.0)]
        keys.append(Key(label=solver, colour=colour, traces=(len(traces),), look="line"))
        look: dict[str, object] = {"colour": colour, "shape": "hv", "name": plain(solver)}
        traces.append(line(times, [*sums, sums[-1]], **look, hovertemplate="$%{y:,.2f}"))
    return Picture(
        id="race",
        title="Users’ gain through each solver",
        shows="What owners gained over their limits by the fills that each solver delivered, summed up.",
        notice=_leader(view),
        sheet=over_time(traces, panels, view.span_ms, view.bands),
        height_px=height(panels),
        keys=(*keys, *view.band_keys),
    )


def kept_out(view: RunView) -> Picture:
    """Return when solvers were suspended, and when they failed to bid."""
    names = tuple(plain(line.solver) for line in view.summary.solvers)
    panels = (Panel(heading="", height_px=ROW_PX * len(names), categories=names),)
    look: dict[str, object] = {"hovermode": "closest", "margin": {"l": 8, "r": 14, "t": 8, "b": BOTTOM_PX}}
    keys: tuple[Key, ...] = ()
    if view.crashes:
        keys = (Key(label="failed to bid", colour=BLAME, traces=(1,), look="dot"),)
    return Picture(
        id="suspensions",
        title="When solvers were kept out",
        shows="A solver that breaks its word is suspended: a quarter of an hour at first, twice as long each time.",
        notice=_most_kept_out(view),
        sheet=over_time([_suspended(view), _crashed(view)], panels, view.span_ms, view.bands, **look),
        height_px=height(panels) - 18,
        keys=(*keys, *view.band_keys),
    )


def _suspended(view: RunView) -> object:
    """Return bars that last from each suspension to its end, or to the end of the run."""
    found = view.suspensions
    why = [[f"until {view.time(item.until_ms)}, after {count(item.faults, 'fault')}"] for item in found]
    return bars(
        base=[item.start_ms for item in found],
        x=[max(min(item.until_ms, view.end_ms) - item.start_ms, 0) for item in found],
        y=[plain(item.solver) for item in found],
        customdata=why,
        orientation="h",
        width=0.5,
        colour=[view.solver_colour.get(item.solver, INK) for item in found],
        hovertemplate="%{y} kept out %{customdata[0]}<extra></extra>",
    )


def _crashed(view: RunView) -> object:
    """Return a mark at each round in which a solver failed to bid."""
    times, who = [item.time_ms for item in view.crashes], [plain(item.solver) for item in view.crashes]
    why = [[plain(item.fault[:LONGEST_FAULT])] for item in view.crashes]
    shown = "%{y}, %{x|%H:%M} UTC: %{customdata[0]}<extra></extra>"
    return markers(times, who, customdata=why, colour=BLAME, symbol="x", hovertemplate=shown)


def _row(view: RunView, line: SolverLine) -> tuple[Child, ...]:
    numbers = line.model_dump()
    dropped = ", ".join(f"{words(code)} {number:,}" for code, number in line.dropped.items())
    return (
        swatch(view.solver_colour[line.solver], line.solver),
        *(datum(numbers[key], f"{numbers[key]:,}", key) for key in COUNTS),
        *(datum(numbers[key], dollars(numbers[key]), key) for key in MONEY),
        dropped or "–",
    )


def _leader(view: RunView) -> str:
    first, total = view.summary.solvers[0], view.summary.surplus_usd
    if total <= 0:
        return ""
    return f"Most came through {first.solver}: {share(first.surplus_usd / total)} of it all."


def _most_kept_out(view: RunView) -> str:
    times = Counter(item.solver for item in view.suspensions)
    if not times:
        return "Nobody was suspended in this run; the marks are rounds in which a solver failed to bid."
    out = listed(f"{name} {'once' if number == 1 else f'{number} times'}" for name, number in times.items())
    return f"In this run it happened to {out}."
