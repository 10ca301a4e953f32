"""What fills were charged, what solvers had of it, and the house's account."""

from intents.assets import USDC_UNIT
from solvernet.fee_table import FeeLine, entries
from solvernet.report.formats import dollars
from solvernet.report.markup import Child, Markup, join
from solvernet.report.palette import WEATHER
from solvernet.report.run_view import RunView
from solvernet.report.section import Column, datum, paragraph, section, swatch, table

COLUMNS = (
    Column("Solver"),
    *(
        Column(head, is_number=True)
        for head in ("Won", "Settled", "Fees of its fills", "Rewards", "Share of the rest", "Penalties")
    ),
)
ACCOUNT = (Column("What"), Column("Amount", is_number=True))
EXPLAINED = (
    "Owners pay fees on top of the price and within the limits they signed. A winner is rewarded from the fees of its"
    " own fills and from nothing else; what an epoch leaves is shared by how well solvers bid and keep their word, or"
    " stays with the house. A penalty is for fills that failed by the winner’s own fault and comes out of its bond."
)


def fees(view: RunView) -> Markup:
    """Return the section on fees."""
    figures = view.summary.fees
    if figures is None:
        return section("fees", "Fees", paragraph("Fills were free.", class_="none"))
    listing = table("Fees and what solvers had of them", COLUMNS, (_row(view, line) for line in figures.lines))
    title = f"The house’s account over {figures.epochs} epochs"
    account = table(title, ACCOUNT, (_entry(what, cash) for what, cash in entries(figures)))
    return section("fees", "Fees", join(listing, account), paragraph(EXPLAINED, class_="aside"))


def _row(view: RunView, line: FeeLine) -> tuple[Child, ...]:
    money = (line.fees_usd, line.rewards_usd, line.share_usd, line.fined_usd)
    counts = (datum(line.won, f"{line.won:,}"), datum(line.settled, f"{line.settled:,}"))
    name = swatch(view.solver_colour.get(line.solver, WEATHER), line.solver)
    return (name, *counts, *(datum(usd, dollars(usd)) for usd in money))


def _entry(what: str, cash: int) -> tuple[Child, ...]:
    usd = cash / USDC_UNIT
    return what, datum(usd, dollars(usd))
