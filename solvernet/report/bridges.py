"""The bridges: how long transfers took, what was lost on the way, and what it cost to run them."""

from solvernet.bridge_table import BridgeLine
from solvernet.report.formats import dollars, duration, words
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table

COLUMNS = (
    Column("Bridge"),
    Column("Kind"),
    Column("From"),
    Column("To"),
    Column("Arrived", is_number=True),
    Column("Under way", is_number=True),
    Column("Median time", is_number=True),
    Column("Longest", is_number=True),
    Column("Lost", is_number=True),
    Column("Borne by"),
    Column("Gas", is_number=True),
)
EXPLAINED = (
    "Time runs from the block of the sending to that of the payment. Under way is what was sent and not paid at the"
    " end."
    " Lost is what a bridge paid and should not have, because the sending was undone or never happened, with the name"
    " of whoever bears it. Gas is what those paid at the far end who run the bridge."
)


def bridges(view: RunView) -> Markup:
    """Return the section on bridges."""
    lines = view.summary.bridges
    if not lines:
        return section("bridges", "Bridges", paragraph("No bridge joins the chains of this run.", class_="none"))
    listing = table("Bridges, each way", COLUMNS, (_row(line) for line in lines))
    return section("bridges", "Bridges", listing, paragraph(EXPLAINED, class_="aside"))


def _row(line: BridgeLine) -> tuple[Child, ...]:
    return (
        line.bridge,
        words(line.kind),
        line.source,
        line.target,
        datum(line.arrived, f"{line.arrived:,}"),
        datum(line.under_way, f"{line.under_way:,}"),
        *("none" if time is None else datum(time, duration(time)) for time in (line.median_s, line.worst_s)),
        datum(line.lost_usd, dollars(line.lost_usd)),
        ", ".join(line.bearers),
        datum(line.cost_usd, dollars(line.cost_usd)),
    )
