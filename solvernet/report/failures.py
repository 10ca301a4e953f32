"""The fills that were awarded and not delivered: why, and who answers for it."""

from collections import Counter

from solvernet.report.formats import dollars, words
from solvernet.report.markup import Child, Markup, join, tag
from solvernet.report.palette import BLAME, WEATHER
from solvernet.report.plots import bars, lying_bars, lying_height
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, Key, Picture, datum, paragraph, picture, section, swatch, table
from solvernet.summary import FailedFill

COLUMNS = (
    Column("Time, UTC"),
    Column("Intent"),
    Column("Solver"),
    Column("Cause"),
    Column("Responsible"),
    Column("Would have landed"),
    Column("Slashed", is_number=True),
    Column("What happened", is_prose=True),
)
ID_DIGITS = 12
"""Digits of an intent's id that are shown; `solvernet explain` finds it by them."""

RESPONSIBLE = (("environment", WEATHER), ("solver", BLAME))


def failures(view: RunView) -> Markup:
    """Return the section on failed fills."""
    failed = view.summary.failed_fills
    if not failed:
        return section(
            "failures", "Failed fills", paragraph("Every fill that was awarded was delivered.", class_="none")
        )
    explained = join(
        "“Would have landed” is the but-for test, asked where a solver broke the policy: the world is restored to the"
        " award and lived through again with the policy followed. If the fill lands then, the whole bond goes to the"
        " owner, else a quarter. ",
        tag("code", "solvernet explain FOLDER INTENT"),
        " tells the whole story of an intent.",
    )
    rows = [_row(view, fill) for fill in failed]
    listing = table("Failed fills", COLUMNS, rows)
    return section("failures", "Failed fills", picture(causes(view)), listing, paragraph(explained, class_="aside"))


def causes(view: RunView) -> Picture:
    """Return failed fills by cause, split by who is responsible."""
    counts = Counter((fill.cause, fill.responsible) for fill in view.summary.failed_fills)
    order = list(view.summary.failed_by_cause)
    names = [words(cause) for cause in order]
    traces = [
        bars(
            x=[counts[cause, who] for cause in order],
            y=names,
            orientation="h",
            colour=colour,
            name=who,
            hovertemplate=f"%{{y}}: %{{x}}, {who}<extra></extra>",
        )
        for who, colour in RESPONSIBLE
    ]
    return Picture(
        id="failures",
        title="Failed fills by cause",
        shows="Fills that were awarded and not delivered, by what stopped them and by who answers for it.",
        notice=_blame(view),
        sheet=lying_bars(traces, names, "fills"),
        height_px=lying_height(names),
        keys=tuple(Key(label=who, colour=colour, traces=(i,)) for i, (who, colour) in enumerate(RESPONSIBLE)),
    )


def _row(view: RunView, fill: FailedFill) -> tuple[Child, ...]:
    known = view.failures.get(fill.fill)
    tested = "yes" if fill.but_for else "no"
    return (
        view.time(known.time_ms).removesuffix(" UTC") if known else "–",
        tag("code", fill.intent_id[:ID_DIGITS], title=fill.intent_id),
        swatch(view.solver_colour.get(fill.solver, WEATHER), fill.solver),
        words(fill.cause),
        fill.responsible,
        tested if fill.responsible == "solver" else "–",
        datum(known.slashed, dollars(known.slashed)) if known else "–",
        fill.detail,
    )


def _blame(view: RunView) -> str:
    total = len(view.summary.failed_fills)
    own = sum(fill.responsible == "solver" for fill in view.summary.failed_fills)
    if not own:
        return "Nobody is to blame: every one was stopped by the environment."
    slashed = dollars(sum(line.slashed_usd for line in view.summary.solvers))
    rest = "" if own == total else f"; the other {total - own} were stopped by the environment"
    return f"Solvers broke the policy in {own} of {total}, and paid {slashed} of their bonds to the owners{rest}."
