"""Who paid for what went wrong, and to whom."""

from solvernet.report.formats import dollars, words
from solvernet.report.markup import Child, Markup
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, table
from solvernet.who_paid import PaidLine

COLUMNS = (
    Column("What"),
    Column("Because of"),
    Column("Paid by"),
    Column("To"),
    Column("Times", is_number=True),
    Column("Amount", is_number=True),
)
EXPLAINED = (
    "Damages come out of the bond of a solver that broke the settlement policy. Gas in vain is what failed fills cost"
    " the solvers that sent them. A restitution gives an owner back what was paid for a delivery whose block was taken"
    " back. What users missed because a fill failed is not a payment and is not in here."
)


def paid(view: RunView) -> Markup:
    """Return the section on who paid for what."""
    lines = view.summary.paid
    if not lines:
        return section("paid", "Who paid", paragraph("Nothing went wrong that anybody had to pay for.", class_="none"))
    listing = table("Payments for what went wrong", COLUMNS, (_row(line) for line in lines))
    return section("paid", "Who paid", listing, paragraph(EXPLAINED, class_="aside"))


def _row(line: PaidLine) -> tuple[Child, ...]:
    return (
        line.what,
        words(line.because),
        line.payer,
        line.payee,
        datum(line.count, f"{line.count:,}"),
        datum(line.usd, dollars(line.usd)),
    )
