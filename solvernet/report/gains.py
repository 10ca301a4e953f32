"""What users gained over their limits, round by round, against the best that was possible."""

from itertools import accumulate
from typing import Final

from solvernet.report.formats import count, dollars, share
from solvernet.report.markup import Markup
from solvernet.report.palette import ACCENT, GOOD
from solvernet.report.plots import Panel, axis_of, bars, height, line, markers, over_time
from solvernet.report.run_view import RunView
from solvernet.report.section import Key, Picture, paragraph, picture, section

CENT: Final = 0.01
"""Differences below this are rounding."""


def gains(view: RunView) -> Markup:
    """Return the section on users' gains."""
    if not view.gains:
        return section("gains", "What users gained", paragraph("No round was held.", class_="none"))
    yardsticks = paragraph(_yardsticks(view), class_="aside")
    return section("gains", "What users gained", picture(gain_picture(view)), yardsticks)


def gain_picture(view: RunView) -> Picture:
    """Return what each round awarded against its first-best, and the sums of both with what was delivered."""
    panels = (
        Panel(heading="Each round, dollars", height_px=150, from_zero=True, prefix="$"),
        Panel(heading="Since the start, dollars", height_px=190, from_zero=True, prefix="$"),
    )
    times = [gain.time_ms for gain in view.gains]
    best = [gain.first_best for gain in view.gains]
    awarded = [gain.awarded for gain in view.gains]
    served = [delivery.time_ms for delivery in view.deliveries]
    delivered = [delivery.gain for delivery in view.deliveries]
    unit, below = "$%{y:,.2f}", axis_of(1)
    width_ms = view.outcome.engine.every_ms * 0.6
    traces = [
        bars(x=times, y=_cents(awarded), width=width_ms, edge=0, colour=GOOD, name="awarded", hovertemplate=unit),
        markers(
            times, _cents(best), colour=ACCENT, symbol="line-ew-open", size=7, name="first-best", hovertemplate=unit
        ),
        line(times, _sums(best), colour=ACCENT, name="first-best", yaxis=below, hovertemplate=unit),
        line(times, _sums(awarded), colour=GOOD, dash="dot", name="awarded", yaxis=below, hovertemplate=unit),
        line(served, _sums(delivered), colour=GOOD, shape="hv", name="delivered", yaxis=below, hovertemplate=unit),
    ]
    return Picture(
        id="gains",
        title="Users’ gain over their limits, against the first-best",
        shows="What each round awarded to users, against the first-best: what one router, seeing every intent and every"
        " venue and without competition, finds possible for all of them. Below, the sums, with what was delivered.",
        notice=_gap(view),
        sheet=over_time(traces, panels, view.span_ms, view.bands),
        height_px=height(panels),
        keys=(
            Key(label="first-best", colour=ACCENT, traces=(1, 2), look="line"),
            Key(label="awarded", colour=GOOD, traces=(0, 3), look="dot"),
            Key(label="delivered", colour=GOOD, traces=(4,), look="line"),
            *view.band_keys,
        ),
    )


def _cents(values: list[float]) -> list[float]:
    return [round(value, 2) for value in values]


def _sums(values: list[float]) -> list[float]:
    return _cents(list(accumulate(values)))


def _gap(view: RunView) -> str:
    """Return how far the run stayed below the first-best."""
    summary = view.summary
    best, awarded, delivered = summary.first_best_usd, summary.awarded_usd, summary.surplus_usd
    if best <= 0:
        return "No round could have given anybody anything."
    return (
        f"Notice the gaps: of {dollars(best)} that was possible, {dollars(awarded)} was awarded, and"
        f" {dollars(delivered)} delivered ({share(delivered / best)})."
    )


def _yardsticks(view: RunView) -> str:
    """Return what the yardsticks are worth."""
    text = "What one round leaves open is possible again in the next, and counts there again."
    beaten = [gain.awarded - gain.first_best for gain in view.gains if gain.awarded > gain.first_best + CENT]
    if beaten:
        text += (
            " The router’s search ends near the optimum, not at it: the bids of"
            f" {count(len(beaten), 'round')} beat it, by {dollars(max(beaten))} at most."
        )
    house = view.summary.house
    text += (
        f" The router spent {house.work:,} units of work (simplex iterations, nodes and simulated orders),"
        f" {house.most:,} at most in a round; each of its programs stops after {count(house.nodes, 'node')}."
    )
    ideal = view.summary.ideal_surplus_usd
    if ideal is not None:
        text += (
            f" In the ideal run, which says what was due, the same users gained {dollars(ideal)}; its oracles are never"
            " wrong, so its venues quote other prices, and it bounds nothing here."
        )
    return text
