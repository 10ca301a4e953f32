"""Orders by kind of venue: how far prices moved between bid and execution, and what failed."""

from solvernet.report.formats import words
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table
from solvernet.venue_table import VenueLine

COLUMNS = (
    Column("Venue"),
    Column("Chain"),
    Column("Orders", is_number=True),
    Column("Options or ether", is_number=True),
    Column("Slippage, bp", is_number=True),
    Column("Its 95 % quantile", is_number=True),
    Column("Cost over fair value, bp", is_number=True),
    Column("Failed", is_number=True),
    Column("Why"),
)


def venues(view: RunView) -> Markup:
    """Return the section on orders by kind of venue."""
    lines = view.summary.venues
    if not lines:
        return section("venues", "Venues", paragraph("No order was awarded.", class_="none"))
    explained = (
        "Slippage is what an order came to beyond what its venue quoted when bids were made; cost is what it came to"
        " beyond fair value: spread, fees and price impact. Both are means over executed orders, in basis points of the"
        " price of ether times the quantity; positive is worse for the taker. An order fails with its fill: “another"
        " order” are those whose venue would have filled them."
    )
    listing = table("Orders by kind of venue", COLUMNS, (_row(line) for line in lines))
    return section("venues", "Venues", listing, paragraph(explained, class_="aside"))


def _row(line: VenueLine) -> tuple[Child, ...]:
    return (
        words(line.kind),
        line.chain,
        datum(line.orders, f"{line.orders:,}"),
        datum(line.quantity, f"{line.quantity:,.1f}"),
        *(_bps(value) for value in (line.slippage_bps_mean, line.slippage_bps_p95, line.cost_bps_mean)),
        datum(line.failed, f"{line.failed:,}"),
        ", ".join(f"{words(cause)} {count}" for cause, count in line.by_cause.items()) or "–",
    )


def _bps(value: float | None) -> Child:
    return "–" if value is None else datum(value, f"{value:.2f}")
