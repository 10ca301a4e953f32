"""The market of the day: the price of ether and what oracles made of it, the price of gas and the queue for blocks."""

from collections.abc import Mapping, Sequence
from typing import Final

from solvernet.record import SAMPLE_MS, ChainCourse
from solvernet.report.formats import duration, listed, plain, share
from solvernet.report.markup import Markup
from solvernet.report.palette import INK
from solvernet.report.plots import Panel, axis_of, height, line, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Key, Picture, picture, section

MOST_POINTS: Final = 3000
"""Points of one line: two days of minutes. It keeps the page small however long the run is."""

Courses = Mapping[str, ChainCourse]


def market(view: RunView) -> Markup:
    """Return the section on prices, oracles and gas."""
    return section("market", "The market and the chains", picture(prices(view)), picture(fees(view)))


def prices(view: RunView) -> Picture:
    """Return the price of ether with each chain's oracle, and the age of what the oracles say."""
    courses, grid = _courses(view), _grid(view)
    panels = (
        Panel(heading="Dollars per ether", height_px=230, prefix="$"),
        Panel(heading="Age of the oracle’s news, minutes", height_px=90, from_zero=True),
        Panel(heading="Implied volatility at the money, per cent a year", height_px=90, from_zero=True),
    )
    first = next(iter(courses.values()))
    true = _rounded(on_grid(first.time_ms, first.true_price, grid), 2)
    traces = [line(grid, true, colour=INK, width=1.8, name="true price", hovertemplate="$%{y:,.2f}")]
    keys = [Key(label="true price", colour=INK, traces=(0,), look="line")]
    for chain, course in courses.items():
        label, own = f"oracle of {view.chains[chain]}", (len(traces), len(traces) + 1)
        keys.append(Key(label=label, colour=view.chain_colour[chain], traces=own, look="line"))
        look: dict[str, object] = {"colour": view.chain_colour[chain], "shape": "hv", "name": plain(label)}
        answer = _rounded(on_grid(course.time_ms, course.answer, grid), 2)
        age = _rounded(on_grid(course.time_ms, [lag / 60 for lag in course.lag_s], grid), 1)
        traces.append(line(grid, answer, **look, hovertemplate="$%{y:,.2f}"))
        traces.append(line(grid, age, **look, yaxis=axis_of(1), hovertemplate="%{y:.0f} min old"))
    keys.append(Key(label="implied volatility", colour=INK, traces=(len(traces),), look="dot"))
    traces.append(_volatility(view, grid))
    return Picture(
        id="prices",
        title="The price of ether, and what each chain believed it was",
        shows="The true price against the answer of each chain’s oracle; below, how old the news in that answer is, and"
        " the volatility at the money that makers quote around.",
        notice=_worst_answer(view, courses),
        sheet=over_time(traces, panels, view.span_ms, view.bands),
        height_px=height(panels),
        keys=(*keys, *view.band_keys),
    )


def fees(view: RunView) -> Picture:
    """Return the price of gas on each chain and how many transactions wait for a block."""
    courses, grid = _courses(view), _grid(view)
    panels = [_gas_panel(view.chains[chain], course) for chain, course in courses.items()]
    panels.append(Panel(heading="Waiting transactions", height_px=90, from_zero=True))
    traces: list[object] = []
    keys = []
    for i, (chain, course) in enumerate(courses.items()):
        name, colour, first = view.chains[chain], view.chain_colour[chain], len(traces)
        keys.append(Key(label=f"{name}, p60", colour=colour, traces=(first, first + 2), look="line"))
        keys.append(Key(label=f"{name}, p90", colour=colour, traces=(first + 1,), look="dot"))
        gas: dict[str, object] = {"colour": colour, "yaxis": axis_of(i), "hovertemplate": "%{y:.3~g} gwei"}
        p60, p90 = (_on_log(on_grid(course.time_ms, g, grid)) for g in (course.gas_p60_gwei, course.gas_p90_gwei))
        traces.append(line(grid, p60, **gas, name=plain(f"{name}, p60")))
        traces.append(line(grid, p90, **gas, name=plain(f"{name}, p90"), width=1, dash="dot"))
        queue: dict[str, object] = {"yaxis": axis_of(len(panels) - 1), "hovertemplate": "%{y:,} waiting"}
        waiting = on_grid(course.time_ms, course.waiting, grid)
        traces.append(line(grid, waiting, **queue, colour=colour, width=1.2, name=plain(name)))
    return Picture(
        id="fees",
        title="The price of gas, and the queue for the next block",
        shows="What others paid for gas in each block (p60: six in ten paid less; where there is a base fee, never less"
        " than it), and how many of their transactions were left waiting.",
        notice=_dearest_gas(view, courses),
        sheet=over_time(traces, panels, view.span_ms, view.bands),
        height_px=height(panels),
        keys=(*keys, *view.band_keys),
    )


def on_grid(times: Sequence[int], values: Sequence[float], grid: range) -> list[float | None]:
    """Return samples on an even grid: for each step the last one taken before its end, `None` before the first."""
    found: list[float | None] = []
    taken = 0
    for start in grid:
        while taken < len(times) and times[taken] < start + grid.step:
            taken += 1
        found.append(values[taken - 1] if taken else None)
    return found


def _volatility(view: RunView, grid: range) -> object:
    """Return the line of the market's volatility at the money."""
    level = view.outcome.engine.auctioneer.world.truth.level
    values = [round(100 * level.at(time_ms), 1) for time_ms in grid]
    name, hover = "implied volatility", "%{y:.0f} %"
    return line(grid, values, colour=INK, width=1.2, dash="dot", name=name, yaxis=axis_of(2), hovertemplate=hover)


def _gas_panel(name: str, course: ChainCourse) -> Panel:
    seen = [gwei for gwei in (*course.gas_p60_gwei, *course.gas_p90_gwei) if gwei > 0]
    span = (min(seen), max(seen)) if seen else None
    return Panel(heading=f"Gas on {plain(name)}, gwei (log)", height_px=130, span=span)


def _courses(view: RunView) -> Courses:
    courses: Courses = view.outcome.engine.recorder.courses
    return {chain: courses[chain] for chain in view.chains}


def _grid(view: RunView) -> range:
    """Return the times to draw: every minute, or fewer where there would be too many."""
    minutes = (view.end_ms - view.start_ms) // SAMPLE_MS
    return range(view.start_ms, view.end_ms, SAMPLE_MS * (1 + minutes // MOST_POINTS))


def _rounded(values: Sequence[float | None], digits: int) -> list[float | None]:
    return [None if value is None else round(value, digits) for value in values]


def _on_log(values: Sequence[float | None]) -> list[float | None]:
    """Return values for a logarithmic axis, which has no place for zero."""
    return [float(f"{value:.4g}") if value else None for value in values]


def _worst_answer(view: RunView, courses: Courses) -> str:
    """Return when an oracle was furthest from the truth, and how far the others were at most."""
    worst: dict[str, tuple[float, int]] = {}
    for chain, course in courses.items():
        errors = [abs(a - t) / t for a, t in zip(course.answer, course.true_price, strict=True)]
        if errors:
            worst[chain] = max(errors), errors.index(max(errors))
    if not worst:
        return ""
    chain = max(worst, key=lambda name: worst[name][0])
    (error, at), course = worst[chain], courses[chain]
    side = "above" if course.answer[at] > course.true_price[at] else "below"
    text = (
        f"Notice {view.time(course.time_ms[at])}: the oracle of {view.chains[chain]} was {share(error)} {side} the true"
        f" price, with news {duration(course.lag_s[at])} old"
    )
    rest = [
        f"that of {view.chains[name]} never by more than {share(worst[name][0])}" for name in worst if name != chain
    ]
    return f"{text}; {listed(rest)}." if rest else f"{text}."


def _dearest_gas(view: RunView, courses: Courses) -> str:
    """Return where and when gas was dearest, against the cheapest moment there."""
    most, chain = max((max(course.gas_p60_gwei, default=0.0), chain) for chain, course in courses.items())
    if not most:
        return ""
    course = courses[chain]
    at = course.time_ms[course.gas_p60_gwei.index(most)]
    least = min(price for price in course.gas_p60_gwei if price)
    times = f", {most / least:,.0f} times its lowest of the run" if most > 2 * least else ""
    return f"Notice {view.chains[chain]} at {view.time(at)}: {most:,.4g} gwei{times}."
