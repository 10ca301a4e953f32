"""Conduct: which solvers bid as if they depended on each other, with the evidence through time."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from solvernet.report.formats import count, listed, plain, power, words
from solvernet.report.markup import Child, Markup, join, tag
from solvernet.report.palette import ACCENT, INK, MUTED
from solvernet.report.plots import Panel, height, line, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, Key, Look, Picture, paragraph, picture, section, table

COLUMNS = (
    Column("Pair"),
    Column("First seen"),
    Column("Auctions", is_number=True),
    Column("Agreement", is_number=True),
    Column("Correlation", is_number=True),
    Column("e-value", is_number=True),
    Column("p-value", is_number=True),
    Column("Other explanations", is_prose=True),
)
LARGEST_LOG = 690.0
"""Natural logarithm that still makes a float; evidence beyond it is drawn there."""

SMALLEST_LOG = -12.0
"""Wealth below this is drawn here: a lost bet has no news."""

COLOURS = (ACCENT, INK, MUTED)
DASHES: Final[tuple[tuple[str, Look], ...]] = (("solid", "line"), ("dash", "dash"), ("dot", "dot"))
"""How lines of one colour differ, and how the legend shows it."""

CAVEAT = (
    "Dependence is an observation, not a finding of collusion. Shared software, a shared supplier, like strategies and"
    " an agreement look the same from outside; nobody is penalised for it. Where several pairs are tested at once, a"
    " finding takes more evidence than one alone would, so that chance does not name a pair."
)

Finding = Mapping[str, Any]


def conduct(view: RunView) -> Markup:
    """Return the section on conduct."""
    flags: Sequence[Finding] = view.summary.flags
    if not flags:
        return section("conduct", "Conduct", paragraph(_nothing_found(view), class_="none"))
    listing = table("Dependence between solvers", COLUMNS, [_row(view, flag) for flag in flags])
    return section("conduct", "Conduct", paragraph(CAVEAT), picture(evidence(view)), listing)


def evidence(view: RunView) -> Picture:
    """Return the e-value of every pair found, through time, against the line of one over alpha."""
    alpha = view.outcome.engine.conduct.config.alpha
    bar = round(1 / alpha, 4)
    panels = (Panel(heading="e-value (log)", height_px=230, span=_span(view.summary.flags, bar)),)
    limit: dict[str, object] = {"colour": MUTED, "width": 1.2, "dash": "longdash"}
    traces = [line(view.span_ms, [bar, bar], **limit, name=f"1/α = {bar:g}", hoverinfo="skip")]
    keys = [Key(label=f"1/α = {bar:g}", colour=MUTED, traces=(0,), look="dash")]
    for i, flag in enumerate(view.summary.flags):
        label, colour = " + ".join(flag["pair"]), COLOURS[i % len(COLOURS)]
        dash, mark = DASHES[i // len(COLOURS) % len(DASHES)]
        last = {int(time_ms): _evidence(log_e) for time_ms, log_e in flag["path"]}
        keys.append(Key(label=label, colour=colour, traces=(i + 1,), look=mark))
        look: dict[str, object] = {"colour": colour, "dash": dash, "shape": "hv", "name": plain(label)}
        traces.append(line(list(last), list(last.values()), **look, hovertemplate="%{y:.3~g}"))
    return Picture(
        id="evidence",
        title="Evidence of dependence through time",
        shows="The e-value of each pair that was found: what a stake of 1 bet on dependence has grown to. Between"
        f" independent solvers it stays below 1/α = {bar:g} with a probability of at least {1 - alpha:.0%}.",
        notice=_strongest(view, bar),
        sheet=over_time(traces, panels, view.span_ms, view.bands),
        height_px=height(panels),
        keys=(*keys, *view.band_keys),
    )


def _strongest(view: RunView, bar: float) -> str:
    """Return when the strongest evidence passed the line, and where it ended."""
    flag = view.summary.flags[0]
    passed = [int(time_ms) for time_ms, log_e in flag["path"] if _evidence(log_e) >= bar]
    when = f" passed the line at {view.time(passed[0])} and" if passed else ""
    return f"The strongest, {' + '.join(flag['pair'])},{when} ended at {power(_evidence(flag['log_e']))}."


def _span(flags: Sequence[Finding], bar: float) -> tuple[float, float]:
    """Return the least and the greatest value that are drawn."""
    values = [bar, *(_evidence(log_e) for flag in flags for _, log_e in flag["path"])]
    return min(values), max(values)


def _row(view: RunView, flag: Finding) -> tuple[Child, ...]:
    return (
        join(*flag["pair"], by=" + "),
        view.time(int(flag["first_flagged_ms"])).removesuffix(" UTC"),
        f"{int(flag['auctions']):,}",
        str(flag["agreement"]),
        str(flag["correlation"]),
        power(_evidence(flag["log_e"])),
        power(float(flag["p_value"])),
        _explanations(flag),
    )


def _explanations(flag: Finding) -> Markup:
    """Return the innocent explanations that were looked at, and whether they hold."""
    lines = []
    for item in flag["explanations"]:
        verdict = "may be" if item["holds"] else "no"
        lines.append(tag("li", tag("b", f"{words(str(item['name']))}: {verdict}"), f" ({item['detail']})"))
    return tag("ul", *lines, class_="bare")


def _nothing_found(view: RunView) -> str:
    monitor = view.outcome.engine.conduct
    values = monitor.log_e_values()
    bar = 1 / monitor.config.alpha
    text = "No two solvers were found to bid in dependence."
    if not values:
        fewest = monitor.config.fewest_auctions
        return f"{text} No pair had the {fewest} joint auctions, with enough bids of others, that a test needs."
    pair, log_e = max(values.items(), key=lambda item: (item[1], item[0]))
    return (
        f"{text} {count(len(values), 'pair')} met often enough to be tested; the strongest evidence, on {listed(pair)},"
        f" is an e-value of {power(_evidence(log_e))}, and at least {bar:g} would be needed."
    )


def _evidence(log_e: str | float) -> float:
    """Return an e-value as far as it can be drawn."""
    return float(f"{math.exp(min(max(float(log_e), SMALLEST_LOG), LARGEST_LOG)):.4g}")
