"""What the scenario let go wrong: a table of its faults, and the bands that mark them in pictures over time."""

from solvernet.fault_table import FaultLine, place
from solvernet.report.formats import count, duration, listed, words
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table

COLUMNS = (
    Column("No.", is_number=True),
    Column("Fault"),
    Column("What", is_prose=True),
    Column("Where"),
    Column("From, UTC"),
    Column("Lasts"),
    Column("Rounds"),
    Column("Delivered", is_number=True),
    Column("Failed", is_number=True),
    Column("Why"),
)
EXPLAINED = (
    "Pictures over time mark each fault as a band with its number, or as a line if it takes no time. The table counts"
    " what fell into its time: rounds held and skipped, sheets of bids lost, and the fills that were under way, from"
    " award to end, by how they ended. Why a fill failed is its own cause, which need not be the fault."
)


def faults(view: RunView) -> Markup:
    """Return the section on what the scenario let go wrong."""
    lines = view.summary.faults
    rows = [_row(view, number, line) for number, line in enumerate(lines, 1)]
    listing = table("Faults of the scenario", COLUMNS, rows)
    return section("faults", "What went wrong", paragraph(_said(view)), listing, paragraph(EXPLAINED, class_="aside"))


def _row(view: RunView, number: int, line: FaultLine) -> tuple[Child, ...]:
    return (
        number,
        line.name,
        f"{words(line.kind)}: {line.figure}" if line.figure else words(line.kind),
        place(line),
        view.time(line.from_ms).removesuffix(" UTC"),
        duration((line.until_ms - line.from_ms) / 1000) if line.until_ms > line.from_ms else "–",
        _rounds(line),
        *(datum(found, f"{found:,}") for found in (line.delivered, line.failed)),
        ", ".join(f"{words(cause)} {number}" for cause, number in line.failed_by_cause.items()) or "–",
    )


def _rounds(line: FaultLine) -> str:
    """Return how many rounds were held, and what was amiss with them."""
    amiss = [f"{line.skipped:,} skipped"] * (line.skipped > 0) + [f"{line.bids_lost:,} bids lost"] * (
        line.bids_lost > 0
    )
    return ", ".join([f"{line.rounds:,}", *amiss])


def _said(view: RunView) -> str:
    lines = view.summary.faults
    kinds = listed(dict.fromkeys(words(line.kind) for line in lines))
    hit = max(lines, key=lambda line: line.failed)
    text = f"The scenario let {count(len(lines), 'thing')} go wrong: {kinds}."
    if not hit.failed:
        return f"{text} No fill that was under way then failed."
    under_way = hit.failed + hit.delivered
    return f"{text} Most fills failed around “{hit.name}”: {hit.failed} of {under_way} that were under way."
